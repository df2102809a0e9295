# SPDX-License-Identifier: GPL-3.0-only
"""Which rule answers which verb: the table between the hub's door and its parts.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from session.core.errors import NotAllowed
from session.hub.access.request_server import Asker, Handler
from session.hub.api.board_handlers import board_handlers
from session.hub.api.dossier_handlers import dossier_handlers
from session.hub.api.history_handlers import Past, history_handlers
from session.hub.api.routing_handlers import routing_handlers
from session.hub.api.seal_handlers import seal_handlers, unless_sealed
from session.hub.assignment.agent_states import Agents
from session.hub.assignment.routing import Routing
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.deliveries import delivery_handlers
from session.hub.dossier.exports import export_handlers
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.service import DossierService
from session.hub.history.statistics import StatisticsService
from session.hub.queue.calls import Calls
from session.hub.queue.kiosk_offers import Offers
from session.hub.queue.sessions import Sessions
from session.hub.queue.view import QueueView
from session.hub.supervision.board import Board
from session.protocol.hub.log import LogAck, LogAppend, LogPart, LogRequest
from session.protocol.hub.requests import (
    AcceptRequest,
    CloseRequest,
    Done,
    HangUpRequest,
    LeaveRequest,
    QueueAnswer,
    QueueRequest,
    ResumeRequest,
    ServicesAnswer,
    ServicesRequest,
    SessionAnswer,
    SessionsAnswer,
    StatusRequest,
    TicketAnswer,
    TicketRequested,
)
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsRequest
from session.protocol.sealing import SEALED
from session.protocol.wire.roles import Role


class _Handlers:
    def __init__(
        self,
        catalogue: Catalogue,
        view: QueueView,
        *,
        calls: Calls,
        sessions: Sessions,
        keeper: LogKeeper,
        statistics: StatisticsService,
        board: Board,
        offers: Offers,
    ) -> None:
        self.board = board
        self.offers = offers
        self.catalogue = catalogue
        self.view = view
        self.calls = calls
        self.sessions = sessions
        self.keeper = keeper
        self.counts = statistics

    async def services(self, asker: Asker, _: ServicesRequest) -> ServicesAnswer:
        return self.offers.of(asker.organisation, asker.user)

    async def call(self, asker: Asker, wish: TicketRequested) -> TicketAnswer:
        return await self.calls.call(asker.organisation, asker.user, wish)

    async def status(self, asker: Asker, wish: StatusRequest) -> TicketAnswer:
        return await self.calls.status(asker.organisation, asker.user, wish.ticket_id)

    async def leave(self, asker: Asker, wish: LeaveRequest) -> Done:
        await self.calls.leave(asker.organisation, asker.user, wish.ticket_id)
        return Done()

    async def queue(self, asker: Asker, wish: QueueRequest) -> QueueAnswer:
        tickets = self.view.open_tickets(asker.organisation)
        offset = max(0, wish.offset)
        return QueueAnswer(
            revision=self.view.revision(asker.organisation),
            total=len(tickets),
            tickets=tickets[offset : offset + wish.limit],
            services=self.board.shown(
                asker.organisation, self.catalogue.services(asker.organisation)
            ),
            organisation_name=self.catalogue.organisation(asker.organisation).name,
            your_name=self.catalogue.person_name(asker.organisation, asker.user),
        )

    async def accept(self, asker: Asker, wish: AcceptRequest) -> SessionAnswer:
        return SessionAnswer(
            session=await self.sessions.accept(asker.organisation, asker.user, wish.ticket_id)
        )

    async def resume(self, asker: Asker, _: ResumeRequest) -> SessionsAnswer:
        return await self.sessions.resume(asker.organisation, asker.user)

    async def hang_up(self, asker: Asker, wish: HangUpRequest) -> Done:
        await self.sessions.hang_up(
            asker.organisation, asker.role, asker.user, wish.session_id, wish.reason
        )
        return Done()

    async def close(self, asker: Asker, wish: CloseRequest) -> Done:
        await self.sessions.close(asker.organisation, asker.user, wish.session_id, wish.outcome)
        return Done()

    async def log(self, asker: Asker, wish: LogAppend) -> LogAck:
        records = [bytes(record) for record in wish.records]
        owner, writer = await self._writer(asker, wish.session_id)
        if self.catalogue.card(owner) is not None:
            raise NotAllowed(why=SEALED)
        following = await self.keeper.append(owner, wish.session_id, writer, wish.first, records)
        return LogAck(next=following)

    async def _writer(self, asker: Asker, session_id: str) -> tuple[str, str]:
        """(organisation whose session it is, the asker's name in its log)."""
        if asker.role is not Role.KIOSK:
            return asker.organisation, asker.writer
        known = self.view.session_anywhere(session_id)
        owner = known.ticket.organisation if known is not None else ""
        if not owner:  # over for long: the kiosk's line was away
            owner = await self.keeper.owner(session_id, self.catalogue.served)
        visitor = owner != asker.organisation
        return owner, f"{asker.role}.{asker.organisation}/{asker.user}" if visitor else asker.writer

    async def read_log(self, asker: Asker, wish: LogRequest) -> LogPart:
        if asker.role is Role.AGENT:
            await self.keeper.check_reader(asker.organisation, wish.session_id, asker.writer)
        return await self.keeper.read(asker.organisation, wish.session_id, max(0, wish.after))

    async def statistics(self, asker: Asker, wish: StatisticsRequest) -> StatisticsAnswer:
        return await self.counts.answer(asker.organisation, wish)


def handlers(
    catalogue: Catalogue,
    view: QueueView,
    calls: Calls,
    sessions: Sessions,
    dossiers: DossierService,
    keeper: LogKeeper,
    statistics: StatisticsService,
    board: Board,
    offers: Offers,
    agents: Agents,
    routing: Routing,
    waiting: dict[str, Handler],
    past: Past,
) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _Handlers(
        catalogue,
        view,
        calls=calls,
        sessions=sessions,
        keeper=keeper,
        statistics=statistics,
        board=board,
        offers=offers,
    )
    answers: dict[str, Handler] = {
        "services": rules.services,
        "call": rules.call,
        "status": rules.status,
        "leave": rules.leave,
        "queue": rules.queue,
        "accept": rules.accept,
        "resume": rules.resume,
        "hang_up": rules.hang_up,
        "close": rules.close,
        "log": rules.log,
        "read_log": rules.read_log,
        "statistics": rules.statistics,
        **board_handlers(board, agents, past.days),
        **history_handlers(past),
        **dossier_handlers(dossiers),
        **delivery_handlers(dossiers.store, catalogue.person_name),
        **export_handlers(dossiers.store, catalogue.person_name),
        **routing_handlers(routing),
        **waiting,
        **seal_handlers(catalogue, sessions, keeper),
    }
    return unless_sealed(answers, catalogue)
