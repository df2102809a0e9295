# SPDX-License-Identifier: GPL-3.0-only
"""Turns the caller's voice packets into an even stream of sound, late or lost ones included. Used by `aiortc_engine`.

aiortc's own audio buffer stops for a third of a second at each lost packet and stays late for ever. Here the buffer's
length follows the jitter seen, gaps are filled from error correction or by guessing, and a buffer that has grown too
long loses a block now and then.
"""

from __future__ import annotations

from collections import Counter, deque

from session.media.opus import OpusDecoder
from session.media.sound import BLOCK, BLOCK_S, RATE_HZ, Pcm, silence

MIN_BUFFER_S = 0.04
MAX_BUFFER_S = 0.24
SILENT_AFTER = 15
"""After so many blocks without a packet (0.3 s) the stream has stopped: wait for it anew."""

MAX_HELD = 100
"""Packets kept at most (2 s): more means that nobody pulls."""


class VoicePlayout:
    """Put packets in as they come, pull a block every 20 ms. Both in the media thread.

    Attributes:
        counts: blocks by how they were made: "played", "recovered", "concealed", "expanded", "skipped"; packets
            that came "late".
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._decoder = OpusDecoder()
        self._held: dict[int, bytes] = {}
        self._next: int | None = None
        self._newest = 0
        self._last_raw: int | None = None
        self._unwrapped = 0
        self._delays_s: deque[float] = deque(maxlen=500)
        self._target_s = 0.06
        self._learnt = 0
        self._too_long = 0
        self._missing = 0

    def put(self, timestamp: int, payload: bytes, now_s: float) -> None:
        """Takes a packet in.

        Args:
            timestamp: its RTP time, in samples, 32 bits. payload: Opus. now_s: any monotonic clock.
        """
        at = self._unwrap(timestamp)
        self._learn(at, now_s)
        if self._next is not None and at < self._next:
            self.counts["late"] += 1
            return
        self._held[at] = payload
        self._newest = max(self._newest, at) if len(self._held) > 1 else at
        if len(self._held) > MAX_HELD:
            self._start_again()

    def pull(self) -> Pcm:
        """The next `BLOCK` samples to be played; silence before the stream begins and after it has stopped."""
        if self._next is None and not self._begin():
            return silence()
        self._shorten()
        return _one_block(self._make()) if self._next is not None else silence()

    def close(self) -> None:
        """Frees the decoder."""
        self._decoder.close()

    @property
    def buffered_s(self) -> float:
        """Seconds of sound between what plays now and the newest packet."""
        return 0.0 if self._next is None else (self._newest - self._next + BLOCK) / RATE_HZ

    def _unwrap(self, timestamp: int) -> int:
        """The time without its wrap at 32 bits."""
        if self._last_raw is not None:
            step = (timestamp - self._last_raw) & 0xFFFFFFFF
            self._unwrapped += step - (1 << 32) if step > 0x7FFFFFFF else step
        self._last_raw = timestamp
        return self._unwrapped

    def _learn(self, at: int, now_s: float) -> None:
        """The buffer is as long as 97 % of the packets are late, against the quickest."""
        self._delays_s.append(now_s - at / RATE_HZ)
        self._learnt += 1
        if self._learnt % 10 == 0:
            ordered = sorted(self._delays_s)
            spread_s = ordered[int(len(ordered) * 0.97)] - ordered[0]
            self._target_s = min(MAX_BUFFER_S, max(MIN_BUFFER_S, spread_s + BLOCK_S))

    def _begin(self) -> bool:
        if not self._held or (self._newest - min(self._held) + BLOCK) / RATE_HZ < self._target_s:
            return False
        self._next = min(self._held)
        return True

    def _shorten(self) -> None:
        """Leaves a block out when the buffer was too long for half a second, or is far too long."""
        self._too_long = self._too_long + 1 if self.buffered_s > self._target_s + 0.04 else 0
        if self._too_long > 25 or self.buffered_s > self._target_s + 0.12:
            self._too_long = 0
            self._make()
            self.counts["skipped"] += 1

    def _make(self) -> Pcm:
        assert self._next is not None
        packet, following = self._held.pop(self._next, None), self._held.get(self._next + BLOCK)
        later = self._newest > self._next
        if packet is not None:
            self._missing = 0
            self._next += BLOCK
            self.counts["played"] += 1
            return self._decoder.decode(packet)
        if following is not None:
            self._next += BLOCK
            self.counts["recovered"] += 1
            return self._decoder.recover(following)
        return self._make_up(later)

    def _make_up(self, later: bool) -> Pcm:
        """A lost packet is passed over; where nothing newer is there yet, time stands still and sound goes on."""
        assert self._next is not None
        self._missing += 1
        if self._missing > SILENT_AFTER:
            self._start_again()
            return silence()
        if later:
            self._next += BLOCK
        self.counts["concealed" if later else "expanded"] += 1
        return self._decoder.conceal()

    def _start_again(self) -> None:
        self._held.clear()
        self._delays_s.clear()
        self._next = None
        self._missing = 0


def _one_block(sound: Pcm) -> Pcm:
    """Exactly `BLOCK` samples: a sender may use other packet lengths than ours; then the block is cut or filled."""
    if sound.size == BLOCK:
        return sound
    block = silence()
    block[: min(BLOCK, sound.size)] = sound[:BLOCK]
    return block
