# SPDX-License-Identifier: GPL-3.0-only
"""The list's summary of a conversation, added up record by record.
Used by the indexer.

Pure: the same records give the same summary, however they are cut into batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from session.core.clock import YEARS
from session.core.errors import LogUnreadable
from session.core.field_types import NOT_DECODED
from session.log import events
from session.log.codec import decode_record
from session.log.events import MOST_NUMBER, AnyEvent, MirrorChunk, Record, Writer
from session.log.troubles import (
    SETTING_UP,
    counts_only_alone,
    is_same_answer,
    part_of,
    trouble_of,
)
from session.protocol.conversation.messages import GrantReason
from session.protocol.helpdesk.log_list import DeviceModel, LineMinute, TroubleCount, TroublePart

_MIRROR = f'"type":"{MirrorChunk.__name__}"'.encode()
"""A stretch of a page: nine records of ten, and none of them says anything here."""

LEAST_LOSS = 0.5
"""Percent; below it the line is judged by what it carried."""


class _Times(msgspec.Struct):
    """The number of times a trouble was told by what happened,
    and by what a person was shown.
    """

    happened: int = 0
    shown: int = 0


class _Minute(msgspec.Struct):
    """A minute of one end's line that is not over yet."""

    at_utc: datetime
    over_s: float = 0.0
    kilobits: float = 0.0
    loss_percent: float = 0.0

    def judged(self) -> LineMinute:
        return LineMinute(
            at_utc=self.at_utc,
            kbps=round(self.kilobits / self.over_s, 1) if self.over_s else 0.0,
            loss_percent=round(self.loss_percent, 1),
        )


