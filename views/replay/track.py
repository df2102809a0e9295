# SPDX-License-Identifier: GPL-3.0-only
"""The shared page of a log as one row of events with times, to be fed to a mirror.
Pure; used by the replay window.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterable

from session.core.errors import MessageMalformed, MessageTooLarge
from session.log.events import MirrorChunk, Record
from session.log.merge import Placed, merge
from session.log.replay import whole_chunks
from session.protocol.conversation import mirror

log = logging.getLogger(__name__)


def _chunks(placed: list[Placed]) -> Iterable[tuple[float, float, MirrorChunk]]:
    """Whole chunks with the corrected times (seconds since 1970) of their first event and of their
    record.
    """
    waiting: list[Record] = []
    for at_s, record in placed:
        if not isinstance(record.event, MirrorChunk):
            continue
        waiting = [record] if record.event.part == 0 else [*waiting, record]
        for chunk in whole_chunks(waiting):
            age_s = (record.at_utc - chunk.started_at_utc).total_seconds()
            waiting = []
            yield at_s - max(0.0, age_s), at_s, chunk


class MirrorTrack:
    """Every event of the shared page, in order, by its offset from the log's first record in
    seconds.

    Args:
        records: of one session, as for `session.log.replay.Replay`.
            Chunks that cannot be read are left out.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._offsets_s: list[float] = []
        self._texts: list[bytes] = []
        self._pictures: list[int] = []
        placed = merge(records).placed
        for at_s, written_s, chunk in _chunks(placed):
            self._add(at_s - placed[0].at_s, written_s - placed[0].at_s, chunk)

    def _add(self, offset_s: float, written_s: float, chunk: MirrorChunk) -> None:
        try:
            events = mirror.decode_events(mirror.unpack(chunk.data))
        except (MessageMalformed, MessageTooLarge) as error:
            log.warning("a stretch of the shared page is left out: %s", error.code)
            return
        for event in events:
            # Within a chunk by the kiosk's clock, which may jump: time never goes back here, nor
            # beyond the record. The first event may have come later than the others, by a slow way.
            own_s = min(written_s, offset_s + (event.timestamp - events[0].timestamp) / 1000)
            latest_s = self._offsets_s[-1] if self._offsets_s else 0.0
            if event.type == mirror.META:
                self._pictures.append(len(self._texts))
            self._offsets_s.append(max(own_s, latest_s))
            self._texts.append(mirror.encode_events([event])[1:-1])

    def __len__(self) -> int:
        return len(self._texts)

    def between(self, after_s: float, until_s: float) -> str:
        """Events later than `after_s` up to `until_s`, as a JSON array; "" when there are none."""
        return self._text(
            bisect_right(self._offsets_s, after_s), bisect_right(self._offsets_s, until_s)
        )

    def until(self, offset_s: float) -> str:
        """All that a fresh mirror needs to look as it did at `offset_s`;
        "" when nothing was shared yet.
        """
        end = bisect_right(self._offsets_s, offset_s)
        begin = bisect_right(self._pictures, end - 1) - 1
        return self._text(self._pictures[begin], end) if begin >= 0 else ""

    def has_picture(self, offset_s: float) -> bool:
        """True when something was shared at or before `offset_s`."""
        return bool(self._pictures) and self._offsets_s[self._pictures[0]] <= offset_s

    def _text(self, begin: int, end: int) -> str:
        return "[" + b",".join(self._texts[begin:end]).decode() + "]" if end > begin else ""
