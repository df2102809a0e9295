# SPDX-License-Identifier: GPL-3.0-only
"""Both real ends of a conversation: what one says at the wrong moment is not believed, and it is
told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import session.desk.session as desk_module
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.session import DeskSession
from session.protocol.conversation.chat_and_privacy import PrivacyAsked, PrivacyShown
from session.protocol.conversation.messages import (
    CallOffered,
    CallRequested,
    Grant,
    GrantChanged,
    GrantRequested,
    GrantsRequested,
    KioskWiped,
    MessageRefused,
    PageKept,
    PageOffered,
    PointerMoved,
    ScanKind,
    SharingChanged,
)
from session.protocol.conversation.messages import SessionMessage as Said
from session.protocol.conversation.remote_control import CommandAnswered, MarksRemoveRequested
from session.protocol.conversation.shown_document import ShownPageRequested, ShowStarted
from tests.support.memory.channel import MemoryChannel, channel_pair
from tests.support.program_parts import (
    QuietBrowser,
    desk_session,
    invented_session,
    kiosk_session,
)
from tests.support.waiting import LONGEST_S, until

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
    monkeypatch.setattr(desk_module, "EARLY_S", LONGEST_S)
    await ends.to_desk.send("end", WIPED)
    await asyncio.sleep(0)
    await ends.desk.end_call()
    await until(lambda: ends.wiped == [WIPED])
    assert ends.refused(ends.to_kiosk) == []


NOW = datetime(2026, 3, 2, tzinfo=UTC)
TO_KIOSK: list[tuple[str, Said]] = [
    ("end", WIPED),
    ("device", CallRequested()),
    ("call", CallOffered(call_id="c1", sdp="v=0")),
    ("grant", GrantChanged(grant=Grant.SCAN, allowed=True, at_utc=NOW)),
    ("cobrowse", SharingChanged(sharing=True)),
    ("control", CommandAnswered(command_id="k1")),
    ("beside", PrivacyShown(on=True)),
    ("show", ShownPageRequested(show_id="s1", page=0)),
    ("line", GrantsRequested()),
]
TO_DESK: list[tuple[str, Said]] = [
    ("end", CallRequested()),
    ("device", PageKept(page_id="p1")),
    ("call", CallRequested()),
    ("grant", GrantRequested(grant=Grant.SCAN)),
    ("cobrowse", PointerMoved(epoch=1, x=0.5, y=0.5)),
    ("control", MarksRemoveRequested(command_id="k1", epoch=1)),
    ("beside", PrivacyAsked(on=True)),
    ("show", ShowStarted(show_id="s1", title="x", pages=1)),
    ("line", CallRequested()),
]


@pytest.mark.parametrize("hears", ["kiosk", "desk"])
async def test_a_message_for_the_other_end_comes_back_on_every_topic(
    ends: Ends, hears: str
) -> None:
    await ends.desk.start()
    ends.kiosk.call.start()
    await asyncio.sleep(0)
    liar, honest, said = (
        (ends.to_kiosk, ends.to_desk, TO_KIOSK)
        if hears == "kiosk"
        else (ends.to_desk, ends.to_kiosk, TO_DESK)
    )
    for topic, message in said:
        await liar.send(topic, message)
    await until(lambda: len(ends.refused(honest)) == len(said))
    told = [(refused.topic, refused.of) for refused in ends.refused(honest)]
    assert told == [(topic, type(message).__name__) for topic, message in said]
    assert {refused.code for refused in ends.refused(honest)} == {"not_allowed"}


async def test_what_is_wrong_on_a_raw_topic_comes_back(ends: Ends) -> None:
    await ends.to_desk.send_raw("mirror", b"x", {"Frame": "nonsense"})
    await ends.to_desk.send_raw("mirror", b"x", {"Frame": "1 1", "Start": "1"})
    offer = PageOffered(
        page_id="p1",
        scan_id="s1",
        kind=ScanKind.PAGE,
        media_type="image/jpeg",
        size_bytes=10,
        sha256="0" * 64,
        width_px=1,
        height_px=1,
        dpi=300,
        chunks=1,
        taken_at_utc=NOW,
    )
    scan = GrantChanged(grant=Grant.SCAN, allowed=True, left_s=600, at_utc=NOW)
    await ends.to_desk.send("grant", scan)
    await ends.to_desk.send("device", offer)
    await ends.to_desk.send_raw("chunk", b"too short", {"Item": "p1", "Index": "0"})
    await until(lambda: len(ends.refused(ends.to_kiosk)) == 3)
    told = [(refused.topic, refused.of) for refused in ends.refused(ends.to_kiosk)]
    assert told == [("mirror", ""), ("mirror", ""), ("chunk", "p1")]
    await ends.to_kiosk.send("cobrowse", PointerMoved(epoch=1, x=0.5, y=0.5))
    await until(lambda: ends.refused(ends.to_desk) != [])
    [refused] = ends.refused(ends.to_desk)
    assert (refused.code, refused.why) == ("grant_missing", "see_page")


async def test_a_desk_is_told_that_its_kiosk_is_too_old_for_something(ends: Ends) -> None:
    told: list[None] = []
    ends.desk.not_understood.connect(told.append)
    for code in ("not_allowed", "message_malformed"):
        await ends.to_desk.send("end", MessageRefused(topic="call", code=code))
    await until(lambda: told == [None])


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
