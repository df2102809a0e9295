# SPDX-License-Identifier: GPL-3.0-only
"""A session in a dozen facts: what the caller came for, what was done, what failed and on whose
side. Pure; used by the helpdesk's window and by the file for a vendor. The sentences are in
`views/words/log_summary.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from session.core.clock import instant
from session.log import events
from session.log.events import Event, Writer
from session.log.merge import WRITERS
from session.log.playback.opened import OpenedLog
from session.log.sides import FaultSide, side_of
from session.log.troubles import NO_TROUBLE, SETTING_UP, is_same_answer
from session.protocol.conversation.messages import Grant, GrantReason, PrintState, ScanKind

ONE_TROUBLE_S = 15.0
"""The same code again within so many seconds is the same trouble, told by the other end."""
BOTH_LOST_S = 8.0
"""Lines of both ends that are cut within so many seconds have one reason between them."""
FELT_CUT_S = 1.0
"""A line that was away once, and for less, kept nobody from anything: it is no finding."""
POOR_LOSS_PERCENT, POOR_RTT_MS, POOR_AT_LEAST_S = 5.0, 800.0, 10.0
FEWEST_S = 1.0
LATE = "late"
"""Code of a poor line that lost little and took long: its count is in milliseconds."""


class FactKind(StrEnum):
    """The kind of thing that a fact tells."""

    REQUESTED = "requested"
    WAITED = "waited"
    LEFT = "left"
    TALKED = "talked"
    SHARED = "shared"
    DOCUMENT_SHOWN = "document_shown"
    ACTED = "acted"
    SCANNED = "scanned"
    PRINTED = "printed"
    FILED = "filed"
    HELD = "held"
    PRIVACY = "privacy"
    THIRD = "third"
    PASSED_ON = "passed_on"
    HUNG_UP = "hung_up"
    WIPED = "wiped"
    TROUBLE = "trouble"
    REFUSED = "refused"
    LINE_CUT = "line_cut"
    BOTH_LINES_CUT = "both_lines_cut"
    POOR_LINE = "poor_line"
    NO_PICTURE = "no_picture"
    RESTARTED = "restarted"
    PAGES_LOST = "pages_lost"
    NOT_WIPED = "not_wiped"
    RECORDS_MISSING = "records_missing"
    NOT_ENDED = "not_ended"


class SummaryFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact and its moment.

    Attributes:
        at_s: seconds from the log's first record, as in `session.log.playback.replay`.
        by: the end that it happened to.
        side: whose side failed; None for what did not fail.
        code: of the trouble, of the way it ended; of a service its id or name (`with_names`).
        times, seconds, count: how often, how long, how many (pages, sheets, records).
        grants, reason: what the caller refused at once, and how.
        hosts: pages that were shown, without what stood in them.
        mended_s: when it went well again after all.
    """

    kind: FactKind
    at_s: float
    by: Writer | None = None
    side: FaultSide | None = None
    code: str = ""
    times: int = 1
    seconds: float = 0.0
    count: int = 0
    grants: tuple[Grant, ...] = ()
    reason: GrantReason | None = None
    hosts: tuple[str, ...] = ()
    mended_s: float | None = None


class SessionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A session's facts, each part in the order of time.

    Attributes:
        started_at_utc: the first record, by the corrected clocks; None for an empty log.
        talk_s: from its opening to its end.
        service, kiosk: ids, or names (`with_names`).
        skew_s: how far each writer's clock was found ahead, seconds.
    """

    started_at_utc: datetime | None = None
    duration_s: float = 0.0
    talk_s: float = 0.0
    organisation: str = ""
    service: str = ""
    kiosk: str = ""
    agent: str = ""
    came: tuple[SummaryFact, ...] = ()
    done: tuple[SummaryFact, ...] = ()
    failed: tuple[SummaryFact, ...] = ()
    skew_s: dict[Writer, float] = {}


class _Moment(NamedTuple):
    at_s: float
    writer: Writer
    number: int
    event: Event


class Moments(list[_Moment]):
    """The moments that a log tells, in order of time;
    those of one kind are found without a look at all.
    """

    def __init__(self, moments: Iterable[_Moment]) -> None:
        super().__init__(moments)
        self.of_kind: defaultdict[type[Event], list[_Moment]] = defaultdict(list)
        for moment in self:
            self.of_kind[type(moment.event)].append(moment)


_OVER = (events.HungUp, events.SessionEnded)
_UNTOLD = (events.MirrorChunk, events.PointerShown)
_MANY = (events.PageActed, events.AddressOpened)
"""There may be very many of these; what is told of one stands in its meaning."""
_LOST = {
    "desk_lost": (Writer.DESK, FaultSide.DESK),
    "kiosk_lost": (Writer.KIOSK, FaultSide.LINE),
}
"""Reasons of the hub for which one end was away for too long."""


def summarise(log: OpenedLog) -> SessionSummary:
    """The facts of a session. Only the records that tell something are read from the log."""
    if not len(log):
        return SessionSummary()
    timeline = Moments(_moments(log))
    opened = next((event for _at_s, event in _of(timeline, events.SessionOpened)), None)
    failed = _collect(_FAILED, timeline) + _missing(log, timeline)
    return SessionSummary(
        started_at_utc=instant(log.start_s),
        duration_s=log.duration_s,
        talk_s=_talk_s(timeline),
        organisation=opened.organisation if opened else "",
        service=opened.service if opened else _requested_service(timeline),
        kiosk=opened.kiosk if opened else "",
        agent=opened.agent if opened else "",
        came=_sorted(_collect(_CAME, timeline)),
        done=_sorted(_collect(_DONE, timeline)),
        failed=_sorted(failed),
        skew_s=log.skew_s,
    )


def with_names(summary: SessionSummary, *, service: str, kiosk: str) -> SessionSummary:
    """The summary as people call service and kiosk; "" leaves the id."""
    came = tuple(
        msgspec.structs.replace(fact, code=service)
        if service and fact.kind is FactKind.REQUESTED and fact.code == summary.service
        else fact
        for fact in summary.came
    )
    return msgspec.structs.replace(
        summary,
        came=came,
        service=service or summary.service,
        kiosk=kiosk or summary.kiosk,
    )


def _moments(log: OpenedLog) -> Iterator[_Moment]:
    rows = log.rows_of(lambda meaning: not isinstance(meaning.event, _UNTOLD))
    whole_rows = log.rows_of(lambda meaning: not isinstance(meaning.event, (*_UNTOLD, *_MANY)))
    read = {row: record.event for row, record in log.records(whole_rows)}
    for row in rows.tolist():
        number = int(log.columns.number[row])
        event = read.get(row) or log.meaning(row).event
        yield _Moment(log.offset_s(row), log.writer(row), number, event)


def _collect(
    collectors: Iterable[Callable[[Moments], Iterable[SummaryFact]]], timeline: Moments
) -> list[SummaryFact]:
    return [fact for collect in collectors for fact in collect(timeline)]


def _sorted(facts: Iterable[SummaryFact]) -> tuple[SummaryFact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.at_s))


def _of[Kind: Event](timeline: Moments, kind: type[Kind]) -> Iterator[tuple[float, Kind]]:
    return (
        (moment.at_s, moment.event)
        for moment in timeline.of_kind[kind]
        if isinstance(moment.event, kind)
    )


def _met(timeline: Moments) -> Iterator[tuple[float, Writer]]:
    """Each time an end first saw or heard the other."""
    for moment in timeline:
        if isinstance(moment.event, events.VideoSeen | events.AudioSeen):
            yield moment.at_s, moment.event.by


def _over(timeline: Moments) -> Iterator[tuple[float, Writer, str]]:
    """(when, who ended it, why)."""
    for moment in timeline:
        if isinstance(moment.event, _OVER):
            yield moment.at_s, moment.event.by, moment.event.reason


def _first_s(timeline: Moments, *kinds: type[Event]) -> float | None:
    return next((moment.at_s for moment in timeline if isinstance(moment.event, kinds)), None)


def _end_s(timeline: Moments) -> float:
    """Return where the conversation ends, else where the log does."""
    over_s = _first_s(timeline, *_OVER)
    if over_s is not None:
        return over_s
    if timeline:
        return timeline[-1].at_s
    return 0.0


def _opened_s(timeline: Moments) -> float | None:
    return _first_s(timeline, events.SessionOpened, events.TicketAccepted)


def _talk_s(timeline: Moments) -> float:
    opened_s = _opened_s(timeline)
    if opened_s is not None:
        return max(0.0, _end_s(timeline) - opened_s)
    return 0.0


def _requested_service(timeline: Moments) -> str:
    return next((event.service for _at_s, event in _of(timeline, events.CallRequestedAtKiosk)), "")


def _spans(
    timeline: Moments, starts: Callable[[Event], bool], ends: Callable[[Event], bool]
) -> list[tuple[float, float]]:
    """(begin, end) of what lasted; what has no end lasts until the conversation's."""
    spans: list[tuple[float, float]] = []
    begun_s: float | None = None
    for moment in timeline:
        if starts(moment.event):
            if begun_s is None:
                begun_s = moment.at_s
        elif begun_s is not None and (ends(moment.event) or isinstance(moment.event, _OVER)):
            spans.append((begun_s, moment.at_s))
            begun_s = None
    if begun_s is not None:
        spans.append((begun_s, max(begun_s, _end_s(timeline))))
    return spans


