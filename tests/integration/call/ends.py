# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a call in one process, for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.call.video_call import DeskCall
from session.kiosk.call.video_call import CallMedia, KioskCall
from session.media.ice import IcePlan
from session.protocol.conversation.messages import CameraChanged, MediaSeen
from tests.integration.call.engines import MEDIA, Engine, Show, one_engine
from tests.support.memory.channel import MemoryChannel, channel_pair
from views.kiosk.call_pane import KioskCallPane


@dataclass
class Ends:
    """Both ends and what was heard at each."""

    kiosk: KioskCall
    desk: DeskCall
    pane: KioskCallPane
    engine: Engine
    show: Show
    kiosk_channel: MemoryChannel
    desk_channel: MemoryChannel
    desk_states: list[str] = field(default_factory=list)
    first_at_desk: list[MediaSeen] = field(default_factory=list)
    seen_at_desk: list[MediaSeen] = field(default_factory=list)
    seen_at_kiosk: list[MediaSeen] = field(default_factory=list)
    told_to_desk: list[MediaSeen] = field(default_factory=list)
    told_to_kiosk: list[MediaSeen] = field(default_factory=list)
    devices_at_desk: list[CameraChanged] = field(default_factory=list)


@asynccontextmanager
async def a_call(
    kind: str,
    media: CallMedia = MEDIA,
    plan: IcePlan | None = None,
    *,
    desk_media: CallMedia = MEDIA,
) -> AsyncIterator[Ends]:
    errors: list[str] = []
    tasks = Tasks(on_error=lambda name, error: errors.append(f"{name}: {error!r}"))
    clock = SystemClock()
    kiosk_channel, desk_channel = channel_pair()
    pane = KioskCallPane()
    pane.resize(480, 270)
    pane.show()
    engine, show = one_engine(kind, tasks, desk_media)
    accepted_at_s = clock.monotonic_s()
    engine.set_ice(plan or IcePlan())
    desk = DeskCall(
        desk_channel, engine, clock=clock, tasks=tasks, accepted_at_s=accepted_at_s, plan=plan
    )
    kiosk = KioskCall(
        kiosk_channel, pane, clock=clock, tasks=tasks, accepted_at_s=accepted_at_s, media=media
    )
    ends = Ends(kiosk, desk, pane, engine, show, kiosk_channel, desk_channel)
    desk.state_changed.connect(ends.desk_states.append)
    desk.first_frame.connect(ends.first_at_desk.append)
    desk.media_seen.connect(ends.seen_at_desk.append)
    desk.peer_media_seen.connect(ends.told_to_desk.append)
    desk.peer_camera_changed.connect(ends.devices_at_desk.append)
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
