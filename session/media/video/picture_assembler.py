# SPDX-License-Identifier: GPL-3.0-only
"""Puts a picture's packets together, asks for lost ones again, gives up in time.
Used by `picture_receiver`.

Pure: packets and times go in, whole pictures and requests to the sender come out. aiortc's own
buffer asks once, gives a picture out only when the next one has begun, and after an outage plays
seconds of old pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from session.media.video.picture_codecs import join_picture

GIVE_UP_S = 0.6
"""A lost packet is not worth a longer wait: a key frame comes sooner."""

ASK_AGAIN_S = 0.02
"""Added to a round trip; when it has passed, the repeated packet was lost too, or our request."""

MAX_ASKED = 8
SHORTEST_KEY_WAIT_S, LONGEST_KEY_WAIT_S = 0.35, 2.8
"""Between two requests for a key frame; twice as long after each that brought none. On a full line
a key frame needs a second, and more of them keep it full: nothing was seen for six seconds
(measured).
"""
SILENCE_S = 0.5
MAX_GAP = 60
"""More packets than this missing at once are an outage: old pictures are not asked for."""

MAX_HELD = 1500
"""Packets kept at most: a picture of 1.5 MB, more than any camera's."""


@dataclass(frozen=True)
class PicturePacket:
    """A packet of a picture, as RTP carries it (RFC 3550, section 5.1). `marker`: its last one."""

    sequence_number: int
    timestamp: int
    marker: bool
    payload: bytes
    codec: str


@dataclass
class _Missing:
    since_s: float
    asked_s: float
    asked: int = 1


@dataclass(frozen=True)
class WholePicture:
    """A picture ready to be decoded. `timestamp`: RTP, 90 kHz, 32 bits.
    `key`: a decoder can begin with it.
    """

    codec: str
    data: bytes
    timestamp: int
    key: bool


@dataclass
class AssemblyStep:
    """The things that are to be done now.

    Attributes:
        pictures: to be decoded, in this order.
        missing: sequence numbers to ask for again (generic NACK, RFC 4585, section 6.2.1).
        needs_key_frame: whether to ask for a whole picture (PLI, section 6.3.1).
    """

    pictures: list[WholePicture] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    needs_key_frame: bool = False