# ---- what the caller came for


def _requested(timeline: Moments) -> Iterator[SummaryFact]:
    for at_s, event in _of(timeline, events.CallRequestedAtKiosk):
        yield SummaryFact(kind=FactKind.REQUESTED, at_s=at_s, code=event.service)
        taken_s = _opened_s(timeline)
        if taken_s is not None and taken_s - at_s >= FEWEST_S:
            yield SummaryFact(kind=FactKind.WAITED, at_s=taken_s, seconds=taken_s - at_s)
        return


def _left(timeline: Moments) -> Iterator[SummaryFact]:
    for at_s, _event in _of(timeline, events.CallerLeft):
        yield SummaryFact(kind=FactKind.LEFT, at_s=at_s)


# ---- what was done


def _talked(timeline: Moments) -> Iterator[SummaryFact]:
    meetings = list(_met(timeline))
    if meetings:
        yield SummaryFact(
            kind=FactKind.TALKED,
            at_s=meetings[0][0],
            seconds=max(0.0, _end_s(timeline) - meetings[0][0]),
        )


def _shared(timeline: Moments) -> Iterator[SummaryFact]:
    spans = _spans(
        timeline,
        lambda event: isinstance(event, events.SharingChanged) and event.sharing,
        lambda event: isinstance(event, events.SharingChanged) and not event.sharing,
    )
    if spans:
        hosts = dict.fromkeys(event.host for _at_s, event in _of(timeline, events.AddressOpened))
        yield SummaryFact(
            kind=FactKind.SHARED,
            at_s=spans[0][0],
            seconds=sum(end_s - begin_s for begin_s, end_s in spans),
            times=len(spans),
            hosts=tuple(hosts),
        )


def _acted(timeline: Moments) -> Iterator[SummaryFact]:
    acts = [
        (at_s, event.times) for at_s, event in _of(timeline, events.PageActed) if not event.code
    ]
    if acts:
        yield SummaryFact(
            kind=FactKind.ACTED, at_s=acts[0][0], count=sum(times for _at_s, times in acts)
        )


def _document_shown(timeline: Moments) -> Iterator[SummaryFact]:
    documents = list(_of(timeline, events.DocumentShown))
    if documents:
        pages = sum(event.pages for _at_s, event in documents)
        yield SummaryFact(
            kind=FactKind.DOCUMENT_SHOWN, at_s=documents[0][0], times=len(documents), count=pages
        )


def _scanned(timeline: Moments) -> Iterator[SummaryFact]:
    pages = {
        event.page_id: at_s for at_s, event in reversed(list(_of(timeline, events.PageReceived)))
    }
    if pages:
        yield SummaryFact(kind=FactKind.SCANNED, at_s=min(pages.values()), count=len(pages))


def _printed(timeline: Moments) -> Iterator[SummaryFact]:
    printed = {
        event.print_id: at_s
        for at_s, event in _of(timeline, events.PrintChanged)
        if event.state is PrintState.DONE
    }
    if printed:
        yield SummaryFact(kind=FactKind.PRINTED, at_s=min(printed.values()), count=len(printed))


def _filed(timeline: Moments) -> Iterator[SummaryFact]:
    filed = list(_of(timeline, events.DocumentFiled))
    if filed:
        pages = sum(event.pages for _at_s, event in filed)
        yield SummaryFact(kind=FactKind.FILED, at_s=filed[0][0], times=len(filed), count=pages)


def _held(timeline: Moments) -> Iterator[SummaryFact]:
    """Times on hold and privacy pauses."""
    holds = _spans(timeline, lambda event: _holds(event, True), lambda event: _holds(event, False))
    pauses = _spans(
        timeline, lambda event: _pauses(event, True), lambda event: _pauses(event, False)
    )
    for kind, spans in ((FactKind.HELD, holds), (FactKind.PRIVACY, pauses)):
        if spans:
            seconds = sum(end_s - begin_s for begin_s, end_s in spans)
            yield SummaryFact(kind=kind, at_s=spans[0][0], times=len(spans), seconds=seconds)


