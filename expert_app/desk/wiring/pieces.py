# SPDX-License-Identifier: GPL-3.0-only
"""Connects the dossier's pieces on the screen with the desk's work on them, and the guide of their
procedure with those who do what one of its steps names: its page, its question, its scan.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PyQt6.QtGui import QImage

from expert_app.desk.app import DeskApp, DeskTrouble
from expert_app.desk.ask_first import SCAN, AskFirst, Powers
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.piece_scan import ScannedPiece
from expert_app.desk.dossier.pieces import (
    HISTORY,
    PROCEDURES,
    SEARCH,
    DuplicatePage,
)
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.shown_documents import ShownDocumentsJob
from expert_app.desk.wiring.devices import scan_request_of
from resources.texts import _
from session.core.errors import SessionError
from session.desk.session import DeskSession
from session.protocol.conversation.messages import Grant, GrantChanged, ScanKind
from session.protocol.dossier.guides import FRENCH, Guide, GuideStep
from session.protocol.dossier.pieces import PieceHistory
from session.protocol.hub.requests import SessionEnded
from views.desk.devices.acts import DevicesAct, ScanPiece
from views.desk.dossier.acts import DossierAct
from views.desk.dossier.compared_pages import Side, side_by_side
from views.desk.dossier.guide import DoStep, FollowGuide, GuideAct, SayStep, SetCase, SetDone
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level, MessageAction
from views.widgets.pdf_picture import pdf_page
from views.words.errors import sentence
from views.words.languages import LANGUAGE_NAMES

RECEIPT = "receipt"
UNKNOWN_PAGE, UNKNOWN_PROFILE = "guide page", "guide profile"
"""Key of the message that the library has not what a step names."""


class PieceConnections:
    """The agent's requests go to the job; what the job found goes to the window."""

    def __init__(
        self,
        window: DeskWindow,
        jobs: DeskJobs,
        *,
        ask_first: AskFirst,
    ) -> None:
        self._window = window
        self._app = app = jobs.app
        self._pieces = pieces = jobs.pieces
        self._scan = scan = jobs.piece_scan
        self._ask_first = ask_first
        bar, view = window.dossier.pieces_bar, window.dossier
        view.acted.connect(self._on_act)
        window.devices.acted.connect(self._on_act)
        scan.ready.connect(self._on_ready)
        pieces.procedures_changed.connect(bar.show_procedures)
        pieces.history_received.connect(self._on_history)
        pieces.found.connect(lambda hits: view.documents.show_found(hits.words, hits.ids))
        pieces.sketched.connect(lambda sketch: view.documents.show_sketch(sketch.id, sketch.jpeg))
        app.troubled.connect(self._on_trouble)
        pieces.duplicate_found.connect(self._on_duplicate)
        jobs.devices.printing.connect(
            lambda printing: pieces.on_print(printing.changed, printing.name)
        )
        app.session_ended.connect(lambda _ended: pieces.choose(""))
        pieces.start()

    def _on_act(self, act: DevicesAct | DossierAct) -> None:
        if isinstance(act, ScanPiece):
            self._on_scan(act.piece_id)

    def _on_scan(self, piece_id: str) -> None:
        """The piece is the one that is filed from now on; it is scanned where that is possible."""
        self._pieces.choose(piece_id)
        panel = self._window.devices.scan
        if panel.is_possible():
            page = scan_request_of(panel.chosen_scan(ScanKind.PAGE))
            self._ask_first.do(SCAN, self._scan.begin, piece_id, page)

    def _on_ready(self, scanned: ScannedPiece) -> None:
        self._window.paper.show_scanned(scanned.page_ids, scanned.unread)

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        """What was not read is not shown as nothing."""
        view = self._window.dossier
        shown = {
            PROCEDURES: view.pieces_bar.show_procedures_not_read,
            HISTORY: view.pieces_bar.show_history_not_read,
            SEARCH: view.documents.show_not_searched,
        }
        if trouble.key in shown:
            shown[trouble.key](sentence(trouble.code, trouble.detail).sentence)

    def _on_history(self, past: PieceHistory) -> None:
        dossier = self._app.dossier
        if dossier is not None:
            names = {piece.id: piece.name for piece in dossier.pieces}
        else:
            names = {}
        self._window.dossier.pieces_bar.show_history(past, names)

    def _on_duplicate(self, duplicate: DuplicatePage) -> None:
        """A warning with the earlier page shown beside the new one; nothing is refused.

        Over a wrap-up, whose outcome the agent is choosing, the pages are opened only when the
        agent asks.
        """
        earlier_page = duplicate.seen
        day = earlier_page.filed_at_utc.astimezone().strftime("%d/%m/%Y")
        if earlier_page.same:
            words = _(
                "This page is in the dossier already: “{name}”, page {page}, filed on {date}."
            )
        else:
            words = _(
                "This page looks like page {page} of “{name}”, filed on {date}. Compare before you "
                "file it."
            )
        text = words.format(name=earlier_page.name, page=earlier_page.of_page, date=day)
        compare = partial(self._compare, duplicate, text, day)
        action = MessageAction(_("Compare"), compare)
        self._window.messages.show_message(
            Level.WARNING, text, key=f"double {duplicate.page_id}", action=action
        )
        if not self._window.wrap_up.isVisible():
            compare()

    def _compare(self, duplicate: DuplicatePage, text: str, day: str) -> None:
        """Both pages side by side, in the viewer."""
        earlier_page = duplicate.seen
        earlier = _("Filed on {date}: {name}, page {page}").format(
            date=day, name=earlier_page.name, page=earlier_page.of_page
        )
        image = side_by_side(
            Side(QImage.fromData(duplicate.jpeg), _("Just scanned")),
            Side(
                pdf_page(duplicate.document, earlier_page.of_page) if duplicate.document else None,
                earlier,
            ),
        )
        self._window.paper.show_picture(_("Is it the same page?"), image, text)


