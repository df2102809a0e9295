# SPDX-License-Identifier: GPL-3.0-only
"""A held log outlives the stream of logs, and what comes late goes aside too; no line leaves the
register of erasures.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from session.core.errors import StoreUnreachable, TicketUnknown
from session.hub.dossier.kept_logs import ERASED, KeptLogs
from session.hub.storage.erasures import MARKS_A_LINE, Erasure, ErasureDemand, Hold
from tests.support.hub_world import hub_world

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def test_a_held_log_outlives_the_logs(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await kiosk.append_log(facts.id, 0, [b'{"n":0}', b'{"n":1}'])
        await desk.hang_up(facts.id)
        assert world.connection is not None
        logs = KeptLogs(world.connection.streams)
        hold = Hold(session=facts.id, at_utc=NOW, by="root", reason="inquiry")
        assert await logs.hold("valdore", hold) == 2
        await desk.append_log(facts.id, 0, [b'{"n":2}'])
        await logs.copy_new()
        kept = await world.kept_log(facts.id)
        assert len(kept) == 3
        await logs.erase("valdore", facts.id)  # as age does
        await world.stop_hub()
        await world.start_hub()
        assert await world.kept_log(facts.id) == kept
        logs = KeptLogs(world.connection.streams)
        assert await logs.hold("valdore", hold) == 3
        assert await logs.holds("valdore") == [hold]
        assert await logs.lift("valdore", facts.id)
        with pytest.raises(TicketUnknown):
            await world.kept_log(facts.id)


async def test_the_register_takes_many_marks_and_gives_no_line_away(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        logs = KeptLogs(world.connection.streams)
        count = MARKS_A_LINE + 5
        line = Erasure(
            at_utc=NOW,
            organisation="valdore",
            demand=ErasureDemand.CALLER,
            by="root",
            what="period",
            sessions=count,
            records=9,
            marks=[f"{number:032x}" for number in range(count)],
        )
        await logs.note(line)
        found = await logs.erasures()
        assert [mark for one in found for mark in one.marks] == line.marks
        assert sum(one.sessions for one in found) == count
        for remove in (world.connection.streams.erase, world.connection.streams.forget):
            with pytest.raises(StoreUnreachable):
                await remove(ERASED, "erased.valdore")
        assert await logs.erasures() == found
