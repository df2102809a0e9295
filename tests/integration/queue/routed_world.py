# SPDX-License-Identifier: GPL-3.0-only
"""A world in which the hub gives callers to agents, for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from session.core.clock import ManualClock
from session.protocol.hub.tickets import Ticket
from tests.support.hub_world import World, catalogue_text, hub_world

OFFER_S = 20

RELAX_S = 60


def push_catalogue() -> str:
    """`rights` is offered, `housing` is chosen and needs a skill that only Alice has."""
    rights = 'letter = "D", mode = "push", wrap_up_s = 60'
    housing = f'letter = "L", skills = ["loans"], relax_s = {RELAX_S}'
    text = catalogue_text().replace('letter = "D"', rights).replace('letter = "L"', housing)
    text = text.replace('name = "Alice M."', 'name = "Alice M.", skills = ["loans"]')
    return text.replace(
        'id = "agent0", name = "Agent 0"', 'id = "agent0", name = "Agent 0", services = ["housing"]'
    )


@asynccontextmanager
async def pushing(folder: Path, clock: ManualClock | None = None) -> AsyncIterator[World]:
    async with hub_world(folder, clock=clock, tick_s=0.05, catalogue=push_catalogue()) as world:
        yield world


def today() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


async def call(
    world: World, kiosk: str = "kiosk1", service: str = "rights", number: str = ""
) -> Ticket:
    return (await (await world.kiosk(kiosk)).call(service, number, f"r{kiosk}{service}")).ticket
