# SPDX-License-Identifier: GPL-3.0-only
"""What a kiosk writes into the session's log."""

from __future__ import annotations

import json
from pathlib import Path

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.protocol.conversation.messages import CameraChanged
from tests.support.memory.channel import channel_pair
from tests.support.program_parts import QuietBrowser, invented_session, kiosk_session


async def test_the_agent_s_microphone_is_logged_once_for_each_switch(tmp_path: Path) -> None:
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
    for microphone_on in (True, False, False, True):  # the desk repeats what may be lost
        session.call.peer_camera_changed.emit(
            CameraChanged(camera_on=True, microphone_on=microphone_on)
        )
    lines = [
        json.loads(line)
        for file in tmp_path.rglob("*")
        if file.is_file()
        for line in file.read_bytes().splitlines()
        if b"CameraChanged" in line or b"camera_changed" in line
    ]
    assert [line["event"]["microphone_on"] for line in lines] == [False, True]
    assert {line["event"]["by"] for line in lines} == {"desk"}
    await tasks.close()
