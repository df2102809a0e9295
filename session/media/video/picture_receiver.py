# SPDX-License-Identifier: GPL-3.0-only
"""Decodes the caller's pictures in a thread and shows each together with its voice. Used by
`aiortc_call`.

Everything that waits is bounded: packets in the assembler, coded pictures before the decoder,
decoded ones before their time. A machine that is too slow shows fewer pictures; it never falls
behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import av

from session.media.frames import VideoFrame, to_screen
from session.media.video.picture_assembler import (
    AssemblyStep,
    PictureAssembler,
    PicturePacket,
    WholePicture,
)
from session.media.video.picture_codecs import make_decoder

log = logging.getLogger(__name__)

TICK_S = 0.02
MAX_CODED = 40
"""Coded pictures before the decoder, 1.6 s: with more it begins again at a key frame."""

MAX_DECODED = 8
"""Decoded pictures that wait for the voice, a third of a second."""

MAX_WIDTH_PX, MAX_HEIGHT_PX = 4096, 2304


class _Decoded(NamedTuple):
    due_s: float
    frame: av.VideoFrame
    shown: VideoFrame
    codec: str


class Feedback(Protocol):
    """Messages back to the sender of a stream."""

    async def request_packets(self, sequence_numbers: list[int]) -> None:
        """Asks for lost packets again."""
        ...

    async def request_key_frame(self) -> None:
        """Asks for a key frame."""
        ...


class PictureReceiver:
    """One call's stream of pictures.

    Args:
        feedback: to the sender.
        wait_s: how long a picture of this RTP time is to wait for the voice, 0 for not at all.
        on_picture: each picture to be shown, as decoded and as a screen paints it, and its codec;
            called in the media thread.
        on_late: called for each decoded picture that a newer one overtook.
    """

    def __init__(
        self,
        feedback: Feedback,
        wait_s: Callable[[int], float],
        *,
        on_picture: Callable[[av.VideoFrame, VideoFrame, str], None],
        on_late: Callable[[], None],
    ) -> None:
        self.assembler = PictureAssembler()
        self._feedback = feedback
        self._wait_s = wait_s
        self._on_picture = on_picture
        self._on_late = on_late
        self._loop = asyncio.get_running_loop()
        self._coded: queue.Queue[WholePicture | None] = queue.Queue(MAX_CODED)
        self._decoded: deque[_Decoded] = deque(maxlen=MAX_DECODED)
        self._timer: asyncio.TimerHandle | None = None
        self._failed = False
        self._closed = False
        self._thread = threading.Thread(target=self._decode_all, name="pictures", daemon=True)
        self._thread.start()

    async def add(self, packet: PicturePacket) -> None:
        """Takes a packet in."""
        if self._failed:
            self._failed = False
            self.assembler.require_key_frame()
        await self._carry_out(self.assembler.add(packet, self._loop.time()))

    async def run(self) -> None:
        """Asks again for what is lost, until it is cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            await self._carry_out(self.assembler.tick(self._loop.time()))

    def close(self) -> None:
        """Ends the decoder's thread; nothing is shown afterwards."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._decoded.clear()
        with contextlib.suppress(queue.Empty):
            while True:
                self._coded.get_nowait()
        self._coded.put_nowait(None)

    async def _carry_out(self, step: AssemblyStep) -> None:
        for picture in step.pictures:
            if not self._closed:
                self._queue(picture)
        if step.missing:
            await self._feedback.request_packets(sorted(step.missing))
        if step.needs_key_frame:
            await self._feedback.request_key_frame()

    def _queue(self, picture: WholePicture) -> None:
        try:
            self._coded.put_nowait(picture)
        except queue.Full:
            log.warning("the decoder is too slow: begins again with a whole picture")
            with contextlib.suppress(queue.Empty):
                while True:
                    self._coded.get_nowait()
            self.assembler.require_key_frame()

    # ---- in the decoder's thread

    def _decode_all(self) -> None:
        decoder, codec, number = None, "", 0
        while (picture := self._coded.get()) is not None:
            if decoder is None or picture.codec != codec:
                decoder, codec = make_decoder(picture.codec), picture.codec
            try:
                frames = decoder.decode(av.Packet(picture.data))
            except (av.FFmpegError, ValueError) as error:
                log.warning("a picture could not be decoded: %s", type(error).__name__)
                decoder, self._failed = None, True
                continue
            for frame in frames:
                if isinstance(frame, av.VideoFrame) and _is_sane(frame) and not self._closed:
                    number += 1
                    screen_frame = to_screen(
                        frame, number
                    )  # here, where it does not delay the voice
                    with contextlib.suppress(RuntimeError):  # the loop has ended
                        self._loop.call_soon_threadsafe(
                            self._show_later, frame, screen_frame, picture.timestamp, picture.codec
                        )

    # ---- in the media thread

    def _show_later(
        self, frame: av.VideoFrame, screen_frame: VideoFrame, timestamp: int, codec: str
    ) -> None:
        if self._closed:
            return
        if len(self._decoded) == MAX_DECODED:
            self._decoded.popleft()
            self._on_late()
        due_s = self._loop.time() + self._wait_s(timestamp)
        if self._decoded:
            due_s = max(due_s, self._decoded[-1].due_s)
        self._decoded.append(_Decoded(due_s, frame, screen_frame, codec))
        if self._timer is None:
            self._show_due()

    def _show_due(self) -> None:
        self._timer = None
        now_s = self._loop.time() + 0.002
        due: list[_Decoded] = []
        while self._decoded and self._decoded[0].due_s <= now_s:
            due.append(self._decoded.popleft())
        for _overtaken in due[:-1]:
            self._on_late()
        if due:
            self._on_picture(due[-1].frame, due[-1].shown, due[-1].codec)
        if self._decoded:
            self._timer = self._loop.call_at(self._decoded[0].due_s, self._show_due)


def _is_sane(frame: av.VideoFrame) -> bool:
    return 16 <= frame.width <= MAX_WIDTH_PX and 16 <= frame.height <= MAX_HEIGHT_PX
