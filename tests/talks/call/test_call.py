# SPDX-License-Identifier: GPL-3.0-only
"""A call between the two real ends: QtWebEngine's WebRTC at the kiosk, aiortc at the desk."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from session.clock import SystemClock
from session.desk.call import DeskCall
from session.kiosk.call import CallMedia, KioskCall
from session.media.aiortc_engine import AiortcEngine
from session.media.engine import MediaState
from session.protocol.session_messages import CallFailed, CallOffered, CameraChanged, MediaSeen
from session.tasks import Tasks
from tests.talks.memory_channel import MemoryChannel, channel_pair
from tests.talks.qt_loop import QtLoop, until
from views.kiosk_call_pane import KioskCallPane


@dataclass
class Ends:
    """Both ends and what was heard at each."""

    kiosk: KioskCall
    desk: DeskCall
    pane: KioskCallPane
    engine: AiortcEngine
    kiosk_channel: MemoryChannel
    desk_channel: MemoryChannel
    desk_states: list[str] = field(default_factory=list)
    first_at_desk: list[MediaSeen] = field(default_factory=list)
    seen_at_desk: list[MediaSeen] = field(default_factory=list)
    seen_at_kiosk: list[MediaSeen] = field(default_factory=list)
    told_to_desk: list[MediaSeen] = field(default_factory=list)
    told_to_kiosk: list[MediaSeen] = field(default_factory=list)


@asynccontextmanager
async def a_call(media: CallMedia | None = None) -> AsyncIterator[Ends]:
    errors: list[str] = []
    tasks = Tasks(on_error=lambda name, error: errors.append(f"{name}: {error!r}"))
    clock = SystemClock()
    kiosk_channel, desk_channel = channel_pair()
    pane = KioskCallPane()
    pane.resize(960, 540)
    pane.show()
    engine = AiortcEngine()
    accepted_at_s = clock.monotonic_s()
    desk = DeskCall(desk_channel, engine, clock, tasks, accepted_at_s)
    media = media or CallMedia(simulated=True, width_px=640, height_px=360)
    kiosk = KioskCall(kiosk_channel, pane, clock, tasks, accepted_at_s, media)
    ends = Ends(kiosk, desk, pane, engine, kiosk_channel, desk_channel)
    desk.state_changed.connect(ends.desk_states.append)
    desk.first_frame.connect(ends.first_at_desk.append)
    desk.media_seen.connect(ends.seen_at_desk.append)
    desk.peer_media_seen.connect(ends.told_to_desk.append)
    kiosk.media_seen.connect(ends.seen_at_kiosk.append)
    kiosk.peer_media_seen.connect(ends.told_to_kiosk.append)
    desk.start()
    kiosk.start()
    try:
        yield ends
    finally:
        await kiosk.hang_up()
        await desk.hang_up()
        await engine.close()
        pane.close_page()
        pane.deleteLater()
        await tasks.close()
    assert errors == []


def sound_both_ways(ends: Ends) -> bool:
    return any(s.audio_level > 0 for s in ends.seen_at_desk) and any(s.audio_level > 0 for s in ends.seen_at_kiosk)


def test_both_ends_see_and_hear_each_other(qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call() as ends:
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            for first in (ends.first_at_desk[0], ends.told_to_desk[0]):
                assert first.first_frame_ms is not None
                assert 0 < first.first_frame_ms < 3000
            await until(lambda: len({s.checksum for s in ends.seen_at_desk}) > 1)
            await until(lambda: len({s.checksum for s in ends.seen_at_kiosk}) > 1)
            await until(lambda: sound_both_ways(ends))
            print(ends.seen_at_desk, ends.seen_at_kiosk)
            if os.environ.get("SHOT"):
                ends.pane.grab().save("/tmp/kiosk.png")
            print(ends.engine.stats())

    qt_loop.run(story())
