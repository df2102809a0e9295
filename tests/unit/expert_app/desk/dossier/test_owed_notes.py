# SPDX-License-Identifier: GPL-3.0-only
"""Notes that are written after their conversations: kept over a restart, and not longer than the
hub takes them.
"""

from __future__ import annotations

from datetime import timedelta

from expert_app.desk.dossier.owed_notes import OWED, OWED_FOR, OwedNotes
from session.core.clock import ManualClock
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.invented import NOW


def test_an_owed_note_is_there_after_a_restart_and_goes_when_it_is_written_or_too_old() -> None:
    memory, clock = MemorySettings(), ManualClock(NOW)
    notes = OwedNotes(memory, clock)
    told: list[int] = []
    notes.changed.connect(lambda owed: told.append(len(owed)))
    notes.add("s1", "B012 · Housing · 14:05")
    clock.advance(60)
    notes.add("s2", "B013 · Housing · 14:06")
    again = OwedNotes(memory, clock)
    assert [one.session_id for one in again.owed] == ["s1", "s2"]
    clock.advance((OWED_FOR - timedelta(seconds=30)).total_seconds())
    assert [one.session_id for one in again.owed] == ["s2"]
    again.drop("s2")
    assert memory.read(OWED) == ""
    assert told == [1, 2]
    memory.write(OWED, "of another version")
    assert OwedNotes(memory, clock).owed == []
