# SPDX-License-Identifier: GPL-3.0-only
"""The entries of the desk's command palette: the window's actions, and what there is to work
with at this moment: callers, states, the library, procedures, pieces, colleagues and queues,
phrases.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from expert_app.desk.app import DeskApp
from expert_app.desk.jobs import DeskJobs
from resources.texts import _
from session.desk.hub.client import DeskClient
from session.protocol.dossier.library import LibraryItem
from session.protocol.dossier.pieces import ProcedureFacts
from session.protocol.hub.third_parties import TargetsAnswer
from session.protocol.hub.tickets import TicketState
from views.desk.acts import AcceptCaller, CheckPress, TalkPress
from views.desk.appointments.acts import APPOINTMENT_KEYS
from views.desk.devices.acts import ScanPiece
from views.desk.dossier.acts import DossierAct, OpenDocument
from views.desk.help import CONVERSATION_GROUP, SESSION_GROUPS, SHORTCUTS, named_shortcuts
from views.desk.window import DeskWindow
from views.widgets.agent_state import AGENT_DOING, PAUSES, state_style
from views.widgets.icons import icon
from views.widgets.keyboard.command_palette import CommandPalette, PaletteEntry
from views.widgets.keyboard.window_actions import WindowActions
from views.widgets.window_settings import WindowSettings


class PaletteConnections:
    """The palette over the desk's window; each source gives what is true when it is opened."""

    def __init__(
        self, window: DeskWindow, jobs: DeskJobs, *, link: DeskClient, settings: WindowSettings
    ) -> None:
        self._window = window
        self._jobs = jobs
        self._link = link
        self._library: list[LibraryItem] = []
        self._procedures: list[ProcedureFacts] = []
        self._targets: TargetsAnswer | None = None
        self._wanted_target = ""
        self._groups = {keys: title for title, rows in SHORTCUTS for keys, _words in rows}
        actions = WindowActions(
            window,
            named_shortcuts(),
            folded=(window.side, window.cobrowse, window.cobrowse.parentWidget() or window),
            left_out=(window.queue,),
            why_not=self._why_not,
        )
        sources = (
            self._steps,
            self._pieces,
            actions.entries,
            self._library_items,
            self._phrases,
            self._callers,
            self._states,
            self._check,
            self._others,
        )
        self.palette = CommandPalette(window, sources, settings=settings)
        self.palette.opened.connect(self._on_opened)
        window.header.palette_pressed.connect(self.palette.open_palette)
        self._follow(jobs.app)

    def _follow(self, app: DeskApp) -> None:
        self._jobs.shown_documents.library_changed.connect(self._on_library)
        self._jobs.pieces.procedures_changed.connect(self._on_procedures)
        self._jobs.third_parties.targets_found.connect(self._on_targets)
        app.session_closed.connect(lambda _outcome: self._forget())

    def _forget(self) -> None:
        self._targets = None
        self._wanted_target = ""

    def _on_library(self, items: list[LibraryItem]) -> None:
        self._library = items

    def _on_procedures(self, procedures: list[ProcedureFacts]) -> None:
        self._procedures = procedures

    def _on_opened(self) -> None:
        if self._talks():
            self._jobs.third_parties.find_targets()

    def _on_targets(self, targets: TargetsAnswer) -> None:
        self._targets = targets
        if self._wanted_target:
            self._window.conversation.pass_on.choose(self._wanted_target)
            self._wanted_target = ""
        elif self.palette.isVisible():
            self.palette.refresh()

    # ---- why something cannot be done ----

    def _talks(self) -> bool:
        return self._jobs.app.session is not None and not self._window.wrap_up.isVisible()

    def _why_not(self, keys: str) -> str:
        """Why a shortcut does nothing now."""
        group, busy = self._groups.get(keys, ""), self._jobs.app.session is not None
        if keys == "F2":
            if busy:
                return _("You have a caller already.")
            offered = self._window.offer.ticket_id or self._window.queue.facts.next_ticket()
            if not offered and not self._window.status.is_connected:
                return _("Connection lost")
            if offered:
                return ""
            return _("Nobody is waiting.")
        if keys == APPOINTMENT_KEYS:
            if self._window.appointments.is_offered:
                return ""
            return _("No service gives appointments here.")
        if keys == "F4" and not self._window.offer.ticket_id:
            return _("No caller is offered to you now.")
        if keys == "F10" and self._window.invitation.isVisible():
            return ""
        if keys == "F11" and not self._window.invitation.isVisible():
            return _("No colleague calls you now.")
        if group not in SESSION_GROUPS:
            return ""
        if group == CONVERSATION_GROUP:
            return self._no_talk()
        return self._no_session()

    def _no_session(self) -> str:
        if self._jobs.app.session is not None:
            return ""
        return _("There is no conversation now.")

    def _no_talk(self) -> str:
        if self._window.wrap_up.isVisible():
            return _("The conversation is over.")
        return self._no_session()

    def _no_kiosk(self) -> str:
        session = self._jobs.app.session
        if session is not None and session.facts.phone and self._talks():
            return _("The caller is on the telephone, not at a kiosk.")
        return self._no_talk()

    # ---- what there is ----

    def _steps(self) -> Iterator[PaletteEntry]:
        """Yield the open steps of the guide that is followed."""
        progress = self._jobs.guide.progress
        for step in progress.left() if progress is not None else ():
            yield PaletteEntry(
                id="",
                words=_("Step: {name}").format(name=step.name),
                kind=_("Guide"),
                act=partial(self._window.guide.press, step.id),
                icon=icon("stages"),
                why_not=self._no_kiosk(),
            )

    def _library_items(self) -> Iterator[PaletteEntry]:
        for item in self._library:
            yield PaletteEntry(
                id=f"library {item.id}",
                words=_("Show: {title}").format(title=item.title),
                kind=_("Library"),
                act=partial(self._show_item, item.id),
                icon=icon("address" if item.address else "document"),
                why_not=self._no_kiosk(),
                more=item.words,
            )

    def _show_item(self, item_id: str) -> None:
        self._window.conversation.show_page()
        self._jobs.shown_documents.push(item_id)

    def _pieces(self) -> Iterator[PaletteEntry]:
        facts = self._jobs.app.dossier
        for piece in facts.pieces if facts is not None else ():
            yield PaletteEntry(
                id="",
                words=_("Scan for: {piece}").format(piece=piece.name),
                kind=_("Piece"),
                act=partial(self._act_on_dossier, ScanPiece(piece.id)),
                icon=icon("piece"),
                why_not=self._no_kiosk(),
                more=piece.hint,
            )
        for document in facts.documents if facts is not None else ():
            yield PaletteEntry(
                id="",
                words=_("Open: {name}").format(name=document.name),
                kind=_("Document"),
                act=partial(self._act_on_dossier, OpenDocument(document.id)),
                icon=icon("document"),
                why_not=self._no_session(),
            )
        for procedure in self._procedures if facts is not None else ():
            yield PaletteEntry(
                id=f"procedure {procedure.id}",
                words=_("Start: {procedure}").format(procedure=procedure.name),
                kind=_("Procedure"),
                act=partial(self._jobs.pieces.start_procedure, procedure.id),
                icon=icon("piece"),
                why_not=self._no_session(),
            )

    def _act_on_dossier(self, act: DossierAct) -> None:
        """Does what a button of the dossier does."""
        self._window.dossier.acted.emit(act)

    def _phrases(self) -> Iterator[PaletteEntry]:
        for name, words in self._window.chat.phrases():
            yield PaletteEntry(
                id=f"phrase {name}",
                words=_("Write: {words}").format(words=words),
                kind=_("Phrase"),
                act=partial(self._window.chat.send_phrase, name),
                icon=icon("written"),
                why_not=self._no_kiosk(),
            )

    def _callers(self) -> Iterator[PaletteEntry]:
        queue, busy = self._window.queue, self._jobs.app.session is not None
        for ticket in self._link.queue:
            work = queue.facts.work(ticket.service)
            if ticket.state is not TicketState.WAITING or work is None or work.after_s is None:
                continue
            service = queue.facts.service(ticket.service)[0]
            if service is not None:
                name = service.name
            else:
                name = ticket.service
            yield PaletteEntry(
                id="",
                words=_("Accept {number}: {service}, {site}").format(
                    number=ticket.number, service=name, site=ticket.site
                ),
                kind=_("Caller"),
                act=partial(queue.acted.emit, AcceptCaller(ticket.id)),
                icon=icon("caller"),
                why_not=_("You have a caller already.") if busy else "",
            )

    def _states(self) -> Iterator[PaletteEntry]:
        for available, code in ((True, ""), *((False, code) for code, _words in PAUSES)):
            words, icon_name, tone = state_style(available, code)
            yield PaletteEntry(
                id=f"state {available} {code}",
                words=_("My state: {state}").format(state=words),
                kind=_("State"),
                act=partial(self._window.queue.choose_state, available, code),
                icon=icon(icon_name, tone),
            )

    def _check(self) -> Iterator[PaletteEntry]:
        busy = self._jobs.app.session is not None
        yield PaletteEntry(
            id="shift check",
            words=_("Check my desk"),
            kind=_("Devices"),
            act=partial(self._window.idle.acted.emit, CheckPress.BEGIN),
            icon=icon("health"),
            why_not=_("You have a caller already.") if busy else "",
        )

    def _others(self) -> Iterator[PaletteEntry]:
        """Colleagues and queues to whom the caller can go; the hub is asked at each opening."""
        targets = self._targets
        if targets is None or not self._talks():
            return
        for agent in targets.agents:
            state, icon_name = AGENT_DOING[agent.state]
            yield self._target(agent.id, f"{agent.name} · {_(state)}", _("Colleague"), icon_name)
        for queue in targets.services:
            waiting = _("{count} waiting").format(count=queue.waiting)
            if queue.closed:
                closed = _("This queue is closed.")
            else:
                closed = ""
            words = f"{queue.name} · {waiting}"
            yield self._target(queue.id, words, _("Queue"), "queue", why_not=closed)

    def _target(
        self, target_id: str, words: str, kind: str, icon_name: str, *, why_not: str = ""
    ) -> PaletteEntry:
        return PaletteEntry(
            id="",
            words=_("Call or pass on to: {name}").format(name=words),
            kind=kind,
            act=partial(self._choose_target, target_id),
            icon=icon(icon_name),
            why_not=why_not,
        )

    def _choose_target(self, target_id: str) -> None:
        """Opens the panel with this one chosen: how, and what for, is the agent's next choice."""
        self._wanted_target = target_id
        if self._window.conversation.pass_on.isVisible():
            self._window.conversation.pass_on.choose(target_id)
            self._wanted_target = ""
        else:
            self._window.conversation.talk_bar.acted.emit(TalkPress.PASS_ON)
