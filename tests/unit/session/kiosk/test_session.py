# SPDX-License-Identifier: GPL-3.0-only
"""A session at the kiosk is built whole, and each of its parts once."""

from __future__ import annotations

from pathlib import Path

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from tests.support.memory.channel import channel_pair
from tests.support.object_graph import classes_that_exist_twice
from tests.support.program_parts import (
    QuietBrowser,
    QuietCallPage,
    QuietSignal,
    invented_session,
    kiosk_session,
)

ON_PURPOSE = {
    "session.media.line.governor._Stairs",
    "session.media.line.meter.LineMeter",
    "session.protocol.endpoints.chunks.Arrivals",
    "session.protocol.endpoints.sending.OrderedSender",
}
"""One for each direction, or for each conversation that sends and receives by itself."""


async def test_no_part_of_a_session_exists_twice(tmp_path: Path) -> None:
    channel, _desk = channel_pair()
    tasks = Tasks()
    session = kiosk_session(
        invented_session(),
        channel,
        browser=QuietBrowser(),
        runtime=tmp_path / "runtime",
        clock=ManualClock(),
        tasks=tasks,
        resumed=False,
    )
    twice = classes_that_exist_twice(session, may_be_many={QuietCallPage, QuietSignal})
    assert twice.keys() - ON_PURPOSE == set()
    await tasks.close()
