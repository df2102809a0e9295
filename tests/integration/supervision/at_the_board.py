# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor at the board, for tests."""

from __future__ import annotations

from session.bus.client import BusClient
from session.desk.hub.board import BoardClient
from session.desk.hub.client import DeskClient
from session.protocol.wire.roles import Role
from tests.support.hub_world import World


async def at_the_board(world: World) -> tuple[DeskClient, BoardClient, BusClient]:
    link, board = await world.supervisor()
    return link, board, await world.client(Role.SUPERVISOR, "boss")
