# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor at the board, for tests."""

from __future__ import annotations

from session.desk.hub.board import BoardClient
from session.desk.hub.board_past import BoardPastClient
from session.desk.hub.client import DeskClient
from session.protocol.wire.roles import Role
from tests.support.hub_world import World


async def at_the_board(world: World) -> tuple[DeskClient, BoardClient, BoardPastClient]:
    link, board = await world.supervisor()
    return link, board, BoardPastClient(await world.client(Role.SUPERVISOR, "boss"))
