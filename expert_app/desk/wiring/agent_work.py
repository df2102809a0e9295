# SPDX-License-Identifier: GPL-3.0-only
"""Connects the desk's window with the agent's work:
states, offers, the next caller, the wrap-up's time and note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PyQt6.QtCore import Qt

from documents.pages.outbox import UnfiledPage
from expert_app.desk.agent_work import CORRECTION, AgentWork, WrapUpTime
from expert_app.desk.app import DeskApp, DeskTrouble
from expert_app.desk.dossier.closing import closing_proposal
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.wrap_up_proposal import filled_note, guided
from expert_app.desk.filing import DeletedPages, Filing, kept_until
from resources.texts import _, ngettext
from session.core.dossier_model import Dossier, OwnWork
from session.core.errors import DossierUnknown, TicketUnknown
from session.core.spoken_letters import short_number
from session.desk.hub.memos import SUPERVISORS
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.dossier.guides import NoteTemplate
from session.protocol.hub.history import OwnTalksAnswer
from session.protocol.hub.requests import SessionEnded
from session.protocol.hub.routing import CallerPreview, ServiceWork
from session.protocol.hub.tickets import Ticket
from session.protocol.hub.waiting import PromisedCall
from views.desk.acts import (
    AcceptByThemselves,
    AcceptCaller,
    AcceptNext,
    AcceptOffer,
    CallBack,
    ChooseOwnState,
    CorrectOutcome,
    DeclineOffer,
    DeleteLeftPages,
    DropOwedNote,
    EndWrapUpTime,
    FileLeftPages,
    FinishWrapUp,
    IdleAct,
    IdlePress,
    MakePromisedCall,
    OfferAct,
    QueueAct,
    TakeBackNote,
    TakeBackPaper,
    UseNoteTemplate,
    WrapUpAct,
    WrapUpPress,
    WriteOfDossier,
    WriteOwedNote,
)
from views.desk.my_day.open_work import OpenWork, WorkKind
from views.desk.my_day.summary import day_lines
from views.desk.offer_card import preview_lines
from views.desk.window import DeskWindow
from views.desk.wrap_up import outcome_choices, outcome_words
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.widgets.agent_state import SHIFT_END, AskSupervisor, help_words
from views.widgets.announcer import announce
from views.widgets.message_bar import Level
from views.widgets.window_settings import WindowSettings
from views.words.counts import filed_words
from views.words.errors import sentence

BY_ITSELF = "offers/by_itself"
"""Where it is remembered that this agent lets offered callers be accepted."""

SUPERVISOR, OWED_NOTE = "supervisor asked", "owed note"

LEFT_PAGES = "left pages"
"""Key of what is said of pages that an earlier conversation left behind."""

TIME_OVER = "time over"
"""Key of the message that a wrap-up's time is over and pages are not filed."""


