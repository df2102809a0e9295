# SPDX-License-Identifier: GPL-3.0-only
"""Turns the caller's voice packets into an even stream of sound, late and lost ones included.
Used by `aiortc_call`.

aiortc's own audio buffer stops for a third of a second at each lost packet and stays late for ever.
Here the buffer's length follows the jitter, gaps are filled from error correction or by guessing,
and the voice is played a little faster or slower until the buffer has the right length.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Protocol

import numpy as np

from session.media.audio.sound import BLOCK, BLOCK_S, RATE_HZ, Pcm, silence
from session.media.audio.stretch import longer, shorter

MIN_BUFFER_S = 0.04
MAX_BUFFER_S = 0.24
MARGIN_S = 0.025
"""How far from its target the buffer may be before the voice is played faster or slower."""

FAR_TOO_LONG_S = 0.15
"""Beyond this, after a pause of the line, whole blocks are left out."""

PATIENCE = 6
"""Blocks in a row that must be too long or too short: one late packet is no reason."""

SILENT_AFTER = 15
"""After so many blocks without a packet (0.3 s) the stream has stopped: wait for it anew."""

QUIET_AFTER = 60
"""The same while the other end is quiet on purpose and sends a packet only every 0.4 s."""

QUIET_BYTES = 2
"""A packet of this size says that nobody speaks (RFC 6716, section 2.1.9)."""

MAX_HELD = 100
"""Packets kept at most (2 s): more means that nobody pulls."""

MAX_JUMP = 10 * RATE_HZ
"""When a sender's time jumps further, it has begun a new stream."""


class VoiceDecoder(Protocol):
    """Decodes one voice, packet by packet; the engines bring one."""

    def decode(self, packet: bytes) -> Pcm:
        """A packet's sound."""
        ...

    def recover(self, following: bytes) -> Pcm:
        """The sound of a lost packet, from the error correction in the one that followed it."""
        ...

    def conceal(self) -> Pcm:
        """A guess at a lost packet's sound from what went before."""
        ...

    def close(self) -> None:
        """Frees the decoder."""
        ...


