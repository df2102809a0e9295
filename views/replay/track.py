# SPDX-License-Identifier: GPL-3.0-only
"""The shared page of a log as one row of events with times, to be fed to a mirror. A stretch of it
is unpacked when it is looked at.
Pure; used by the replay window.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from session.core.errors import MessageMalformed, MessageTooLarge
from session.log.playback.opened import OpenedLog, PageStretch
from session.protocol.conversation import mirror

log = logging.getLogger(__name__)

_UNPACKED_KEPT = 64


class _Unpacked(NamedTuple):
    """The events of a stretch, with their offsets, and the places of those that begin a full
    picture.
    """

    offsets_s: list[float]
    texts: list[bytes]
    pictures: list[int]


_NOTHING = _Unpacked([], [], [])


class MirrorTrack:
    """Every event of the shared page, in order, by its offset from the log's first record in
    seconds. Stretches that cannot be read are left out.
    """

    def __init__(self, opened: OpenedLog) -> None:
        self._opened = opened
        self._stretches = opened.stretches
        self._starts_s = [stretch.start_s for stretch in self._stretches]
        self._snapshots = [n for n, stretch in enumerate(self._stretches) if stretch.is_snapshot]
        self._unpacked: OrderedDict[int, _Unpacked] = OrderedDict()
        self._first_picture_s: float | None = None
        self._looked_for_first = False

    def between(self, after_s: float, until_s: float) -> str:
        """Events later than `after_s` up to `until_s`, as a JSON array; "" when there are none."""
        begin = max(0, bisect_right(self._starts_s, after_s) - 1)
        end = bisect_right(self._starts_s, until_s)
        texts: list[bytes] = []
        for number in range(begin, end):
            if self._stretches[number].written_s <= after_s:
                continue
            stretch_events = self._events(number)
            low = bisect_right(stretch_events.offsets_s, after_s)
            texts += stretch_events.texts[low : bisect_right(stretch_events.offsets_s, until_s)]
        return _joined(texts)

    def until(self, offset_s: float) -> str:
        """All that a fresh mirror needs to look as it did at `offset_s`;
        "" when nothing was shared yet.
        """
        end = bisect_right(self._starts_s, offset_s)
        for snapshot in reversed(self._snapshots[: bisect_right(self._snapshots, end - 1)]):
            snapshot_events = self._events(snapshot)
            count = bisect_right(snapshot_events.offsets_s, offset_s)
            begins = bisect_right(snapshot_events.pictures, count - 1) - 1
            if begins < 0:
                continue
            texts = snapshot_events.texts[snapshot_events.pictures[begins] : count]
            for number in range(snapshot + 1, end):
                later = self._events(number)
                texts += later.texts[: bisect_right(later.offsets_s, offset_s)]
            return _joined(texts)
        return ""

    def has_picture(self, offset_s: float) -> bool:
        """True when something was shared at or before `offset_s`."""
        first_s = self._first_s()
        return first_s is not None and first_s <= offset_s

    def _first_s(self) -> float | None:
        if not self._looked_for_first:
            self._looked_for_first = True
            unpacked = map(self._events, self._snapshots)
            first_events = next((candidate for candidate in unpacked if candidate.pictures), None)
            if first_events:
                self._first_picture_s = first_events.offsets_s[first_events.pictures[0]]
            else:
                self._first_picture_s = None
        return self._first_picture_s

    def _events(self, number: int) -> _Unpacked:
        if number not in self._unpacked:
            self._unpacked[number] = self._unpack(self._stretches[number])
        self._unpacked.move_to_end(number)
        while len(self._unpacked) > _UNPACKED_KEPT:
            self._unpacked.popitem(last=False)
        return self._unpacked[number]

    def _unpack(self, stretch: PageStretch) -> _Unpacked:
        chunk = self._opened.chunk(stretch)
        if chunk is None:
            return _NOTHING
        try:
            events = mirror.decode_events(mirror.unpack(chunk.data))
        except (MessageMalformed, MessageTooLarge) as error:
            log.warning("a stretch of the shared page is left out: %s", error.code)
            return _NOTHING
        # Within a chunk by the kiosk's clock, which may jump: time never goes back here, nor
        # beyond the record. The first event may have come later than the others, by a slow way.
        if events:
            first_ms = events[0].timestamp
        else:
            first_ms = 0
        own_s = (
            min(stretch.written_s, stretch.start_s + (event.timestamp - first_ms) / 1000)
            for event in events
        )
        offsets_s = list(accumulate(own_s, max, initial=stretch.start_s))[1:]
        return _Unpacked(
            offsets_s,
            [mirror.encode_events([event])[1:-1] for event in events],
            [place for place, event in enumerate(events) if event.type == mirror.META],
        )


def _joined(texts: Iterable[bytes]) -> str:
    joined = b",".join(texts)
    if joined:
        return "[" + joined.decode() + "]"
    return ""
