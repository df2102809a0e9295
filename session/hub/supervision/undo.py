# SPDX-License-Identifier: GPL-3.0-only
"""The acts of supervisors, and taking them back:
the rules behind the verbs `history` and `undo`. Used by the hub.

What was done is read from the history in SQL alone. Taking back is a new act, compared with
what is there now and set in one step: what somebody changed later is never overwritten.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from session.bus.jetstream.streams import WrongRevision
from session.core.errors import (
    NotAllowed,
    QueueClosed,
    ServiceUnknown,
    SessionError,
    StoreUnreachable,
    UndoImpossible,
)
from session.hub.access.handlers import Asker, handles
from session.hub.history.database import History
from session.hub.history.projection import Projection
from session.hub.queue.core import QueueCore
from session.hub.queue.view import OPEN, WAITING
from session.hub.storage.board_store import BoardStore
from session.hub.supervision import acts
from session.hub.supervision.board import Board, Named
from session.hub.supervision.messages import SupervisorMessages
from session.protocol.hub.board import MessageTo
from session.protocol.hub.history import (
    MOST_ACTS,
    ActFacts,
    ActKind,
    ActSide,
    HistoryAnswer,
    HistoryRequest,
    Undone,
    UndoRequest,
    UndoState,
)
from session.protocol.hub.requests import fitting
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role

MOST_DAYS = 400
SHOWN = timedelta(hours=12)
"""How long a message to all can be withdrawn; nobody has it on the screen any longer."""

BACK_AT_ONCE = 25
"""Tickets that one request takes back; the next one goes on."""

POLL_S, POLL_FOR_S = 0.1, 5.0
"""How often the history is asked for an act that was done a moment ago."""


class Undo:
    """Acts of one organisation's supervisors, as they were and as they can be taken back."""

    def __init__(
        self,
        core: QueueCore,
        board: Board,
        *,
        messages: SupervisorMessages,
        store: BoardStore,
        projection: Projection,
    ) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._name_of = core.catalogue.person_name
        self._clock = core.clock
        self._board = board
        self._messages = messages
        self._store = store
        self._projection = projection

    # ---- reading

    @handles(HistoryRequest)
    async def history(self, asker: Asker, request: HistoryRequest) -> HistoryAnswer:
        """See `HistoryRequest`. Raises `NotAllowed` for a wrong period, `StoreUnreachable`."""
        if not 0 <= (request.last - request.first).days < MOST_DAYS:
            raise NotAllowed(why="period")
        history = await self._projection.fresh()
        zone = ZoneInfo(history.time_zone)
        start = datetime.combine(request.first, time(), zone).astimezone(UTC)
        end = datetime.combine(request.last + timedelta(days=1), time(), zone).astimezone(UTC)
        criteria = acts.ActsWanted(
            asker.organisation,
            start,
            min(end, request.before) if request.before is not None else end,
            request.kind,
            request.by,
            request.number.strip().upper(),
            MOST_ACTS + 1,
        )
        matches = await asyncio.to_thread(self._matches, history, criteria, request)
        page = matches[:MOST_ACTS]
        whole = [act.id for act in page if not request.act]
        undone = await asyncio.to_thread(acts.undone, history, asker.organisation, whole)
        entries = [self._shown(asker.organisation, act, is_undone=act.id in undone) for act in page]
        count = fitting(entries)
        return HistoryAnswer(
            acts=entries[:count],
            more=len(matches) > count,
            behind=self._projection.position.behind,
        )

    @staticmethod
    def _matches(
        history: History, criteria: acts.ActsWanted, request: HistoryRequest
    ) -> list[ActFacts]:
        if not request.act:
            return acts.acts(history, criteria)
        return acts.members(
            history,
            criteria.organisation,
            request.act,
            after=request.after,
            most=criteria.most,
        )

    def _shown(self, organisation: str, act: ActFacts, *, is_undone: bool) -> ActFacts:
        state = self._state(organisation, act)
        if is_undone and not (act.tickets > 1 and state is UndoState.POSSIBLE):
            state = UndoState.UNDONE
        return msgspec.structs.replace(
            act,
            by_name=self._name_of(organisation, act.by),
            undo=state,
            about=self._about(organisation, act),
        )

    def _about(self, organisation: str, act: ActFacts) -> str:
        """The name of the site that the act is about, "" for none."""
        if act.kind in (ActKind.CLOSE_SITE, ActKind.OPEN_SITE):
            return self._catalogue.site_name(organisation, act.service)
        if act.to != MessageTo.SITE:
            return ""
        sites = {site.id: site.name for _home, site in self._catalogue.sites_offering(organisation)}
        return sites.get(act.service, act.service)

    # ---- can it be taken back?

    def _state(self, organisation: str, act: ActFacts) -> UndoState:
        """Return the state as far as this hub sees it; the act itself decides again."""
        match act.kind:
            case ActKind.SERVICE | ActKind.AGENT | ActKind.PRIORITY if act.tickets > 1:
                waiting = self._changes.view.waiting(organisation)
                if any(ticket.act == act.id for ticket in waiting):
                    return UndoState.POSSIBLE
                return UndoState.CHANGED
            case ActKind.SERVICE | ActKind.AGENT | ActKind.PRIORITY:
                stored = self._changes.view.get(organisation, act.ticket_id)
                return self._ticket_state(stored.ticket if stored is not None else None, act)
            case ActKind.MOVE:
                return self._move_state(organisation, act)
            case ActKind.CLOSE | ActKind.OPEN:
                record = self._store.queue(organisation, act.service)
                if record is not None and record.act == act.id:
                    return UndoState.POSSIBLE
                return UndoState.CHANGED
            case ActKind.BROADCAST:
                message = self._store.broadcast(organisation, act.ticket_id)
                if message is not None and message[1].withdrawn:
                    return UndoState.UNDONE
                if self._clock.utc_now() - act.at_utc < SHOWN:
                    return UndoState.POSSIBLE
                return UndoState.ENDED
        return UndoState.NEVER

    def _move_state(self, organisation: str, act: ActFacts) -> UndoState:
        waiting = self._changes.view.waiting(organisation)
        if any(
            ticket.act == acts.with_queue(act.id) and ticket.service == act.to for ticket in waiting
        ):
            return UndoState.POSSIBLE
        if act.tickets:
            return UndoState.CHANGED
        return UndoState.NEVER

    @staticmethod
    def _ticket_state(now: Ticket | None, act: ActFacts) -> UndoState:
        if act.before is None:
            return UndoState.NEVER
        if now is None or now.state not in OPEN:
            return UndoState.ENDED
        if now.state not in WAITING:
            return UndoState.TAKEN
        side = ActSide(
            service=now.service, priority=now.priority, assigned_to=now.assigned_to or ""
        )
        if now.act == act.id and side == act.after:
            return UndoState.POSSIBLE
        if now.undoes == act.id:
            return UndoState.UNDONE
        return UndoState.CHANGED

    # ---- taking back

    @handles(UndoRequest)
    async def undo(self, asker: Asker, request: UndoRequest) -> Undone:
        """Takes an act back; the same request again changes nothing more, or goes on.

        Raises:
            UndoImpossible: what the act changed has changed again, or is gone.
            ServiceUnknown, QueueClosed: where the caller came from takes nobody now.
            StoreUnreachable: outcome unknown, or the history does not know the act.
        """
        act = await self._find(asker.organisation, request.undoes)
        named = Named(
            f"{Role.SUPERVISOR}.{asker.user}", request.reason, request.act_id, request.undoes
        )
        match act.kind:
            case ActKind.SERVICE | ActKind.AGENT | ActKind.PRIORITY:
                return await self._undo_tickets(asker.organisation, act, named)
            case ActKind.MOVE:
                return await self._undo_move(asker.organisation, act, named)
            case ActKind.CLOSE | ActKind.OPEN:
                await self._undo_queue(asker.organisation, act, named)
                return Undone()
            case ActKind.BROADCAST:
                await self._withdraw(asker.organisation, asker.user, act, named)
                return Undone()
        raise UndoImpossible(why=UndoState.NEVER)

    async def _find(self, organisation: str, act_id: str) -> ActFacts:
        """The act; one of a moment ago may have to reach the history first, and a hub that starts
        to open it.
        """
        loop = asyncio.get_running_loop()
        end_s = loop.time() + POLL_FOR_S
        while True:
            is_last = loop.time() >= end_s
            try:
                act = await asyncio.to_thread(
                    acts.act, await self._projection.fresh(), organisation, act_id
                )
            except StoreUnreachable:
                if is_last:
                    raise
                act = None
            if act is not None:
                return act
            if is_last:
                raise UndoImpossible(why=UndoState.NEVER)
            await asyncio.sleep(POLL_S)

    async def _undo_tickets(self, organisation: str, act: ActFacts, named: Named) -> Undone:
        """Take back what an act did to each of its tickets, where that is still possible."""
        parts = await asyncio.to_thread(
            acts.members, await self._projection.fresh(), organisation, act.id
        )
        known = {part.ticket_id for part in parts}
        waiting = self._changes.view.waiting(organisation)
        if any(ticket.act == act.id and ticket.id not in known for ticket in waiting):
            raise StoreUnreachable(why="the history is behind")
        refused: SessionError = UndoImpossible(why=UndoState.NEVER)
        moved = left_count = written = 0
        for tried, part in enumerate(parts):
            if written == BACK_AT_ONCE:
                return Undone(moved=moved, left=left_count, rest=len(parts) - tried)
            try:
                written += await self._undo_ticket(organisation, part, named)
                moved += 1
            except (UndoImpossible, QueueClosed, ServiceUnknown) as error:
                left_count, refused = left_count + 1, error
        if not moved:
            raise refused
        return Undone(moved=moved, left=left_count)

    async def _undo_ticket(self, organisation: str, act: ActFacts, named: Named) -> bool:
        """Take back what an act did to one ticket, and return whether this call did."""
        before = act.before
        if before is None:
            raise UndoImpossible(why=UndoState.NEVER)
        if act.kind is ActKind.SERVICE:
            self._board.check_target(organisation, before.service)
        changes = {
            "service": before.service,
            "priority": before.priority,
            "assigned_to": before.assigned_to or None,
        }

        def decide(now: Ticket) -> Ticket | None:
            if now.act == named.act:
                return None  # the first answer was lost and it is asked again
            state = self._ticket_state(now, act)
            if state is not UndoState.POSSIBLE:
                raise UndoImpossible(why=state)
            return self._board.changed(now, changes, named)

        if self._changes.view.get(organisation, act.ticket_id) is None:
            raise UndoImpossible(why=UndoState.ENDED)
        _, is_changed = await self._changes.change(organisation, act.ticket_id, decide)
        return is_changed

    async def _undo_move(self, organisation: str, act: ActFacts, named: Named) -> Undone:
        self._board.check_target(organisation, act.service)
        moved_ids = await asyncio.to_thread(
            acts.moved_tickets, await self._projection.fresh(), organisation, act.id
        )
        marks = {acts.with_queue(act.id), acts.with_queue(named.act)}
        # A ticket that was moved a moment ago, or moved back by this request before its answer was
        # lost, may not be in the history yet: tickets in the queue name their act, too.
        reached = sorted(
            {
                *moved_ids,
                *(
                    ticket.id
                    for ticket in self._changes.view.waiting(organisation)
                    if ticket.act in marks
                ),
            }
        )
        if self._move_state(organisation, act) is not UndoState.POSSIBLE:
            back = [
                ticket
                for ticket in self._changes.view.waiting(organisation)
                if ticket.act == acts.with_queue(named.act)
            ]
            if not back:
                raise UndoImpossible(why=UndoState.CHANGED)
            # asked again after a lost answer
            return Undone(moved=len(back), left=len(reached) - len(back))
        result = await self._board.move(
            organisation, reached, service=act.to, to=act.service, named=named
        )
        return Undone(moved=result.moved, left=result.left)

    async def _undo_queue(self, organisation: str, act: ActFacts, named: Named) -> None:
        record = self._store.queue(organisation, act.service)
        if record is not None and record.act == named.act:
            return
        if record is None or record.act != act.id:
            undone = record is not None and record.undoes == act.id
            raise UndoImpossible(why=UndoState.UNDONE if undone else UndoState.CHANGED)
        expected = self._store.queue_revision(organisation, act.service)
        closed = act.kind is ActKind.OPEN
        try:
            await self._board.decide_queue(
                organisation, act.service, named, closed=closed, expected=expected
            )
        except WrongRevision as error:
            raise UndoImpossible(why=UndoState.CHANGED) from error

    async def _withdraw(
        self, organisation: str, supervisor: str, act: ActFacts, named: Named
    ) -> None:
        stored = self._store.broadcast(organisation, act.ticket_id)
        if stored is None:
            raise UndoImpossible(why=UndoState.ENDED)
        revision, record = stored
        if not record.withdrawn:
            try:
                await self._messages.store(
                    organisation,
                    act.ticket_id,
                    msgspec.structs.replace(record, withdrawn=True),
                    named,
                    expected=revision,
                )
            except WrongRevision as error:
                raise UndoImpossible(why=UndoState.UNDONE) from error
        elif record.act != named.act:
            raise UndoImpossible(why=UndoState.UNDONE)
        await self._messages.notify(
            organisation, supervisor, act.ticket_id, msgspec.structs.replace(record, withdrawn=True)
        )