def _holds(event: Event, on: bool) -> bool:
    return isinstance(event, events.HeldChanged) and event.held is on


def _pauses(event: Event, on: bool) -> bool:
    return isinstance(event, events.PrivacyChanged) and event.on is on


def _others(timeline: Moments) -> Iterator[SummaryFact]:
    for at_s, third in _of(timeline, events.ThirdChanged):
        if third.state == "in":
            yield SummaryFact(kind=FactKind.THIRD, at_s=at_s, code=third.role)
    for at_s, passed in _of(timeline, events.CallerPassedOn):
        yield SummaryFact(kind=FactKind.PASSED_ON, at_s=at_s, count=int(passed.to_agent))


def _ended(timeline: Moments) -> Iterator[SummaryFact]:
    for at_s, by, reason in _over(timeline):
        if reason not in _LOST:
            yield SummaryFact(kind=FactKind.HUNG_UP, at_s=at_s, by=by, code=reason)
        break
    for at_s, wiped in _of(timeline, events.KioskWiped):
        if not wiped.left_over:
            yield SummaryFact(kind=FactKind.WIPED, at_s=at_s, by=Writer.KIOSK)
        break


# ---- what failed


def _troubles(timeline: Moments) -> Iterator[SummaryFact]:
    """Each code once, however many ends told it how often."""
    met: dict[str, list[tuple[float, Writer]]] = {}
    first_met_s = next((at_s for at_s, _by in _met(timeline)), 0.0)
    for moment in timeline:
        code = _trouble_code(moment.event)
        if code in SETTING_UP and moment.at_s < first_met_s:
            continue
        if code and code not in _LINE_CODES:
            met.setdefault(code, []).append((moment.at_s, moment.writer))
    for code, moments in met.items():
        at_s, writer = moments[0]
        pairs = pairwise(moments)
        repeats = sum(later[0] - before[0] > ONE_TROUBLE_S for before, later in pairs)
        yield SummaryFact(
            kind=FactKind.TROUBLE,
            at_s=at_s,
            by=writer,
            side=side_of(code, writer),
            code=code,
            times=1 + repeats,
            mended_s=_mended_s(timeline, code, moments[-1][0]),
        )


_LINE_CODES = frozenset({"bus_unreachable", "hub_unreachable", "peer_gone"})
"""Told as the line that was cut."""


def _trouble_code(event: Event) -> str:
    """The code of what failed; a refusal of the caller is told apart."""
    if isinstance(event, events.MessageNotTaken):
        return ""  # for programmers: the end that waited for it shows its own trouble
    code = str(getattr(event, "code", ""))
    if code == "grant_missing" or code in NO_TROUBLE:
        return ""
    return code


def _mended_s(timeline: Moments, code: str, after_s: float) -> float | None:
    """Return when the same thing went well later."""
    for moment in timeline:
        if moment.at_s > after_s and _goes_well(moment.event, code):
            return moment.at_s
    return None


_PAGE_CODES = ("page_damaged", "page_not_signed", "page_unasked", "transfer_interrupted")


def _goes_well(event: Event, code: str) -> bool:
    match event:
        case events.ScanEnded(code="", pages=pages):
            return code.startswith("scanner") and pages > 0
        case events.PrintChanged(state=PrintState.DONE):
            return code.startswith("print")
        case events.VideoSeen() | events.AudioSeen():
            return code.startswith(("call", "relay"))
        case events.DocumentFiled():
            return code == "document_not_filed"
        case events.PageReceived():
            return code in _PAGE_CODES
    return False


def _refused(timeline: Moments) -> Iterator[SummaryFact]:
    """Each question once, however many powers it was about."""
    questions: list[list[tuple[float, events.GrantChanged]]] = []
    for at_s, event in _of(timeline, events.GrantChanged):
        if event.allowed or event.reason not in (GrantReason.ANSWERED, GrantReason.SILENT):
            continue
        if questions:
            last = questions[-1][-1]
        else:
            last = None
        if last and event.reason is last[1].reason and is_same_answer(at_s - last[0]):
            questions[-1].append((at_s, event))
        else:
            questions.append([(at_s, event)])
    for refusals in questions:
        at_s, first = refusals[0]
        grants = tuple(event.grant for _at_s, event in refusals)
        yield SummaryFact(
            kind=FactKind.REFUSED,
            at_s=at_s,
            side=FaultSide.CALLER,
            grants=grants,
            reason=first.reason,
            mended_s=_allowed_s(timeline, grants, refusals[-1][0]),
        )


