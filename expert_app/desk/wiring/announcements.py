# SPDX-License-Identifier: GPL-3.0-only
"""Says what happens at the desk to an agent who does not see it. What the message bar shows, it
says itself; here is all else: callers, powers, pages, prints, the line.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer

from expert_app.desk.agent_work import AgentWork, ReportedState
from expert_app.desk.app import DeskApp
from expert_app.desk.devices import DevicesJob, Printing
from expert_app.desk.filing import CleanedPage, Filing
from resources.texts import _, ngettext
from session.desk.session import DeskSession
from session.media.engine import MediaState
from session.protocol.conversation.line import LineGoverned
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    GrantReason,
    PageShown,
    PrintState,
    ScanEnded,
)
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import SessionEnded
from session.protocol.hub.tickets import Ticket
from views.desk.acts import OfferAct
from views.desk.devices.print_panel import PRINT_WORDS
from views.desk.grants_control import GRANT_WORDS
from views.desk.window import DeskWindow
from views.widgets.agent_state import state_style
from views.widgets.announcer import announce
from views.words.errors import sentence
from views.words.line import caller_words

SOON_S = 30.0
"""So long before a power ends by itself the agent is told."""
TOGETHER_MS = 150
"""Answers to one question come power by power; they are said in one sentence."""
STEADY_MS = 10_000
"""So long a line is weak, or good again, before it is said. Each time that it was good again it has
to be so for twice as long the next time: a line that comes and goes would talk without end.
"""
_GOOD, _WEAK, _AWAY = "good", "weak", "away"
_LINE, _PEER = "line", "peer_gone"


class DeskAnnouncements:
    """Listens to the jobs, speaks in the window."""

    def __init__(
        self,
        window: DeskWindow,
        *,
        app: DeskApp,
        work: AgentWork,
        devices: DevicesJob,
        filing: Filing,
    ) -> None:
        self._window = window
        self._app = app
        self._devices = devices
        self._given: dict[Grant, bool] = {}
        self._new: list[Grant] = []
        self._gone: list[Grant] = []
        self._warned: set[Grant] = set()
        self._page = ""
        self._governed = self._trouble = ""
        self._answered = self._has_met = False
        self._returns = 0
        self._call = MediaState.NEW
        self._together = QTimer(window)
        self._together.setSingleShot(True)
        self._together.setInterval(TOGETHER_MS)
        self._together.timeout.connect(self._announce_powers)
        self._steady = QTimer(window)
        self._steady.setSingleShot(True)
        self._steady.setObjectName("line_lasts")
        self._steady.timeout.connect(self._on_steady)
        self._seconds = QTimer(window)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self._on_second)
        self._connect_queue(work)
        self._connect_conversation()
        devices.printing.connect(self._on_printing)
        filing.page_cleaned.connect(self._on_cleaned)

    def _announce(self, words: str, urgent: bool = False) -> None:
        announce(self._window, words, urgent=urgent)

    # ---- callers ----

    def _connect_queue(self, work: AgentWork) -> None:
        self._window.queue.ticket_rang.connect(self._on_rang)
        self._window.offer.acted.connect(self._on_offer_answered)
        work.offered.connect(self._on_offer)
        work.state_changed.connect(self._on_state)

    def _on_rang(self, ticket_id: str) -> None:
        ticket = self._window.queue.facts.ticket(ticket_id)
        if ticket is not None:
            self._announce(_("New caller: {caller}").format(caller=self._called(ticket)))

    def _on_offer(self, ticket: Ticket | None) -> None:
        if ticket is None:
            if not self._answered:
                self._announce(_("The offer is over: the caller goes to somebody else."))
            return
        self._answered = False
        words = _("A caller is offered to you: {caller}. F2 accepts.")
        self._announce(words.format(caller=self._called(ticket)), urgent=True)

    def _on_offer_answered(self, _act: OfferAct) -> None:
        self._answered = True

    def _called(self, ticket: Ticket) -> str:
        service = self._window.queue.facts.service(ticket.service)[0]
        if service is not None:
            name = service.name
        else:
            name = ticket.service
        return f"{ticket.number}, {name}, {ticket.site}"

    def _on_state(self, state: ReportedState) -> None:
        words, _icon, _tone = state_style(state.available, state.reason)
        if state.until_utc is not None:
            end = f"{state.until_utc.astimezone():%H:%M}"
            words = _("{state} until {time}").format(state=words, time=end)
        self._announce(_("Your state: {state}").format(state=words))

    # ---- the conversation ----

    def _connect_conversation(self) -> None:
        self._app.session_opened.connect(self._on_opened)
        self._app.session_ended.connect(self._on_ended)
        self._app.trouble_cleared.connect(self._on_cleared)

    def _on_opened(self, session: DeskSession) -> None:
        self._given = dict(session.grants.all())
        self._page = ""
        self._governed = self._trouble = ""
        self._new = []
        self._gone = []
        self._warned = set()
        self._has_met = False
        self._returns = 0
        self._call = MediaState.NEW
        ticket = self._window.queue.facts.ticket(session.facts.ticket_id)
        if ticket is not None:
            caller = self._called(ticket)
        else:
            caller = session.facts.site
        self._announce(_("The conversation begins: {caller}").format(caller=caller))
        session.grants.changed.connect(lambda change: self._on_grant(session, change))
        session.call.state_changed.connect(self._on_call)
        session.line.peer_governed.connect(self._on_line)
        session.page.page_shown.connect(self._on_page)
        session.chat.received.connect(self._on_written)
        session.devices.scan_ended.connect(self._on_scanned)
        self._seconds.start()

    def _on_ended(self, _ended: SessionEnded) -> None:
        self._seconds.stop()
        self._together.stop()
        self._steady.stop()
        self._announce(_("The conversation is over. Wrap-up."), urgent=True)

    def _on_cleared(self, key: str) -> None:
        if key == _LINE:
            self._announce(_("Connected again."))
        elif key == _PEER:
            self._announce(_("The kiosk is back."))

    # ---- powers ----

    def _on_grant(self, session: DeskSession, change: GrantChanged) -> None:
        """A no to a question is in the message bar already."""
        before, now = self._given.get(change.grant, False), change.allowed
        self._given[change.grant] = now
        self._warned.discard(change.grant)
        refused = change.reason in (GrantReason.ANSWERED, GrantReason.SILENT)
        if now and not before:
            self._new.append(change.grant)
        elif before and not now and not refused:
            self._gone.append(change.grant)
        self._together.start()

    def _announce_powers(self) -> None:
        new, gone = self._new, self._gone
        self._new = []
        self._gone = []
        if new:
            self._announce(_("The caller allows: {powers}").format(powers=_named(new)))
        if gone:
            self._announce(
                _("No longer allowed: {powers}").format(powers=_named(gone)), urgent=True
            )

    def _on_second(self) -> None:
        session = self._app.session
        if session is None:
            return
        soon = [
            grant
            for grant, left_s in session.grants.all_left_s().items()
            if 0 < left_s <= SOON_S and grant not in self._warned
        ]
        if soon:
            self._warned.update(soon)
            words = _("Ends in {seconds} seconds: {powers}")
            self._announce(words.format(seconds=round(SOON_S), powers=_named(soon)))

    # ---- page, paper, words ----

    def _on_page(self, page: PageShown) -> None:
        here = self._window.focusWidget()
        says_itself = here is not None and page.title in here.accessibleName()
        if page.title and page.title != self._page and not says_itself:
            self._announce(_("Page: {title}").format(title=page.title))
        self._page = page.title

    def _on_scanned(self, ended: ScanEnded) -> None:
        if ended.code:
            self._announce(sentence(ended.code, ended.detail).sentence, urgent=True)
        elif self._devices.is_preview(ended.scan_id):
            self._announce(_("The preview is there."))
        else:
            words = ngettext("One page is scanned.", "{count} pages are scanned.", ended.pages)
            self._announce(words.format(count=ended.pages))

    def _on_cleaned(self, page: CleanedPage) -> None:
        facts = self._window.devices.pages.page(page.page_id)
        if facts is not None and (why := facts.to_check()):
            self._announce(_("Page to look at: {why}").format(why=why))

    def _on_printing(self, printing: Printing) -> None:
        changed = printing.changed
        if changed.state in (PrintState.SENT, PrintState.RECEIVED, PrintState.PRINTING):
            return
        words = f"{printing.name}: {_(PRINT_WORDS[changed.state][0])}"
        if changed.code:
            words = f"{words}. {sentence(changed.code, changed.detail).sentence}"
        self._announce(words, urgent=changed.state in (PrintState.FAILED, PrintState.WAITING))

    def _on_written(self, line: ChatLine) -> None:
        self._announce(_("The caller wrote: {text}").format(text=line.text))

    # ---- the line ----

    def _on_call(self, state: MediaState) -> None:
        before = self._quality()
        self._call = state
        if state is MediaState.LOST and self._trouble != _AWAY:
            self._trouble = _AWAY
            self._announce(_("Picture and sound are away; trying again."), urgent=True)
        elif state is MediaState.CONNECTED and not self._has_met:
            self._has_met = True
            self._trouble = ""
            self._announce(self._met_words())
        self._watch(before)

    def _quality(self) -> str:
        """Return the line as it is: neither weak nor good while the call is being connected."""
        if self._governed or self._call in (MediaState.UNSTABLE, MediaState.LOST):
            return _WEAK
        if self._call is MediaState.CONNECTED:
            return _GOOD
        return ""

    def _watch(self, before: str) -> None:
        """What has changed has to last."""
        now = self._quality()
        if now != before:
            self._steady.start(STEADY_MS << self._returns if now == _GOOD else STEADY_MS)

    def _on_steady(self) -> None:
        """The line has been good, or weak, for a while: what is new of it is said once."""
        quality = self._quality()
        if quality == _WEAK and not self._trouble:
            self._trouble = _WEAK
            self._announce(self._governed or _("The line is weak."))
        elif quality == _GOOD and self._trouble:
            is_back = self._trouble == _AWAY
            self._trouble = ""
            self._returns += 1
            self._announce(
                _("Picture and sound are back.") if is_back else _("The line is good again.")
            )

    def _met_words(self) -> str:
        """Return what is true of a call that stands: an end may have no camera or no
        microphone.
        """
        session = self._app.session
        is_whole = session is not None and session.call.has_all_devices
        if is_whole:
            return _("You see and hear each other.")
        return _("The call stands.")

    def _on_line(self, rule: LineGoverned) -> None:
        """Keeps what the caller's line gives up."""
        before = self._quality()
        self._governed = caller_words(rule.step, document=False, motion=rule.motion)
        self._watch(before)


def _named(grants: list[Grant]) -> str:
    return ", ".join(_(GRANT_WORDS[grant][0]) for grant in grants)
