# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor at the board, and acts on one caller, for tests: what the hub refused is raised."""

from __future__ import annotations

from session.bus.client import BusClient
from session.core.error_codes import from_code
from session.desk.hub.board import BoardClient
from session.desk.hub.board_acts import (
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    OnTickets,
    SetPriority,
)
from session.desk.hub.client import DeskClient
from session.protocol.hub.board import TicketResult, TicketsActed
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role
from tests.support.hub_world import World


async def at_the_board(world: World) -> tuple[DeskClient, BoardClient, BusClient]:
    link, board = await world.supervisor()
    return link, board, await world.client(Role.SUPERVISOR, "boss")


def only(answer: TicketsActed) -> TicketResult:
    """The one result."""
    [result] = answer.results
    if result.code:
        raise from_code(result.code, result.detail)
    return result


async def act_on(board: BoardClient, act: OnTickets, reason: str, act_id: str = "") -> TicketResult:
    results = await board.act_on_tickets(act, reason, act_id or new_id())
    return only(TicketsActed(results=results))


async def prioritise(
    board: BoardClient, ticket: Ticket, priority: int, reason: str, *, act_id: str = ""
) -> TicketResult:
    return await act_on(board, SetPriority((ticket,), priority), reason, act_id)


async def to_service(
    board: BoardClient, ticket: Ticket, service: str, reason: str, *, act_id: str = ""
) -> TicketResult:
    return await act_on(board, GiveToService((ticket,), service), reason, act_id)


async def to_agent(
    board: BoardClient, ticket: Ticket, agent: str, reason: str, *, act_id: str = ""
) -> TicketResult:
    return await act_on(board, GiveToAgent((ticket,), agent), reason, act_id)


async def to_organisation(
    board: BoardClient, ticket: Ticket, target: str, reason: str
) -> TicketResult:
    return await act_on(board, GiveToOrganisation((ticket,), target), reason)