def _allowed_s(timeline: Moments, grants: Sequence[Grant], after_s: float) -> float | None:
    """Return when the caller had allowed all of them after all."""
    missing = set(grants)
    for at_s, event in _of(timeline, events.GrantChanged):
        if at_s > after_s and event.allowed:
            missing.discard(event.grant)
            if not missing:
                return at_s
    return None


class _Cut(NamedTuple):
    by: Writer
    at_s: float
    seconds: float
    back_s: float | None


def _cuts(timeline: Moments) -> list[_Cut]:
    """Each time an end lost the bus, or one end was away for the other."""
    cuts: list[_Cut] = []
    for at_s, lost in _of(timeline, events.LineLost):
        back = next(
            (
                (one_s, line_back.lost_s)
                for one_s, line_back in _of(timeline, events.LineBack)
                if line_back.by is lost.by and one_s >= at_s
            ),
            None,
        )
        if back:
            seconds = back[1]
        else:
            seconds = max(0.0, _end_s(timeline) - at_s)
        cuts.append(_Cut(lost.by, at_s, seconds, back[0] if back else None))
    return cuts


def _lines_cut(timeline: Moments) -> Iterator[SummaryFact]:
    cuts = _cuts(timeline)
    for by, side in ((Writer.KIOSK, FaultSide.LINE), (Writer.DESK, FaultSide.DESK)):
        own_cuts = [cut for cut in cuts if cut.by is by and not _is_shared(cut, cuts)]
        if _were_felt(own_cuts):
            yield _cut_fact(FactKind.LINE_CUT, own_cuts, side, by)
    shared = [cut for cut in cuts if cut.by is Writer.KIOSK and _is_shared(cut, cuts)]
    if _were_felt(shared):
        yield _cut_fact(FactKind.BOTH_LINES_CUT, shared, FaultSide.HUB, None)
    if not cuts:
        yield from _unseen_cut(timeline)


def _were_felt(cuts: Sequence[_Cut]) -> bool:
    return len(cuts) > 1 or any(cut.seconds >= FELT_CUT_S or cut.back_s is None for cut in cuts)


def _is_shared(cut: _Cut, cuts: Sequence[_Cut]) -> bool:
    return any(
        other.by is not cut.by and abs(other.at_s - cut.at_s) <= BOTH_LOST_S for other in cuts
    )


def _cut_fact(
    kind: FactKind, cuts: Sequence[_Cut], side: FaultSide, by: Writer | None
) -> SummaryFact:
    return SummaryFact(
        kind=kind,
        at_s=cuts[0].at_s,
        by=by,
        side=side,
        times=len(cuts),
        seconds=sum(cut.seconds for cut in cuts),
        mended_s=cuts[-1].back_s,
    )


def _unseen_cut(timeline: Moments) -> Iterator[SummaryFact]:
    """The desk saw that the kiosk was away, and the kiosk tells nothing of it: its program or its
    machine stopped, or its part of the log never came.
    """
    for at_s, trouble in _of(timeline, events.TroubleShown):
        if trouble.code == "peer_gone":
            yield SummaryFact(
                kind=FactKind.LINE_CUT, at_s=at_s, by=Writer.KIOSK, side=FaultSide.LINE
            )
            return
    for at_s, _by, reason in _over(timeline):
        if reason in _LOST:
            by, side = _LOST[reason]
            yield SummaryFact(kind=FactKind.LINE_CUT, at_s=at_s, by=by, side=side, code=reason)
            return


def _poor_line(timeline: Moments) -> Iterator[SummaryFact]:
    for by in (Writer.KIOSK, Writer.DESK):
        poor = [
            (at_s, measured)
            for at_s, measured in _of(timeline, events.LineMeasured)
            if measured.by is by
            and (
                measured.loss_percent >= POOR_LOSS_PERCENT
                or (measured.rtt_ms or 0.0) >= POOR_RTT_MS
            )
        ]
        seconds = sum(measured.over_s for _at_s, measured in poor)
        if seconds >= POOR_AT_LEAST_S:
            at_s, worst = max(poor, key=lambda pair: (pair[1].loss_percent, pair[1].rtt_ms or 0.0))
            is_late = worst.loss_percent < POOR_LOSS_PERCENT
            yield SummaryFact(
                kind=FactKind.POOR_LINE,
                at_s=at_s,
                by=by,
                side=FaultSide.LINE,
                code=LATE if is_late else "",
                seconds=seconds,
                count=round((worst.rtt_ms or 0.0) if is_late else worst.loss_percent),
            )