class PictureAssembler:
    """One stream of pictures.

    Attributes:
        counts: "whole" pictures, "asked" and "recovered" packets, "given_up" gaps, "outages",
            "dropped" pictures that no decoder could use, "damaged" ones.
        rtt_s: a round trip, set by the call.
        queue_s: how long a packet waits on the line now, set by the call. A repeated packet waits
            too: on a full line, asking once more would only lengthen the queue.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.rtt_s = 0.06
        self.queue_s = 0.0
        self._held: dict[int, PicturePacket] = {}
        self._missing: dict[int, _Missing] = {}
        self._next: int | None = None
        self._high = 0
        self._needs_key = True
        self._asked_key_at_s = -1e9
        self._wait_key_s = SHORTEST_KEY_WAIT_S / 2
        self._heard_s = -1e9

    def add(self, packet: PicturePacket, now_s: float) -> AssemblyStep:
        """Takes a packet in. `now_s`: any monotonic clock, the same as in `tick`."""
        number = self._unwrap(packet.sequence_number)
        step = AssemblyStep()
        if now_s - self._heard_s > SILENCE_S:
            # requests during an outage say nothing of the line's width
            self._wait_key_s = SHORTEST_KEY_WAIT_S / 2
        self._heard_s = now_s
        if self._next is None:
            self._next = number
            self._high = number - 1
        if number < self._next or number in self._held:
            return step
        if number - self._high > MAX_GAP or len(self._held) >= MAX_HELD:
            self._start_again(number)
            self.counts["outages"] += 1
        for lost in range(self._high + 1, number):
            self._missing[lost] = _Missing(now_s, now_s)
            step.missing.append(lost & 0xFFFF)
        self._high = max(self._high, number)
        if self._missing.pop(number, None) is not None:
            self.counts["recovered"] += 1
        self._held[number] = packet
        step.pictures = self._drain()
        self.counts["asked"] += len(step.missing)
        step.needs_key_frame = self._key_frame_due(now_s)
        return step

    def tick(self, now_s: float) -> AssemblyStep:
        """Asks again and gives up; to be called some fifty times a second."""
        step = AssemblyStep()
        wait_s = self.rtt_s + self.queue_s + ASK_AGAIN_S
        for number, lost in self._missing.items():
            if lost.asked < MAX_ASKED and now_s - lost.asked_s >= wait_s:
                lost.asked_s = now_s
                lost.asked += 1
                step.missing.append(number & 0xFFFF)
        self.counts["asked"] += len(step.missing)
        if (
            self._missing
            and now_s - min(lost.since_s for lost in self._missing.values()) > GIVE_UP_S
        ):
            self.counts["given_up"] += 1
            self._start_again(max(self._missing) + 1)
            step.pictures = self._drain()
        step.needs_key_frame = self._key_frame_due(now_s)
        return step

    def require_key_frame(self) -> None:
        """Shows nothing before the next key frame: the decoder has lost its way."""
        self._needs_key = True

    def _key_frame_due(self, now_s: float) -> bool:
        if not self._needs_key or now_s - self._asked_key_at_s < max(
            self._wait_key_s, 2 * self.rtt_s
        ):
            return False
        self._asked_key_at_s = now_s
        self._wait_key_s = min(LONGEST_KEY_WAIT_S, 2 * self._wait_key_s)
        return True

    def _unwrap(self, sequence_number: int) -> int:
        """The number without its wrap at 16 bits (RFC 3550, appendix A.1)."""
        if self._next is None:
            return sequence_number + (1 << 16)
        ahead = (sequence_number - self._high) & 0xFFFF
        return self._high + (ahead - (1 << 16) if ahead > 0x7FFF else ahead)

    def _start_again(self, number: int) -> None:
        """Goes on at `number` and forgets what was before."""
        self._held = {
            sequence: packet for sequence, packet in self._held.items() if sequence >= number
        }
        self._missing = {
            sequence: lost for sequence, lost in self._missing.items() if sequence >= number
        }
        self._next = number
        self._high = max(self._high, number - 1)
        self._needs_key = True

    def _drain(self) -> list[WholePicture]:
        """Every picture whose packets are all there."""
        pictures: list[WholePicture] = []
        while True:
            self._skip_padding()
            last = self._last_of_first()
            if last is None:
                return pictures
            assert self._next is not None
            packets = [self._held.pop(number) for number in range(self._next, last + 1)]
            self._next = last + 1
            picture = self._joined([packet for packet in packets if packet.payload])
            if picture is not None:
                pictures.append(picture)

    def _skip_padding(self) -> None:
        """Passes packets without a payload, which only measure the line."""
        assert self._next is not None
        while (packet := self._held.get(self._next)) is not None and not packet.payload:
            del self._held[self._next]
            self._next += 1

    def _last_of_first(self) -> int | None:
        """The number of the first picture's last packet, or None while one is missing."""
        assert self._next is not None
        first = self._held.get(self._next)
        if first is None:
            return None
        number = self._next
        while (packet := self._held.get(number)) is not None:
            if packet.timestamp != first.timestamp:
                return number - 1
            if packet.marker:
                return number
            number += 1
        return None

    def _joined(self, packets: Sequence[PicturePacket]) -> WholePicture | None:
        try:
            data, key = join_picture(packets[0].codec, [packet.payload for packet in packets])
        except (ValueError, IndexError):
            self.counts["damaged"] += 1
            self._needs_key = True
            return None
        if self._needs_key and not key:
            self.counts["dropped"] += 1
            return None
        self._needs_key = False
        self._wait_key_s = SHORTEST_KEY_WAIT_S / 2
        self.counts["whole"] += 1
        return WholePicture(packets[0].codec, data, packets[0].timestamp, key)