class AgentWorkConnections:
    """Window on one side, work on the other."""

    def __init__(
        self,
        window: DeskWindow,
        ring: Ring,
        *,
        app: DeskApp,
        work: AgentWork,
        filing: Filing,
        user: str,
        settings: WindowSettings,
        notification: DesktopNotification,
    ) -> None:
        self._window = window
        self._ring = ring
        self._app = app
        self._work = work
        self._filing = filing
        self._user = user
        self._settings = settings
        self._why_ended = ""
        self._guide: DeskGuide | None = None
        self._calls: Sequence[PromisedCall] = ()
        self._provisional: list[str] = []
        self._missed: Sequence[OpenWork] = ()
        self._talks = OwnTalksAnswer(talks=[])
        self._unfinished = 0
        self._templates: dict[str, NoteTemplate] = {}
        self._notification = notification
        self._notified = ""
        self._connect_queue()
        self._connect_wrap_up()

    def follow_guide(self, guide: DeskGuide) -> None:
        """Follow the guide: what was done of it changes what the wrap-up proposes."""
        self._guide = guide
        guide.progress_changed.connect(lambda _progress: self._on_dossier(self._app.dossier))
        guide.notes_changed.connect(self._on_templates)

    def _on_templates(self, templates: list[NoteTemplate]) -> None:
        self._templates = {template.id: template for template in templates}
        self._window.wrap_up.note.show_templates(
            {template.id: template.name for template in templates}
        )

    def _on_template(self, template_id: str) -> None:
        template = self._templates.get(template_id)
        if template is not None and self._guide is not None:
            text = filled_note(template.text, self._guide.progress, self._app.dossier)
            self._window.wrap_up.note.write(text)

    # ---- queue and offers

    def _connect_queue(self) -> None:
        queue, work = self._window.queue, self._work
        queue.acted.connect(self._on_queue_act)
        queue.ticket_rang.connect(lambda ticket_id: self._ring.start())
        self._window.offer.acted.connect(self._on_offer_act)
        self._window.idle.acted.connect(self._on_idle_act)
        work.services_changed.connect(self._on_services)
        work.state_changed.connect(lambda state: self._window.status.show_state(*state))
        work.offered.connect(self._on_offer)
        self._window.header.acted.connect(self._on_header_act)
        work.supervisor_asked.connect(self._on_supervisor_asked)
        work.previewed.connect(self._on_previewed)
        work.calls_changed.connect(self._on_calls)
        work.provisional_changed.connect(self._on_provisional)
        work.talks_changed.connect(self._on_talks)
        work.owed.changed.connect(self.show_open_work)
        work.note_failed.connect(self._on_note_failed)
        self.show_open_work()
        self._app.session_closed.connect(self.show_open_work)
        self._filing.document_waiting.connect(self.show_open_work)
        self._filing.document_filed.connect(self.show_open_work)
        self._filing.left_pages_deleted.connect(self._on_left_deleted)
        self._filing.left_pages_filed.connect(self._on_left_filed)
        work.rang.connect(self._on_rang)
        self._app.troubled.connect(self._on_trouble)
        self._app.session_opened.connect(lambda _session: self._notification.close())
        self._app.session_opened.connect(lambda _session: self._window.idle.summary.dismiss())
        self._notification.acted.connect(self._on_notification_accepted)
        self._notification.opened.connect(self._show_window)

    def _on_services(self, services: list[ServiceWork]) -> None:
        self._window.queue.set_work(services)
        self._window.idle.next.show_by_itself(self._work.offers_callers(), self._chosen_by_itself())

    def _chosen_by_itself(self) -> bool:
        return bool(self._settings.read(BY_ITSELF))

    def _on_queue_act(self, act: QueueAct) -> None:
        match act:
            case AcceptCaller(ticket_id):
                self._ring.stop()
                self._window.idle.next.show_accepting(True)
                self._app.accept(ticket_id)
            case AcceptNext(service):
                self._ring.stop()
                self._window.idle.next.show_accepting(True)
                self._work.accept_next(service)
            case ChooseOwnState(available, reason, minutes):
                if not available:
                    self._ring.stop()
                self._work.set_state(available, reason, minutes)
                self._window.idle.summary.show_over(reason == SHIFT_END and not available)

    def _on_header_act(self, act: ChooseOwnState | AskSupervisor) -> None:
        if isinstance(act, AskSupervisor):
            self._work.ask_supervisor(act.reason)

    def _on_offer_act(self, act: OfferAct) -> None:
        match act:
            case AcceptOffer(ticket_id):
                self._ring.stop()
                self._window.idle.next.show_accepting(True)
                self._work.accept_offer(ticket_id)
            case DeclineOffer(ticket_id, reason):
                self._work.decline(ticket_id, reason)

    def _on_idle_act(self, act: IdleAct) -> None:
        match act:
            case IdlePress.PREVIEW:
                self._on_preview()
            case IdlePress.PAUSE_IS_OVER:
                self._on_pause_over()
            case IdlePress.CLOSE:
                self._window.close()
            case AcceptByThemselves(on):
                self._settings.write(BY_ITSELF, "yes" if on else "")
            case MakePromisedCall(ticket_id):
                self._ring.stop()
                self._window.idle.next.show_accepting(True)
                self._work.call_now(ticket_id)
            case WriteOwedNote(session_id, note):
                self._work.write_owed(session_id, note)
            case DropOwedNote(session_id):
                self._work.owed.drop(session_id)
            case CorrectOutcome() | TakeBackNote() | TakeBackPaper():
                self._on_correction(act)
            case FileLeftPages(session_id):
                self._on_file_left(session_id)
            case DeleteLeftPages(session_id):
                self._filing.delete_left(session_id)
            case WriteOfDossier(number):
                words = _("Provisional dossier {number}").format(number=number)
                self._window.memos.open_thread(SUPERVISORS, f"{words}: ")

    def _on_correction(self, act: CorrectOutcome | TakeBackNote | TakeBackPaper) -> None:
        match act:
            case CorrectOutcome(session_id, outcome):
                self._work.correct_outcome(session_id, outcome)
            case TakeBackNote(session_id, note_id, text):
                self._work.take_back_note(session_id, note_id, text)
            case TakeBackPaper(session_id, document_id, reason, dossier, piece_id):
                self._work.take_back_document(
                    session_id, document_id, reason, dossier=dossier, piece_id=piece_id
                )

    def _on_offer(self, ticket: Ticket | None) -> None:
        if ticket is None:
            self._window.offer.clear()
            self._ring.stop()
            self._notification.close()
            return
        service, place = self._window.queue.facts.service(ticket.service)
        self._window.offer.show_offer(
            ticket,
            service,
            place,
            comes_back=ticket.preferred == self._user,
            by_itself=not self._window.idle.check.is_open
            and (self._chosen_by_itself() or self._work.answers_by_itself(ticket)),
        )
        self._ring.start()
        self._notify(ticket)

    def _on_preview(self) -> None:
        ticket = self._window.queue.facts.next_ticket()
        if ticket is not None:
            self._work.preview(ticket.id)

    def _on_pause_over(self) -> None:
        """Says it once; the agent stays in its pause."""
        words = _("Your pause is over. You stay paused until you resume.")
        if self._window.idle.isVisible():  # the page says it
            announce(self._window, words)
        else:
            self._window.messages.show_message(Level.INFO, words, key="pause")
        if not self._window.isActiveWindow():
            self._notified = ""
            self._notification.show(_("Your pause is over"), words, _("Show the desk"))

    def _on_previewed(self, previewed: tuple[str, CallerPreview]) -> None:
        ticket_id, preview = previewed
        self._window.offer.show_preview(ticket_id, preview)
        following = self._window.queue.facts.next_ticket()
        if following is not None and following.id == ticket_id:
            self._window.idle.next.show_preview(preview_lines(preview))

    def _on_calls(self, calls: Sequence[PromisedCall]) -> None:
        self._calls = calls
        self._window.idle.day.show_calls(calls)
        self.show_open_work()

    def _on_provisional(self, numbers: list[str]) -> None:
        self._provisional = numbers
        self.show_open_work()

    def _on_talks(self, answer: OwnTalksAnswer) -> None:
        """Shows whom this agent spoke with today; the desk keeps it nowhere else."""
        now = self._work.clock.utc_now()
        talks = []
        for talk in answer.talks:
            service, _place = self._window.queue.facts.service(talk.service)
            work = self._window.queue.facts.work(talk.service)
            name = service.name if service is not None else talk.service
            outcome = outcome_words(talk.outcome, work)
            choices: list[tuple[str, str]] = []
            if talk.correct_until_utc is not None and talk.correct_until_utc > now:
                choices = [one for one in outcome_choices(work) if one[0] != talk.outcome]
            began = f"{talk.began_at_utc.astimezone():%H:%M}"
            title = " · ".join(filter(None, (began, name, outcome)))
            filed = filed_words(talk.filed) if talk.filed else ""
            detail = " · ".join(filter(None, (talk.caller_name or talk.number, filed)))
            own = self._work.own.get(talk.session_id, OwnWork())
            talks.append(
                OpenWork(WorkKind.TALK, talk.session_id, title, detail, tuple(choices), own)
            )
        self._window.idle.talks.show_work(talks, answer.total)
        self._window.idle.day.show_talks(answer.talks)
        self._talks = answer
        self._show_day()

    def _show_day(self) -> None:
        """Keeps the figures of this day, which go nowhere, and what is not finished up to date."""
        lines = day_lines(self._talks, self._window.queue.facts.work)
        self._window.idle.summary.show_day(
            lines, self._unfinished, has_talks=bool(self._talks.talks)
        )

    def _on_note_failed(self, failed: tuple[str, str]) -> None:
        session_id, code = failed
        self._window.idle.work.show_failed(WorkKind.NOTE, session_id)
        words = sentence(code).sentence
        if code in (TicketUnknown.code, DossierUnknown.code):
            words = _("It is too late for this note: tell it to a colleague or to the caller.")
        self._window.messages.show_message(Level.WARNING, words, key=OWED_NOTE)

    def show_missed(self, missed: Sequence[OpenWork]) -> None:
        """Shows whose appointments were missed."""
        self._missed = missed
        self.show_open_work()

    def show_open_work(self, _fact: object = None) -> None:
        """Says on the page between two callers what this agent has not finished."""
        work = [*self._promised(), *self._missed, *self._left(), *self._owed()]
        title = _("Provisional dossier {number}")
        detail = _("A supervisor matches it.")
        for number in self._provisional:
            work.append(OpenWork(WorkKind.DOSSIER, number, title.format(number=number), detail))
        if waiting := self._filing.waiting():
            title = ngettext(
                "One document waits to be sent", "{count} documents wait to be sent", waiting
            ).format(count=waiting)
            detail = _("They are sent as soon as the line allows it.")
            work.append(OpenWork(WorkKind.UNSENT, "", title, detail))
        self._window.idle.work.show_work(work)
        self._unfinished = len(work)
        self._show_day()

    def _promised(self) -> Iterator[OpenWork]:
        for call in self._calls:
            title = _("A caller to call back")
            if call.number:
                title = _("Call back {number}").format(number=call.number)
            service, _place = self._window.queue.facts.service(call.service)
            name = service.name if service is not None else call.service
            parts = (name, f"{call.due_at_utc.astimezone():%d/%m %H:%M}", call.masked_phone)
            detail = " · ".join(filter(None, parts))
            yield OpenWork(WorkKind.CALL, call.ticket_id, title, detail)

    def _owed(self) -> Iterator[OpenWork]:
        for note in self._work.owed.owed:
            yield OpenWork(WorkKind.NOTE, note.session_id, _("Note to write"), note.words)

    def _left(self) -> Iterator[OpenWork]:
        """The scanned pages that conversations left behind, for each conversation."""
        left: dict[str, list[UnfiledPage]] = {}
        for page in self._filing.left_behind():
            left.setdefault(page.session_id, []).append(page)
        for session_id, pages in left.items():
            title = ngettext(
                "One scanned page was not filed", "{count} scanned pages were not filed", len(pages)
            ).format(count=len(pages))
            detail = _("Conversation {number}, kept until {until}").format(
                number=short_number(session_id), until=f"{kept_until(pages[0]):%d/%m %H:%M}"
            )
            yield OpenWork(WorkKind.PAGES, session_id, title, detail)

    def _on_file_left(self, session_id: str) -> None:
        name = _("Pages filed after the conversation")
        self._app.do(self._filing.file_left(session_id, name), LEFT_PAGES)

    def _on_left_filed(self, count: int) -> None:
        self._app.clear_trouble(LEFT_PAGES)
        words = ngettext(
            "One page is filed in the dossier of its conversation, without a piece.",
            "{count} pages are filed in the dossier of their conversation, without a piece.",
            count,
        )
        self._show_left_done(words.format(count=count))

    def _on_left_deleted(self, deleted: DeletedPages) -> None:
        count = len(deleted.pages)
        words = ngettext(
            "One page of an earlier conversation is deleted.",
            "{count} pages of an earlier conversation are deleted.",
            count,
        )
        if deleted.reason is RemovalReason.NOT_FILED:
            words = ngettext(
                "One page of an earlier conversation was not filed in time and is deleted.",
                "{count} pages of an earlier conversation were not filed in time and are deleted.",
                count,
            )
        self._show_left_done(words.format(count=count))

    def _show_left_done(self, words: str) -> None:
        self._window.messages.show_message(Level.INFO, words, key=LEFT_PAGES)
        self.show_open_work()

    def _on_supervisor_asked(self, reason: str) -> None:
        self._window.header.state.show_help(reason)
        if not reason:
            self._window.messages.clear(SUPERVISOR)
            return
        words = _("The board shows that you need help: {reason}. F3 takes it back.")
        self._window.messages.show_message(
            Level.INFO, words.format(reason=help_words(reason)), key=SUPERVISOR
        )

    def _on_rang(self, ticket: Ticket) -> None:
        if self._app.session is None and self._window.queue.may_ring(ticket):
            self._window.queue.ring(ticket.id)
            self._notify(ticket)

    def _notify(self, ticket: Ticket) -> None:
        """Tells an agent who looks at another window; a number and a service, nobody's name."""
        if self._window.isActiveWindow():
            return
        service, _place = self._window.queue.facts.service(ticket.service)
        if service is not None:
            what = service.name
        else:
            what = ticket.service
        self._notified = ticket.id
        self._notification.show(
            _("A caller for you"), f"{ticket.number} · {what} · {ticket.site}", _("Accept")
        )

    def _on_notification_accepted(self) -> None:
        self._show_window()
        ticket = self._window.queue.facts.ticket(self._notified)
        if ticket is None or self._app.session is not None:
            return  # somebody else was quicker
        self._ring.stop()
        if self._window.offer.ticket_id == ticket.id:
            self._work.accept_offer(ticket.id)
        else:
            self._app.accept(ticket.id)

    def _show_window(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        if trouble.key in ("accept", "decline"):
            self._window.offer.answer_failed()
            self._window.idle.work.show_failed(WorkKind.CALL)
        elif trouble.key == "prolong":
            self._window.wrap_up.show_limit(*self._work.wrap_up)
        elif trouble.key == "finish":
            self._window.wrap_up.finish_failed()
        elif trouble.key == CORRECTION:
            self._window.idle.talks.show_failed(WorkKind.TALK)
        elif trouble.key == LEFT_PAGES:
            self._window.idle.work.show_failed(WorkKind.PAGES)
            self.show_open_work()

    def show_reservation_ended(self, ticket: Ticket) -> None:
        """Tells the agent for whom a caller was kept that colleagues may take the caller too."""
        if ticket.assigned_to == self._user:
            words = _("{number} was kept for you; now every colleague may take the caller.")
            self._window.messages.show_message(
                Level.WARNING, words.format(number=ticket.number), key=f"kept {ticket.id}"
            )

    # ---- wrap-up

    def _connect_wrap_up(self) -> None:
        self._window.wrap_up.acted.connect(self._on_wrap_up_act)
        self._work.wrap_up_changed.connect(self._on_time)
        self._app.session_ended.connect(self._on_session_ended)
        self._app.dossier_changed.connect(self._on_dossier)

    def _later(self) -> str:
        """Return the name of the session whose note is written later; "" where none is."""
        session = self._app.session
        if session is None or not self._window.wrap_up.note.is_later():
            return ""
        facts = session.facts
        ticket, service = self._window.queue.facts.ticket(facts.ticket_id), facts.service
        service_facts = self._window.queue.facts.service(service)[0]
        if ticket is not None:
            number = ticket.number
        else:
            number = short_number(facts.id)
        began = f"{facts.opened_at_utc.astimezone():%H:%M}"
        return (
            f"{number} · {service_facts.name if service_facts is not None else service} · {began}"
        )

    def _on_wrap_up_act(self, act: WrapUpAct) -> None:
        match act:
            case FinishWrapUp(outcome):
                self._work.finish(outcome, self._window.wrap_up.note.text(), self._later())
            case CallBack(phone, minutes):
                self._work.call_back(
                    phone, minutes, self._window.wrap_up.note.text(), self._later()
                )
            case EndWrapUpTime(outcome):
                self._on_time_over(outcome)
            case UseNoteTemplate(template_id):
                self._on_template(template_id)
            case WrapUpPress.PROLONG:
                self._work.prolong()

    def _on_session_ended(self, ended: SessionEnded) -> None:
        """Shows on the new wrap-up page what is known already."""
        self._why_ended = ended.reason
        self._on_dossier(self._app.dossier)
        self._on_time(self._work.wrap_up)

    def _on_dossier(self, dossier: Dossier | None) -> None:
        view, session = self._window.wrap_up, self._app.session
        view.note.show_place(dossier is not None)
        if session is not None:
            proposal = closing_proposal(dossier, session.facts.opened_at_utc, self._why_ended)
            if self._guide is not None:
                proposal = guided(proposal, self._guide.progress, dossier)
            view.propose(*proposal, has_phone=bool(session.facts.phone))

    def _on_time(self, time: WrapUpTime) -> None:
        self._window.wrap_up.show_limit(*time)

    def _on_time_over(self, outcome: str) -> None:
        """Finishes the wrap-up when its time is over, unless pages are not filed yet: then the
        agent finishes by hand.
        """
        session = self._app.session
        if session is not None:
            unfiled = self._filing.unfiled(session.facts.id)
        else:
            unfiled = 0
        if unfiled:
            words = ngettext(
                "The time is over, and one page is not filed yet. File it or take it out, then "
                "finish.",
                "The time is over, and {count} pages are not filed yet. File them or take them "
                "out, then finish.",
                unfiled,
            )
            self._window.messages.show_message(
                Level.WARNING, words.format(count=unfiled), key=TIME_OVER
            )
            return
        self._work.finish(outcome, self._window.wrap_up.note.text(agreed=False), self._later())