def _no_picture(timeline: Moments) -> Iterator[SummaryFact]:
    answered_s = _first_s(timeline, events.CallAnswered)
    if answered_s is None:
        return
    for by in (Writer.DESK, Writer.KIOSK):
        met = any(writer is by for _at_s, writer in _met(timeline))
        wrote = any(moment.writer is by for moment in timeline)
        if wrote and not met and _end_s(timeline) - answered_s > ONE_TROUBLE_S:
            yield SummaryFact(kind=FactKind.NO_PICTURE, at_s=answered_s, by=by, side=FaultSide.LINE)


def _restarted(timeline: Moments) -> Iterator[SummaryFact]:
    for place, moment in enumerate(timeline):
        if isinstance(moment.event, events.SessionResumed):
            by = moment.event.by
            before = [earlier.at_s for earlier in timeline[:place] if earlier.writer is by]
            if before:
                seconds = moment.at_s - before[-1]
            else:
                seconds = 0.0
            if by is Writer.KIOSK:
                side = FaultSide.KIOSK
            else:
                side = FaultSide.DESK
            yield SummaryFact(
                kind=FactKind.RESTARTED, at_s=moment.at_s, by=by, side=side, seconds=seconds
            )


def _pages_lost(timeline: Moments) -> Iterator[SummaryFact]:
    """Pages only: of a preview the desk writes nothing, and it is thrown away in any case."""
    arrived = {event.page_id for _at_s, event in _of(timeline, events.PageReceived)}
    lost = [
        at_s
        for at_s, page in _of(timeline, events.PageTaken)
        if page.kind is ScanKind.PAGE and page.page_id not in arrived
    ]
    if lost:
        yield SummaryFact(
            kind=FactKind.PAGES_LOST,
            at_s=lost[0],
            side=FaultSide.LINE,
            by=Writer.KIOSK,
            count=len(lost),
        )


def _not_wiped(timeline: Moments) -> Iterator[SummaryFact]:
    for at_s, wiped in _of(timeline, events.KioskWiped):
        if wiped.left_over:
            yield SummaryFact(
                kind=FactKind.NOT_WIPED,
                at_s=at_s,
                by=Writer.KIOSK,
                side=FaultSide.KIOSK,
                count=wiped.left_over,
            )


def _not_ended(timeline: Moments) -> Iterator[SummaryFact]:
    if _opened_s(timeline) is not None and _first_s(timeline, *_OVER) is None:
        yield SummaryFact(kind=FactKind.NOT_ENDED, at_s=timeline[-1].at_s, side=FaultSide.DESK)


def _missing(log: OpenedLog, timeline: Moments) -> list[SummaryFact]:
    """Records whose numbers are not there, by writer; a kiosk of which nothing came at all."""
    facts = []
    for writer in (Writer.KIOSK, Writer.DESK):
        numbers = np.sort(log.columns.number[log.columns.writer == WRITERS.index(writer)])
        if len(numbers):
            missing = int(numbers[-1]) + 1 - len(numbers)
        else:
            missing = 0
        nothing = not len(numbers) and _opened_s(timeline) is not None
        if missing or nothing:
            if writer is Writer.KIOSK:
                side = FaultSide.KIOSK
            else:
                side = FaultSide.DESK
            facts.append(
                SummaryFact(
                    kind=FactKind.RECORDS_MISSING,
                    at_s=0.0 if nothing else _gap_s(numbers, timeline, writer),
                    by=writer,
                    side=side,
                    count=missing,
                )
            )
    return facts


def _gap_s(numbers: npt.NDArray[np.int64], timeline: Moments, writer: Writer) -> float:
    """Return where the first missing record of a writer would be."""
    after = numbers[numbers != np.arange(len(numbers))]
    if len(after):
        number = int(after[0])
    else:
        number = 0
    return next(
        (moment.at_s for moment in timeline if moment.writer is writer and moment.number >= number),
        0.0,
    )


_CAME = (_requested, _left)
_DONE = (
    _talked,
    _shared,
    _acted,
    _document_shown,
    _scanned,
    _printed,
    _filed,
    _held,
    _others,
    _ended,
)
_FAILED = (
    _troubles,
    _refused,
    _lines_cut,
    _poor_line,
    _no_picture,
    _restarted,
    _pages_lost,
    _not_wiped,
    _not_ended,
)
