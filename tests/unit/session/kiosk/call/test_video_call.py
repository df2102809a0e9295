# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of a call, with a page that answers at once."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from session.core.clock import ManualClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.video_call import KioskCall
from session.media.call_page import PageEvent
from session.protocol.conversation.messages import SessionMessage
from tests.support.memory.channel import MemoryChannel
from tests.support.waiting import until

SEEN = {
    "first_frame_ms": 9.0, "frames": 3, "width_px": 160, "height_px": 120, "checksum": "0badcafe",
    "audio_packets": 5, "audio_level": 0.0, "state": "connected",
}  # fmt: skip


class TalkingEnd(MemoryChannel):
    """Notes what is said, whether the other end could read it or not."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.said: list[SessionMessage] = []

    async def send(self, topic: str, message: SessionMessage) -> None:
        self.said.append(message)
        await super().send(topic, message)


class SeeingPage:
    """Says that it sees the agent, whether it is asked in time or not."""

    def __init__(self) -> None:
        self.happened: Signal[PageEvent] = Signal()
        self.asked = 0

    def run(self, script: str) -> Awaitable[object]:
        async def answer() -> Any:
            self.asked += script.endswith("seen()")
            return SEEN if script.endswith("seen()") else None

        return answer()


async def test_nothing_is_told_of_a_call_that_is_no_more() -> None:
    """A picture that comes as the hold begins belongs to no call: a report would have no id."""
    kiosk, desk = TalkingEnd("s1"), MemoryChannel("s1")
    kiosk.peer, desk.peer = desk, kiosk
    tasks, page = Tasks(), SeeingPage()
    call = KioskCall(kiosk, page, clock=ManualClock(), tasks=tasks, accepted_at_s=0.0)
    call.start(is_on_hold=True)
    page.happened.emit(PageEvent("first_frame", {}))
    await until(lambda: page.asked)
    await tasks.close()
    assert kiosk.said == []
    await call.hang_up()
    await tasks.close()
