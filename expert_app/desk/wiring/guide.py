# SPDX-License-Identifier: GPL-3.0-only
"""Connects the guide of a procedure and the ready phrases with the desk's window, and does what one
step names: its page, its question to the caller, its scan.
"""

from __future__ import annotations

from functools import partial

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import SCAN, AskFirst, Powers
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress
from expert_app.desk.shown_documents import ShownDocumentsJob
from resources.texts import _
from session.protocol.conversation.messages import Grant
from session.protocol.dossier.guides import Guide, GuideStep
from session.protocol.hub.requests import SessionEnded
from views.desk.window import PAGE, DeskWindow
from views.widgets.message_bar import Level

UNKNOWN_PAGE = "guide page"
"""Key of the message that the library has not what a step names."""


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
        self._window, self._app, self._guide = window, app, guide
        self._documents, self._ask_first = documents, ask_first
        view = window.guide
        guide.guides_changed.connect(self._on_guides)
        guide.progress_changed.connect(self._show)
        guide.phrases_changed.connect(window.chat.show_phrases)
        app.session_ended.connect(self._on_ended)
        view.procedure_chosen.connect(guide.choose)
        view.case_changed.connect(guide.set_case)
        view.done_changed.connect(guide.set_done)
        view.step_requested.connect(self._on_step)
        view.say_requested.connect(self._on_say)
        self._live = True
        guide.start()

    # ---- facts ----

    def _on_guides(self, guides: list[Guide]) -> None:
        self._live = self._app.session is not None and not self._app.session.facts.phone
        self._window.guide.show_guides(guides)
        self._window.side.offer_guide(bool(guides))

    def _show(self, progress: GuideProgress | None) -> None:
        if progress is None:
            self._window.guide.show_progress(None)
        else:
            guide, cases, done = progress
            self._window.guide.show_progress(guide, cases, done, live=self._live)

    def _on_ended(self, _ended: SessionEnded) -> None:
        """Nobody is at the kiosk any more; what was done can still be ticked."""
        self._live = False
        self._show(self._guide.progress)

    # ---- a step ----

    def _on_say(self, step_id: str) -> None:
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
            self._ask_first.do(needs, partial(self._scan, step))
        else:
            self._ask_first.do(Powers(powers), partial(self._guide.set_done, step.id, True))

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
        self._window.show_mode(PAGE)

    def _scan(self, step: GuideStep) -> None:
        """The caller allows it: as the step's profile says, for the step's piece."""
        devices = self._window.devices
        devices.scan.choose_profile(step.scan)
        if step.piece:
            self._window.dossier.piece_chosen.emit(step.piece)
        else:
            devices.scan.press_scan()
            self._guide.set_done(step.id, True)
