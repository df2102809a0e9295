# SPDX-License-Identifier: GPL-3.0-only
"""Both real ends of a conversation: what one says at the wrong moment is not believed, and it is
told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import session.desk.session as desk_module
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.session import DeskSession
from session.protocol.conversation.messages import (
    CallRequested,
    KioskWiped,
    MessageRefused,
    PageKept,
)
from session.protocol.conversation.messages import SessionMessage as Said
from tests.support.memory.channel import MemoryChannel, channel_pair
from tests.support.program_parts import (
    QuietBrowser,
    desk_session,
    invented_session,
    kiosk_session,
)
from tests.support.waiting import until

WIPED = KioskWiped(pages_removed=5, files_removed=0, profile_removed=True, left_over=0)


class Ends:
    """A desk and a kiosk; `to_desk` and `to_kiosk` say something as the other end."""

    def __init__(self, folder: Path, tasks: Tasks) -> None:
        clock = ManualClock()
        self.to_desk, self.to_kiosk = channel_pair()
        filing = SimpleNamespace(keep=print, is_kept=lambda _offer: False)
        self.desk: DeskSession = desk_session(
            invented_session(),
            self.to_kiosk,
            filing=filing,  # type: ignore[arg-type]
            folder=folder / "desk",
            clock=clock,
            tasks=tasks,
        )
        self.kiosk = kiosk_session(
            invented_session(),
            self.to_desk,
            browser=QuietBrowser(),
            runtime=folder / "kiosk" / "runtime",
            clock=clock,
            tasks=tasks,
            resumed=False,
        )
        self.wiped: list[KioskWiped] = []
        self.desk.kiosk_wiped.connect(self.wiped.append)

    @staticmethod
    def refused(by: MemoryChannel) -> list[MessageRefused]:
        """What this end did not take."""
        return [said for said in by.sent if isinstance(said, MessageRefused)]


@pytest.fixture
async def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ends]:
    monkeypatch.setattr(desk_module, "EARLY_S", 0.05)
    tasks = Tasks()
    (tmp_path / "kiosk" / "runtime").mkdir(parents=True)
    (tmp_path / "desk").mkdir()
    yield Ends(tmp_path, tasks)
    await tasks.close()


async def test_a_wipe_in_the_middle_of_a_conversation_is_not_believed(ends: Ends) -> None:
    await ends.to_desk.send("end", WIPED)
    await until(lambda: ends.refused(ends.to_kiosk) != [])
    [refused] = ends.refused(ends.to_kiosk)
    assert (refused.topic, refused.code, refused.of) == ("end", "not_allowed", "KioskWiped")
    assert ends.wiped == []
    await ends.desk.end_call()
    await ends.to_desk.send("end", WIPED)
    await until(lambda: ends.wiped == [WIPED])


async def test_a_wipe_that_is_told_a_moment_before_the_end_is_believed(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "EARLY_S", 5.0)
    await ends.to_desk.send("end", WIPED)
    await asyncio.sleep(0)
    await ends.desk.end_call()
    await until(lambda: ends.wiped == [WIPED])
    assert ends.refused(ends.to_kiosk) == []


@pytest.mark.parametrize(
    ("hears", "topic", "said"),
    [
        ("kiosk", "end", WIPED),
        ("kiosk", "device", CallRequested()),
        ("desk", "device", PageKept(page_id="p1")),
        ("desk", "end", CallRequested()),
    ],
)
async def test_a_message_for_the_other_end_comes_back(
    ends: Ends, hears: str, topic: str, said: Said
) -> None:
    liar, honest = (
        (ends.to_kiosk, ends.to_desk) if hears == "kiosk" else (ends.to_desk, ends.to_kiosk)
    )
    await liar.send(topic, said)
    await until(lambda: ends.refused(honest) != [])
    [refused] = ends.refused(honest)
    assert (refused.topic, refused.code) == (topic, "not_allowed")
    assert refused.of == type(said).__name__


async def test_a_refusal_is_written_into_the_log_and_never_answered(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    for end in (ends.desk, ends.kiosk):
        monkeypatch.setattr(end._log, "write", lambda event, **_when: written.append(event))
    refusal = MessageRefused(topic="device", code="not_allowed", why="x", of="y")
    await ends.to_desk.send("end", refusal)
    await ends.to_kiosk.send("end", refusal)
    await until(lambda: len(written) == 2)
    assert {type(event).__name__ for event in written} == {"MessageNotTaken"}
    assert ends.refused(ends.to_desk) == ends.refused(ends.to_kiosk) == [refusal]