class LogDigest(msgspec.Struct):
    """The summary of the first `read` records in the keeper's order.

    Attributes:
        next: of each writer the number that comes next; a jump is a gap.
        outcome: the agent's word, else the reason for which the conversation ended.
        trace: that of the caller's press, "" where its kiosk does not say it.
        accept_trace: that of the agent's acceptance.
    """

    read: int = 0
    records: int = 0
    gaps: int = 0
    next: dict[str, int] = {}
    started_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None
    last_at_utc: datetime | None = None
    service: str = ""
    kiosk: str = ""
    agent: str = ""
    outcome: str = ""
    trace: str = ""
    accept_trace: str = ""
    versions: dict[str, str] = {}
    models: dict[str, list[str]] = {}
    worst: LineMinute | None = None
    _minutes: dict[str, _Minute] = {}
    _times: dict[str, _Times] = {}
    _met: bool = False
    _refusals: dict[GrantReason, datetime] = {}

    def take(self, lines: Iterable[bytes]) -> None:
        """Adds records in the keeper's order; a line that is none only counts."""
        for line in lines:
            self.read += 1
            self.records += 1
            if _MIRROR in line:
                self._count_mirror(line)
                continue
            try:
                self._take(decode_record(line))
            except LogUnreadable:
                continue

    def _count_mirror(self, line: bytes) -> None:
        try:
            place = _place.decode(line)
        except NOT_DECODED:
            return
        self._count(place.writer, place.number)

    def _count(self, writer: str, number: int) -> None:
        if not 0 <= number <= MOST_NUMBER:
            return
        expected = self.next.get(writer, 0)
        self.gaps += max(0, number - expected)
        self.next[writer] = max(expected, number + 1)

    def _take(self, record: Record) -> None:
        event = record.event
        self._count(record.writer.value, record.number)
        if record.at_utc.year not in YEARS:
            return  # by a clock that is in no calendar
        if self.started_at_utc is None and not isinstance(event, events.CallRequestedAtKiosk):
            self.started_at_utc = record.at_utc
        self.last_at_utc = max(record.at_utc, self.last_at_utc or record.at_utc)
        self._take_course(event, record.at_utc)
        match event:
            case events.LineMeasured(by=by):
                self._measure(by, event, record.at_utc)
            case events.EndDescribed(by=by, version=version):
                self.versions[by.value] = version or self.versions.get(by.value, "")
                for kind, model in (("scanner", event.scanner), ("printer", event.printer)):
                    models = self.models.setdefault(kind, [])
                    if model and model not in models:
                        models.append(model)
        if isinstance(event, events.VideoSeen | events.AudioSeen) and not self._met:
            self._met = True
            for code in SETTING_UP:
                self._times.pop(f"{part_of(code)}/{code}", None)
        if not self._is_answered_before(event, record.at_utc):
            self._count_trouble(event)

    def _count_trouble(self, event: AnyEvent) -> None:
        trouble = trouble_of(event)
        if trouble is not None:
            times = self._times.setdefault(f"{trouble.part}/{trouble.code}", _Times())
            if counts_only_alone(event):
                times.shown += 1
            else:
                times.happened += 1

    def _is_answered_before(self, event: AnyEvent, at_utc: datetime) -> bool:
        """True for a power that was refused together with another: one question, one trouble."""
        if not isinstance(event, events.GrantChanged) or event.allowed:
            return False
        last = self._refusals.get(event.reason)
        self._refusals[event.reason] = at_utc
        return last is not None and is_same_answer((at_utc - last).total_seconds())

    def _take_course(self, event: AnyEvent, at_utc: datetime) -> None:
        match event:
            case events.CallRequestedAtKiosk(trace=trace):
                self.trace = trace
            case events.TicketAccepted(trace=trace):
                self.accept_trace = trace
            case events.SessionOpened():
                self.service = event.service
                self.kiosk = event.kiosk
                self.agent = event.agent
            case events.HungUp(reason=reason) | events.SessionEnded(reason=reason):
                self.ended_at_utc = at_utc
                self.outcome = self.outcome or reason
            case events.SessionClosed(outcome=outcome):
                self.ended_at_utc = self.ended_at_utc or at_utc
                self.outcome = outcome or self.outcome

    def _measure(self, by: Writer, measured: events.LineMeasured, at_utc: datetime) -> None:
        minute_utc = at_utc.replace(second=0, microsecond=0)
        minute = self._minutes.get(by.value)
        if minute is None or minute.at_utc != minute_utc:
            self.worst = self.worst_minute()
            minute = self._minutes[by.value] = _Minute(at_utc=minute_utc)
        minute.over_s += measured.over_s
        minute.kilobits += measured.kbps * measured.over_s
        minute.loss_percent = max(minute.loss_percent, measured.loss_percent)

    # ---- what stands in the row

    def worst_minute(self) -> LineMinute | None:
        """The worst one of both ends, with those that are not over yet."""
        judged = [minute.judged() for minute in self._minutes.values()]
        candidates = [*judged, *([self.worst] if self.worst is not None else [])]
        return max(candidates, key=_rank, default=None)

    def troubles(self) -> list[TroubleCount]:
        """Return what failed, and how often;
        what happened counts before what was shown of it.
        """
        counts = []
        for key, times in sorted(self._times.items()):
            part, _, code = key.partition("/")
            count = times.happened or times.shown
            counts.append(TroubleCount(part=TroublePart(part), code=code, count=count))
        return counts

    def devices(self) -> list[DeviceModel]:
        """Which devices were there."""
        return [
            DeviceModel(kind=kind, model=model)
            for kind, models in sorted(self.models.items())
            for model in models
        ]


class _Place(msgspec.Struct):
    writer: str = ""
    number: int = 0


_place = msgspec.json.Decoder(_Place)
_decoder = msgspec.json.Decoder(LogDigest)


def _rank(minute: LineMinute) -> tuple[float, float]:
    """Return how bad a minute was: by loss;
    where next to nothing was lost, by what the line carried.
    """
    if minute.loss_percent >= LEAST_LOSS:
        lost = minute.loss_percent
    else:
        lost = 0.0
    return lost, -minute.kbps


def decode_digest(text: str) -> LogDigest:
    """Return what `encode_digest` wrote; an empty one for what cannot be read any more."""
    try:
        return _decoder.decode(text.encode())
    except msgspec.MsgspecError:
        return LogDigest()


def encode_digest(summary: LogDigest) -> str:
    """Encode a summary for the row."""
    return msgspec.json.encode(summary).decode()
