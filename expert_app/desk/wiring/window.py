# SPDX-License-Identifier: GPL-3.0-only
"""Connects the desk's window with queue, hub and filing:
what holds whether or not a session runs.
"""

from __future__ import annotations

from documents.pages.outbox import Leftover
from expert_app.desk.app import IN_WRAP_UP, LOADING, DeskApp, DeskTrouble
from expert_app.desk.filing import (
    CleanedPage,
    DocumentTrouble,
    Filing,
    FilingProgress,
    PageTrouble,
    ShownPage,
    Value,
)
from resources.texts import _
from session.core.errors import BusRefusedIdentity, NobodyWaits
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.requests import AgentChanged, Announcement, DocumentFiled, SessionEnded
from session.protocol.hub.tickets import HelpState, Ticket, TicketState
from session.protocol.topics import ASIDE_TOPIC
from views.desk.talk_bar import host_sentence
from views.desk.window import DeskWindow
from views.media.ring import Ring
from views.widgets.message_bar import Level
from views.words.errors import sentence

RETRYING, FILING, REFUSED = "retrying", "filing", "refused"
LINE = "line"
"""Key of the trouble that the hub does not answer."""


class WindowConnections:
    """Window on one side, job on the other."""

    def __init__(
        self,
        window: DeskWindow,
        ring: Ring,
        *,
        app: DeskApp,
        filing: Filing,
        link: DeskClient,
    ) -> None:
        self._window = window
        self._ring = ring
        self._app = app
        self._filing = filing
        self._link = link
        self._connect_queue()
        self._connect_filing()

    # ---- queue ----

    def _connect_queue(self) -> None:
        self._link.queue_changed.connect(self._on_queue)
        self._link.connection_changed.connect(self._on_connection)
        self._link.retrying.connect(self._on_retrying)
        self._link.announced.connect(self._on_announced)
        self._link.withdrawn.connect(self._on_withdrawn)
        self._link.agent_changed.connect(self._on_agent_changed)
        self._app.troubled.connect(self._on_trouble)
        self._app.trouble_cleared.connect(self._window.messages.clear)
        # The queue may have said it before there was a conversation.
        self._app.session_opened.connect(lambda _session: self._show_host(self._link.queue))
        self._app.session_ended.connect(self._on_session_ended)
        self._app.session_closed.connect(self._on_session_closed)
        self._app.kiosk_wiped.connect(self._on_kiosk_wiped)
        self._app.not_understood.connect(self._on_not_understood)
        self._app.flooded.connect(self._on_flooded)

    def _on_queue(self, tickets: list[Ticket]) -> None:
        services = {service.id: service for service in self._link.services}
        self._window.queue.set_tickets(tickets, services)
        self._show_host(tickets)
        if not any(
            ticket.state in (TicketState.WAITING, TicketState.OFFERED) for ticket in tickets
        ):
            self._ring.stop()

    def _show_host(self, tickets: list[Ticket]) -> None:
        """Shows in a conversation whether the site's host is called, comes, or hears the agent."""
        session = self._app.session
        if session is not None:
            ours = session.facts.ticket_id
        else:
            ours = ""
        ticket = next((ticket for ticket in tickets if ticket.id == ours), None)
        if ticket is None or ticket.state is not TicketState.IN_SESSION:
            self._window.messages.clear("host")
            return
        # an older hub tells only that the host is there
        if ticket.with_host:
            state = HelpState.HERE
        else:
            state = ticket.help
        self._window.conversation.talk_bar.show_host(state, ticket.help_from)
        if state is HelpState.NONE:
            self._window.messages.clear("host")
        else:
            words = host_sentence(state, ticket.help_from)
            self._window.messages.show_message(Level.INFO, words, key="host")

    def _on_connection(self, connected: bool) -> None:
        self._window.status.show_connection(connected)
        if connected:
            self._window.show_identity(self._link.organisation_name, self._link.agent_name)
            self._window.messages.clear(RETRYING)
            self._window.messages.clear(REFUSED)

    def show_access_refused(self, code: str = BusRefusedIdentity.code) -> None:
        """Shows that the bus does not know this desk's key, until it does again."""
        self._window.status.show_access_refused()
        self._window.messages.clear(LINE)
        words = sentence(code)
        self._window.messages.show_message(Level.ERROR, words.sentence, key=REFUSED)

    def _on_retrying(self, verb: str) -> None:
        self._window.messages.show_message(
            Level.WARNING, _("The hub did not answer; trying again…"), key=RETRYING
        )

    def _on_announced(self, announcement: Announcement) -> None:
        words = _("Message from {name}: {text}").format(
            name=announcement.by_name, text=announcement.text
        )
        self._window.messages.show_message(
            Level.WARNING, words, key=f"announcement {announcement.broadcast_id}"
        )

    def _on_agent_changed(self, change: AgentChanged) -> None:
        if change.services:
            words = _("{name} has changed what you serve today: {reason}")
        else:
            words = _("{name} has changed your state: {reason}")
        self._window.messages.show_message(
            Level.WARNING, words.format(name=change.by_name, reason=change.reason), key="changed"
        )

    def _on_withdrawn(self, broadcast_id: str) -> None:
        self._window.messages.clear(f"announcement {broadcast_id}")

    # ---- troubles ----

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        if trouble.key == "accept":
            self._window.queue.accept_failed()
            self._window.idle.next.show_accepting(False)
        if trouble.key == LOADING:  # said where the dossier would be: `wiring.dossier`
            return
        if trouble.key == "file":
            self._window.messages.clear(FILING)
        self.show_trouble(trouble.code, trouble.detail, trouble.key)

    def show_trouble(self, code: str, detail: dict[str, Value], key: str) -> None:
        """Puts an error in words into the message bar."""
        if code == NobodyWaits.code:
            level = Level.INFO
        else:
            level = Level.ERROR
        self._window.messages.show_message(level, sentence(code, detail).sentence, key=key or code)

    def show_leftover(self, leftover: Leftover) -> None:
        """Shows that a file of an earlier run could not be read; it was moved aside, not
        deleted.
        """
        words = _(
            "A damaged file of an earlier session was set aside in {folder}. Tell the help desk."
        )
        folder = leftover.path.parent
        self._window.messages.show_message(
            Level.WARNING, words.format(folder=folder), key=str(leftover.path)
        )

    # ---- pages and documents ----

    def _connect_filing(self) -> None:
        devices, filing = self._window.devices, self._filing
        filing.page_kept.connect(self._on_page_kept)
        filing.page_cleaned.connect(self._on_page_cleaned)
        filing.page_failed.connect(self._on_page_failed)
        filing.file_disarmed.connect(self._on_disarmed)
        filing.pages_filed.connect(devices.show_pages_filed)
        for signal in (filing.pages_filed, filing.page_kept, filing.unfiled_changed):
            signal.connect(self._show_unfiled)
        filing.document_filed.connect(self._on_filed)
        filing.document_progressed.connect(self._on_progress)
        filing.document_waiting.connect(self._on_waiting)
        filing.document_refused.connect(self._on_refused)

    def _on_page_kept(self, page: ShownPage) -> None:
        self._window.devices.pages.add_page(page.page_id)
        self._window.devices.pages.show_page_image(
            page.page_id,
            page.data,
            is_given=page.given,
            as_is=page.as_is,
            unasked=page.unasked,
        )

    def _on_page_cleaned(self, page: CleanedPage) -> None:
        from documents.imaging.legibility import DOUBT_WORDS
        from documents.imaging.legibility import sentence as flaw_sentence

        if page.clean.blank:
            notes = [_("Blank page")]
        else:
            notes = [flaw_sentence(finding) for finding in page.flaws]
        notes += [_(DOUBT_WORDS[doubt]) for doubt in page.clean.doubts]
        marks = [(at.box.left, at.box.top, at.box.right, at.box.bottom) for at in page.flaws]
        self._window.devices.pages.show_page_cleaned(
            page.page_id,
            page.clean.jpeg,
            " ".join(notes),
            turns_in=page.quarters,
            marks=marks,
            left_out=page.left_out,
        )

    def _on_disarmed(self, _had: tuple[str, ...]) -> None:
        words = _(
            "The caller's file could act by itself. That was left out: its pages are only pictures "
            "now."
        )
        self._window.messages.show_message(Level.WARNING, words, key="disarmed")

    def _on_page_failed(self, trouble: PageTrouble) -> None:
        self._window.devices.pages.show_page_failed(trouble.page_id, trouble.code)
        self.show_trouble(trouble.code, {}, key=f"page {trouble.page_id}")

    def _on_progress(self, progress: FilingProgress) -> None:
        words = _("Filing: {name}").format(name=progress.name)
        self._window.messages.show_progress(FILING, words, progress.percent)

    def _on_waiting(self, name: str) -> None:
        words = _("“{name}” is safe on this computer and will be filed when the hub answers.")
        self._window.messages.clear(FILING)
        self._window.messages.show_message(Level.WARNING, words.format(name=name), key="waiting")

    def _on_refused(self, refused: DocumentTrouble) -> None:
        self._window.messages.clear(FILING)
        title = _("“{name}” was not filed.").format(name=refused.name)
        why = sentence(refused.code).sentence
        self._window.messages.show_message(
            Level.ERROR, f"{title} {why}", key=f"refused {refused.upload_id}"
        )

    def _on_filed(self, filed: DocumentFiled) -> None:
        for key in (FILING, "waiting", "file"):
            self._window.messages.clear(key)
        words = _("Filed in dossier {number}: {name}")
        text = words.format(number=filed.dossier.number, name=filed.document.name)
        self._window.messages.show_message(Level.INFO, text, key="filed")
        session = self._app.session
        if session is not None:
            since = session.facts.opened_at_utc
            count = sum(document.filed_at_utc >= since for document in filed.dossier.documents)
            self._window.devices.show_document_filed(filed.document.name, count)

    def _show_unfiled(self, _fact: object = None) -> None:
        """Says in the wrap-up what becomes of pages that are not filed."""
        session = self._app.session
        if session is not None:
            self._window.wrap_up.show_unfiled(self._filing.unfiled(session.facts.id))

    # ---- the end of a session ----

    def _on_session_ended(self, ended: SessionEnded) -> None:
        self._window.show_wrap_up(just_now=ended.reason != IN_WRAP_UP)
        self._show_unfiled()
        if ended.by == "kiosk":
            self._window.messages.show_message(
                Level.INFO, _("The caller ended the conversation."), key="ended"
            )
        elif ended.reason == "kiosk_lost":
            words = _(
                "The kiosk did not come back: the conversation is over. What you received is safe."
            )
            self._window.messages.show_message(Level.WARNING, words, key="peer_gone")

    def _on_kiosk_wiped(self, wiped: KioskWiped) -> None:
        if wiped.left_over or not wiped.profile_removed:
            words = _(
                "The kiosk could not remove everything of the caller. Tell the help desk now."
            )
            self._window.messages.show_message(Level.ERROR, words, key="wiped")
        else:
            words = _("The kiosk has removed everything of the caller.")
            self._window.messages.show_message(Level.INFO, words, key="wiped")

    def _on_not_understood(self, _nothing: None) -> None:
        words = _(
            "This kiosk did not understand something that this desk can do: one of the two "
            "programs is older. The conversation goes on without it; tell the help desk which "
            "kiosk it is."
        )
        self._window.messages.show_message(Level.WARNING, words, key="not_understood")

    def _on_flooded(self, topic: str) -> None:
        words = _(
            "The kiosk sends too many messages: what is too much is left out. The conversation "
            "goes on; tell the help desk which kiosk it is."
        )
        if topic == ASIDE_TOPIC:
            words = _(
                "The third person's desk sends too many messages: what is too much is left out. "
                "The conversation goes on."
            )
        self._window.messages.show_message(Level.WARNING, words, key="flooded")

    def _on_session_closed(self, outcome: str) -> None:
        self._window.messages.dismiss_all()
        self._window.show_idle()
        if outcome == "desk_lost":
            words = _(
                "This desk was away too long: the caller waits again, at the head of the queue."
            )
            self._window.messages.show_message(Level.WARNING, words, key="desk_lost")
