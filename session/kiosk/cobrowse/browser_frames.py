# SPDX-License-Identifier: GPL-3.0-only
"""Frames on the two pipes between the kiosk's screen and the process of the caller's browser.

Used by `views.kiosk.browser.page_process` and by the program at the other end.
A frame: length of the message and length of its body (4 bytes each, big-endian), the message in
msgpack (`browser_messages`), the body. What comes from the browser is counted and limited here,
before anything of it is looked at.
"""

from __future__ import annotations

import struct

import msgspec

from session.core.clock import Clock
from session.core.field_types import NOT_DECODED
from session.kiosk.cobrowse import browser_messages as messages

MAX_MESSAGE_BYTES = 1 << 20
MAX_BODY_BYTES = 32 << 20
_LENGTHS = struct.Struct(">II")

FRAMES_PER_S, BYTES_PER_S = 2_000, 64 << 20
"""More than a page at its busiest: the recorder hands over at most 50 times a second."""

BrowserCommands = (
    messages.AllowPages
    | messages.LoadPage
    | messages.ShareBegin
    | messages.ShareEnd
    | messages.TakeSnapshot
    | messages.PointAt
    | messages.PointAway
    | messages.FetchPart
    | messages.AskPage
    | messages.ClickAt
    | messages.CommitText
    | messages.PressKey
    | messages.GoTo
    | messages.ZoomTo
    | messages.MayAct
    | messages.MarkNode
    | messages.MarkArrow
    | messages.UnmarkPage
    | messages.GoBack
    | messages.ScrollPages
    | messages.UseAppearance
    | messages.ReadField
    | messages.TypeInField
    | messages.TakePicture
    | messages.ShowWindow
    | messages.AnswerAlive
    | messages.EndPage
)
BrowserFacts = (
    messages.EventsPushed
    | messages.PageLoaded
    | messages.AddressStopped
    | messages.PointerDrawn
    | messages.QuestionShown
    | messages.QuestionClosed
    | messages.PageNotice
    | messages.PageTouched
    | messages.StopKeyPressed
    | messages.ViewChanged
    | messages.PartFetched
    | messages.PageAnswered
    | messages.WindowMade
    | messages.PageAlive
    | messages.PageDied
)

_encoder = msgspec.msgpack.Encoder()
_commands: msgspec.msgpack.Decoder[messages.BrowserCommand] = msgspec.msgpack.Decoder(
    BrowserCommands
)
_facts: msgspec.msgpack.Decoder[messages.BrowserFact] = msgspec.msgpack.Decoder(BrowserFacts)


class FramesWrong(Exception):
    """The bytes that came are no frame of ours, or more than a browser has to say."""


def frame(message: messages.BrowserCommand | messages.BrowserFact, body: bytes = b"") -> bytes:
    """One message and its body, as they go through the pipe."""
    head = _encoder.encode(message)
    return _LENGTHS.pack(len(head), len(body)) + head + body


class FrameCutter:
    """Cuts a pipe's bytes into frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The (message, body) that are whole now. Raises `FramesWrong`."""
        self._bytes += data
        frames, at = [], 0
        while len(self._bytes) - at >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(self._bytes, at)
            if head > MAX_MESSAGE_BYTES or body > MAX_BODY_BYTES:
                raise FramesWrong
            start = at + _LENGTHS.size
            if len(self._bytes) - start < head + body:
                break
            at = start + head + body
            frames.append(
                (bytes(self._bytes[start : start + head]), bytes(self._bytes[start + head : at]))
            )
        if at:
            del self._bytes[:at]
        return frames


class FactReader:
    """Reads what a browser tells, which is not trusted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cutter = FrameCutter()
        self._second_began_s = float("-inf")
        self._frames = self._size = 0

    def feed(self, data: bytes) -> list[tuple[messages.BrowserFact, bytes]]:
        """The facts that are whole now, with their bodies.

        Raises:
            FramesWrong: nothing more is to be read from this browser.
        """
        frames = self._cutter.feed(data)
        self._count(len(frames), len(data))
        try:
            return [(_facts.decode(head), body) for head, body in frames]
        except NOT_DECODED as error:
            raise FramesWrong from error

    def _count(self, frames: int, size: int) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._second_began_s >= 1.0:
            self._second_began_s = now_s
            self._frames = 0
            self._size = 0
        self._frames += frames
        self._size += size
        if self._frames > FRAMES_PER_S or self._size > BYTES_PER_S:
            raise FramesWrong


class CommandReader:
    """Reads what the kiosk's screen wants."""

    def __init__(self) -> None:
        self._cutter = FrameCutter()

    def feed(self, data: bytes) -> list[messages.BrowserCommand]:
        """The commands that are whole now."""
        return [_commands.decode(head) for head, _body in self._cutter.feed(data)]
