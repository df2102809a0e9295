# SPDX-License-Identifier: GPL-3.0-only
"""Frames between the kiosk's screen and the browser: whole at any cut, refused when they lie."""

from __future__ import annotations

import msgspec
import pytest

from session.core.clock import ManualClock
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.browser_frames import (
    FRAMES_PER_S,
    MAX_BODY_BYTES,
    CommandReader,
    FactReader,
    FramesWrong,
    frame,
)
from session.protocol.conversation.remote_control import HistoryStep, PageKey

COMMANDS = [
    messages.AllowPages(("https://aide.example/",)),
    messages.AskPage(7, "d", "locate", (3, 0.5, 0.25)),
    messages.PressKey(PageKey.ENTER),
    messages.GoTo(HistoryStep.BACK),
    messages.EndPage(back=True),
]


def test_commands_arrive_however_the_pipe_cuts_them() -> None:
    sent = b"".join(map(frame, COMMANDS))
    for step in (1, 3, len(sent)):
        reader = CommandReader()
        got = [
            command
            for at in range(0, len(sent), step)
            for command in reader.feed(sent[at : at + step])
        ]
        assert [type(command) for command in got] == [type(command) for command in COMMANDS]
        assert got[0] == COMMANDS[0]


def test_a_fact_brings_its_body() -> None:
    reader = FactReader(ManualClock())
    sent = frame(messages.EventsPushed(), b'{"events": []}')
    assert reader.feed(sent[:9]) == []
    assert reader.feed(sent[9:]) == [(messages.EventsPushed(), b'{"events": []}')]


@pytest.mark.parametrize(
    "said",
    [
        b"\xff" * 8,
        (0).to_bytes(4) + (MAX_BODY_BYTES + 1).to_bytes(4),
        (4).to_bytes(4) + (0).to_bytes(4) + b"\xc1\xc1\xc1\xc1",
        frame(messages.ViewChanged(title="x" * (messages.MAX_TITLE + 1))),
        frame(messages.AddressStopped("a" * (messages.MAX_ADDRESS + 1), "code")),
        frame(messages.PointerDrawn(10**9, 0)),
        frame(messages.PageAnswered(1, "x" * (messages.MAX_ANSWER + 1))),
        frame(messages.AllowPages(("https://",))),
        (2).to_bytes(4) + (0).to_bytes(4) + msgspec.msgpack.encode([]) + b"\x00",
        (20_000).to_bytes(4) + (0).to_bytes(4) + b"\x91" * 20_000,
    ],
)
def test_a_browser_that_lies_is_not_listened_to(said: bytes) -> None:
    with pytest.raises(FramesWrong):
        FactReader(ManualClock()).feed(said)


def test_a_browser_that_floods_is_not_listened_to() -> None:
    clock = ManualClock()
    reader = FactReader(clock)
    touched = frame(messages.PageTouched())
    for _second in range(3):
        reader.feed(touched * (FRAMES_PER_S // 2))
        clock.advance(1.0)
    with pytest.raises(FramesWrong):
        reader.feed(touched * (FRAMES_PER_S + 1))