class VoicePlayout:
    """Put packets in as they come, pull a block every 20 ms. Both in the media thread.

    Args:
        decoder: of this voice; closed with the playout.

    Attributes:
        counts: blocks by how they were made: "played", "recovered" (from error correction),
            "concealed", "expanded" (guessed, with and without a newer packet at hand), "quiet"
            (nobody spoke), "skipped"; "shorter" and "longer" blocks; packets that came "late".
        extra_s: added to the buffer's target so that the voice waits for the lips.
    """

    def __init__(self, decoder: VoiceDecoder) -> None:
        self.counts: Counter[str] = Counter()
        self.extra_s = 0.0
        self._decoder = decoder
        self._held: dict[int, bytes] = {}
        self._ready: Pcm = np.zeros(0, np.int16)
        self._next: int | None = None
        self._newest = 0
        self._last_raw: int | None = None
        self._unwrapped = 0
        self._delays_s: deque[float] = deque(maxlen=500)
        self._jitter_target_s = 0.06
        self._learnt = 0
        self._off_target = 0
        self._missing = 0
        self._quiet = False

    def put(self, timestamp: int, payload: bytes, now_s: float) -> None:
        """Takes a packet in.

        Args:
            timestamp: its RTP time, in samples, 32 bits.
            payload: Opus.
            now_s: any monotonic clock.
        """
        at = self._unwrap(timestamp)
        if self._next is not None and abs(at - self._next) > MAX_JUMP:
            self._start_again()
        self._learn(at, now_s)
        if self._next is not None and at < self._next:
            self.counts["late"] += 1
            return
        self._held[at] = payload
        if len(self._held) > 1:
            self._newest = max(self._newest, at)
        else:
            self._newest = at
        if len(self._held) > MAX_HELD:
            self._start_again()

    def pull(self) -> Pcm:
        """The next `BLOCK` samples to be played;
        silence before the stream begins and after it has stopped.
        """
        while self._ready.size < BLOCK:
            if self._next is None and not self._begin():
                return self._taken(silence())
            self._drop_surplus()
            if self._next is None:  # the stream was found to have stopped: it begins anew
                continue
            block = self._make()
            if block.size:
                self._ready = np.concatenate((self._ready, self._fitted(block)))
            else:
                self._ready = silence()
        return self._taken(self._ready)

    def close(self) -> None:
        """Frees the decoder."""
        self._decoder.close()

    @property
    def buffered_s(self) -> float:
        """Seconds of sound between what plays now and the newest packet."""
        if self._next is None:
            return 0.0
        return (max(0, self._newest - self._next + BLOCK) + self._ready.size) / RATE_HZ

    @property
    def target_s(self) -> float:
        """Seconds that the buffer should hold."""
        return min(MAX_BUFFER_S, self._jitter_target_s + self.extra_s)

    @property
    def playing(self) -> int | None:
        """RTP time of what plays now, or None while nothing does."""
        if self._next is None:
            return None
        return (self._next - self._ready.size) & 0xFFFFFFFF

    @property
    def blocks(self) -> tuple[int, int]:
        """Blocks played since the call's beginning, and how many of them were guessed."""
        guessed = self.counts["concealed"] + self.counts["expanded"]
        return guessed + self.counts["played"] + self.counts["recovered"] + self.counts[
            "quiet"
        ], guessed

    def _taken(self, sound: Pcm) -> Pcm:
        block, self._ready = sound[:BLOCK], sound[BLOCK:]
        return block

    def _unwrap(self, timestamp: int) -> int:
        """The time without its wrap at 32 bits."""
        if self._last_raw is None:
            self._unwrapped = timestamp
        else:
            step = (timestamp - self._last_raw) & 0xFFFFFFFF
            self._unwrapped += step - (1 << 32) if step > 0x7FFFFFFF else step
        self._last_raw = timestamp
        return self._unwrapped

    def _learn(self, at: int, now_s: float) -> None:
        """Makes the buffer as long as 97 % of the packets are late, against the quickest."""
        self._delays_s.append(now_s - at / RATE_HZ)
        self._learnt += 1
        if self._learnt % 10 == 0:
            ordered = sorted(self._delays_s)
            spread_s = ordered[int(len(ordered) * 0.97)] - ordered[0]
            self._jitter_target_s = min(MAX_BUFFER_S, max(MIN_BUFFER_S, spread_s + BLOCK_S))

    def _begin(self) -> bool:
        if not self._held or (self._newest - min(self._held) + BLOCK) / RATE_HZ < self.target_s:
            return False
        self._next = min(self._held)
        return True

    def _drop_surplus(self) -> None:
        if self.buffered_s > self.target_s + FAR_TOO_LONG_S:
            self._make()
            self.counts["skipped"] += 1

    def _fitted(self, sound: Pcm) -> Pcm:
        """A little shorter or longer when the buffer has been off its target for a while."""
        off_s = self.buffered_s - self.target_s
        side = int(off_s > MARGIN_S) - int(off_s < -MARGIN_S)
        if side * self._off_target >= 0 and side:
            self._off_target = self._off_target + side
        else:
            self._off_target = side
        if abs(self._off_target) < PATIENCE or self._missing:
            return sound
        if self._off_target > 0:
            changed = shorter(sound)
        else:
            changed = longer(sound)
        if changed.size != sound.size:
            self.counts["shorter" if changed.size < sound.size else "longer"] += 1
            self._off_target -= side * 3  # the next one not at once
        return changed

    def _make(self) -> Pcm:
        assert self._next is not None
        packet = self._held.pop(self._next, None)
        if packet is not None:
            self._missing = 0
            self._quiet = len(packet) <= QUIET_BYTES
            sound = self._decoder.decode(packet)
            self._next += sound.size
            self.counts["quiet" if self._quiet else "played"] += 1
            return sound
        following = self._held.get(self._next + BLOCK)
        if following is not None and not self._quiet:
            self._next += BLOCK
            self.counts["recovered"] += 1
            return self._decoder.recover(following)
        return self._made_up(self._newest > self._next)

    def _made_up(self, later: bool) -> Pcm:
        """Bridges a lost packet; where nothing newer has come yet, time stands still and sound goes
        on.
        """
        assert self._next is not None
        self._missing += 1
        if self._missing > (QUIET_AFTER if self._quiet else SILENT_AFTER):
            self._start_again()
            return np.zeros(0, np.int16)
        if later or self._quiet:
            self._next += BLOCK
        if self._quiet:
            self.counts["quiet"] += 1
        else:
            self.counts["concealed" if later else "expanded"] += 1
        self._align()
        return self._decoder.conceal()

    def _align(self) -> None:
        """Moves to packets that lie between two blocks, of a sender with other lengths."""
        assert self._next is not None
        between = [at for at in self._held if at < self._next]
        if between:
            self._next = min(between)

    def _start_again(self) -> None:
        self._held.clear()
        self._delays_s.clear()
        self._ready = np.zeros(0, np.int16)
        self._next = None
        self._missing = 0
        self._quiet = False