class ReceiptConnections:
    """Shows in the message bar what became of a registration."""

    def __init__(self, window: DeskWindow, jobs: DeskJobs) -> None:
        self._window = window
        receipts = jobs.receipts
        jobs.pieces.procedures_changed.connect(receipts.set_procedures)
        receipts.registered.connect(self._on_registered)
        receipts.followed.connect(self._on_followed)
        receipts.due.connect(self._on_due)

    def _on_registered(self, _number: str) -> None:
        words = _(
            "The store is away: the caller gets a registration. The receipt follows when the "
            "pieces are filed."
        )
        self._window.messages.show_message(Level.WARNING, words, key=RECEIPT)

    def _on_followed(self, number: str) -> None:
        words = _("The pieces of dossier {number} are filed: the receipt is at the kiosk.")
        self._window.messages.show_message(Level.INFO, words.format(number=number), key=RECEIPT)

    def _on_due(self, number: str) -> None:
        words = _(
            "The pieces of dossier {number} are filed, and the caller has only a registration: "
            "send the receipt."
        )
        action = MessageAction(
            _("Save receipt…"), self._window.devices.printing.choose_receipt_file
        )
        self._window.messages.show_message(
            Level.WARNING, words.format(number=number), key=RECEIPT, action=action
        )


class GuideConnections:
    """Window on one side, the guide's job and those who do its steps on the other."""

    def __init__(
        self,
        window: DeskWindow,
        app: DeskApp,
        *,
        guide: DeskGuide,
        documents: ShownDocumentsJob,
        ask_first: AskFirst,
    ) -> None:
        self._window = window
        self._app = app
        self._guide = guide
        self._documents = documents
        self._ask_first = ask_first
        guide.guides_changed.connect(self._on_guides)
        guide.refused.connect(self._on_refused)
        guide.progress_changed.connect(self._show)
        guide.phrases_changed.connect(window.chat.show_phrases)
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(self._on_ended)
        window.guide.acted.connect(self._on_act)
        self._live = True
        self._language = ""
        guide.start()

    # ---- facts ----

    def _on_opened(self, session: DeskSession) -> None:
        ticket = self._window.queue.facts.ticket(session.facts.ticket_id)
        if ticket is not None:
            needs = ticket.needs
        else:
            needs = ()
        self._language = next((need for need in needs if need in LANGUAGE_NAMES), "")
        self._window.chat.show_language(self._language or FRENCH)
        session.grants.changed.connect(self._on_grant)

    def _on_grant(self, change: GrantChanged) -> None:
        """The words of a question were in the caller's language: phrases are from now on, unless
        the agent has chosen another one since.
        """
        language = change.text_version.rpartition("_")[0]
        if language and language != self._language:
            self._language = language
            self._window.chat.show_language(language)

    def _on_guides(self, guides: list[Guide]) -> None:
        self._live = self._app.session is not None and not self._app.session.facts.phone
        self._window.guide.show_guides(guides)
        self._window.side.offer_guide(bool(guides))

    def _on_refused(self, error: SessionError) -> None:
        self._window.guide.show_not_read(sentence(error.code, error.detail).sentence)
        self._window.side.offer_guide(True)

    def _show(self, progress: GuideProgress | None) -> None:
        if progress is not None:
            steps = progress.steps()
        else:
            steps = []
        self._window.devices.filing.follow_guide([step.piece for step in steps if step.piece])
        if progress is None:
            self._window.guide.show_progress(None)
        else:
            guide, cases, done_ids = progress
            self._window.guide.show_progress(guide, cases, done_ids, live=self._live)

    def _on_ended(self, _ended: SessionEnded) -> None:
        """Nobody is at the kiosk any more; what was done can still be ticked."""
        self._live = False
        self._show(self._guide.progress)

    # ---- acts of the agent ----

    def _on_act(self, act: GuideAct) -> None:
        match act:
            case FollowGuide(guide_id):
                self._guide.choose(guide_id)
            case SetCase(case_id, on):
                self._guide.set_case(case_id, on)
            case SetDone(step_id, done):
                self._guide.set_done(step_id, done)
            case DoStep(step_id):
                self._on_step(step_id)
            case SayStep(step_id):
                self._on_send_words(step_id)

    def _on_send_words(self, step_id: str) -> None:
        step = self._guide.step(step_id)
        if step is not None:
            self._window.chat.send_words(step.say)

    def _on_step(self, step_id: str) -> None:
        """One press: the page first, so that the caller sees what the question is about; then one
        question for all powers of the step; then the scan.
        """
        step = self._guide.step(step_id)
        if step is None or not self._live:
            return
        self._open_page(step)
        powers = tuple(grant for grant in Grant if grant.value in step.powers)
        if step.scan or step.piece:
            needs = Powers(SCAN.needed, (*SCAN.along, *powers))
            self._ask_first.do(needs, self._scan, step)
        else:
            self._ask_first.do(Powers(powers), self._allowed, step, powers)

    def _allowed(self, step: GuideStep, powers: Collection[Grant]) -> None:
        """The step is done; where it is to act in the page, the tool for that is in hand."""
        self._guide.set_done(step.id, True)
        if Grant.CONTROL in powers:
            self._window.conversation.act_in_page()

    def _open_page(self, step: GuideStep) -> None:
        if step.address:
            self._documents.hide_document()
            self._app.open_address(step.address)
        elif step.page and not self._documents.knows(step.page):
            words = _("The library has no “{page}”: tell whoever writes your procedures.")
            self._window.messages.show_message(
                Level.WARNING, words.format(page=step.page), key=UNKNOWN_PAGE
            )
            return
        elif step.page:
            self._documents.push(step.page)
        else:
            return
        self._window.messages.clear(UNKNOWN_PAGE)
        self._window.conversation.show_page()

    def _scan(self, step: GuideStep) -> None:
        """The caller allows it: as the step's profile says, for the step's piece."""
        devices = self._window.devices
        self._window.messages.clear(UNKNOWN_PROFILE)
        if step.scan and not devices.scan.choose_profile(step.scan):
            words = _(
                "There is no scan profile “{profile}”: the scanner stays as it is set. Tell "
                "whoever writes your procedures."
            )
            self._window.messages.show_message(
                Level.WARNING, words.format(profile=step.scan), key=UNKNOWN_PROFILE
            )
        if step.piece:
            self._window.dossier.acted.emit(ScanPiece(step.piece))
        else:
            devices.scan.press_scan()
            self._guide.set_done(step.id, True)
