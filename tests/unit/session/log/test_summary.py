# SPDX-License-Identifier: GPL-3.0-only
"""What a conversation's log comes to: came for, done, failed and on whose side."""

from __future__ import annotations

import msgspec

from session.core.clock import ManualClock
from session.log import events
from session.log.events import AnyEvent, Record, Writer
from session.log.line_cuts import LineCuts
from session.log.playback.opening import open_records
from session.log.sides import FaultSide
from session.log.summary import LATE, FactKind, SessionSummary, summarise
from session.protocol.conversation.messages import Grant, GrantReason, PrintState, ScanKind
from tests.support.log_story import HASH, Story, whole_session

KIOSK, DESK = Writer.KIOSK, Writer.DESK


def _told(*facts: tuple[float, Writer, AnyEvent]) -> SessionSummary:
    story = Story()
    opened = events.SessionOpened(
        ticket_id="t1", organisation="caisse", service="aides", kiosk="k1", agent="a7"
    )
    story.add(0, KIOSK, events.CallRequestedAtKiosk(ticket_id="t1", service="aides"))
    story.add(10, DESK, opened)
    for at_s, writer, event in facts:
        story.add(at_s, writer, event)
    story.add(600, DESK, events.HungUp(by=DESK, reason="done"))
    return summarise(story.opened())


def _of(records: list[Record]) -> SessionSummary:
    return summarise(open_records("s1", records))


def test_a_good_conversation_says_what_it_was_and_that_nothing_failed() -> None:
    told = _of(whole_session())
    assert [one.kind for one in told.came] == [FactKind.REQUESTED, FactKind.WAITED]
    assert [one.kind for one in told.done] == [
        FactKind.TALKED,
        FactKind.SHARED,
        FactKind.SCANNED,
        FactKind.FILED,
        FactKind.PRINTED,
        FactKind.HUNG_UP,
        FactKind.WIPED,
    ]
    assert told.failed == ()
    assert (told.service, told.kiosk, told.agent) == ("aides", "k1", "a7")
    assert told.done[1].hosts == ("www.exemple.fr",)
    assert _of([]) == SessionSummary()


def test_a_jam_that_both_ends_tell_is_one_trouble_of_the_device_and_is_mended() -> None:
    told = _told(
        (100, KIOSK, events.ScanEnded(scan_id="n1", pages=0, code="scanner_jammed")),
        (101, DESK, events.TroubleShown(by=DESK, code="scanner_jammed")),
        (200, KIOSK, events.ScanEnded(scan_id="n2", pages=0, code="scanner_jammed")),
        (260, KIOSK, events.ScanEnded(scan_id="n3", pages=2, code="")),
    )
    (jam,) = told.failed
    assert (jam.kind, jam.code, jam.side) == (FactKind.TROUBLE, "scanner_jammed", FaultSide.DEVICE)
    assert (jam.at_s, jam.times, jam.mended_s) == (100, 2, 260)


def test_a_line_is_the_kiosk_s_the_desk_s_or_the_hub_s_that_both_lost() -> None:
    kiosk = _told((100, KIOSK, events.LineLost(by=KIOSK)), (112, KIOSK, _back(KIOSK, 12)))
    (cut,) = kiosk.failed
    assert (cut.kind, cut.side, cut.seconds, cut.mended_s) == (
        FactKind.LINE_CUT,
        FaultSide.LINE,
        12,
        112,
    )
    desk = _told(
        (100, DESK, events.LineLost(by=DESK)),
        (100, DESK, events.TroubleShown(by=DESK, code="hub_unreachable")),
        (104, DESK, _back(DESK, 4)),
    )
    assert [(one.kind, one.side) for one in desk.failed] == [(FactKind.LINE_CUT, FaultSide.DESK)]
    both = _told(
        (100, DESK, events.LineLost(by=DESK)),
        (102, KIOSK, events.LineLost(by=KIOSK)),
        (110, DESK, _back(DESK, 10)),
        (110, KIOSK, _back(KIOSK, 8)),
    )
    assert [(one.kind, one.side) for one in both.failed] == [
        (FactKind.BOTH_LINES_CUT, FaultSide.HUB)
    ]


def test_a_line_that_was_away_once_for_less_than_a_second_is_no_finding() -> None:
    short = ((100.0, KIOSK, events.LineLost(by=KIOSK)), (100.4, KIOSK, _back(KIOSK, 0.4)))
    assert _told(*short).failed == ()
    again = ((150.0, KIOSK, events.LineLost(by=KIOSK)), (150.4, KIOSK, _back(KIOSK, 0.4)))
    (flapping,) = _told(*short, *again).failed
    assert (flapping.kind, flapping.times) == (FactKind.LINE_CUT, 2)
    (lasting,) = _told((100, KIOSK, events.LineLost(by=KIOSK))).failed
    assert lasting.kind is FactKind.LINE_CUT


def test_a_kiosk_that_was_away_and_tells_nothing_of_it_is_named() -> None:
    told = _told((100, DESK, events.TroubleShown(by=DESK, code="peer_gone")))
    (cut,) = told.failed
    assert (cut.kind, cut.by, cut.seconds) == (FactKind.LINE_CUT, KIOSK, 0)


def test_a_refusal_is_the_caller_s_and_says_when_it_was_allowed_after_all() -> None:
    told = _told(
        (50, KIOSK, _grant(allowed=False)),
        (60, KIOSK, _grant(allowed=True)),
        (90, KIOSK, _grant(allowed=False, reason=GrantReason.WITHDRAWN)),
    )
    (refused,) = told.failed
    assert (refused.kind, refused.grants, refused.mended_s) == (
        FactKind.REFUSED,
        (Grant.SCAN,),
        60,
    )


def test_a_preview_a_stopped_scan_and_a_call_that_needed_two_tries_are_no_finding() -> None:
    told = _told(
        (15, KIOSK, events.CallFailed(call_id="c1", code="call_lost")),
        (16, DESK, events.TroubleShown(by=DESK, code="call_lost")),
        (35, DESK, events.AudioSeen(by=DESK, packets=9)),
        (35, KIOSK, events.AudioSeen(by=KIOSK, packets=9)),
        (40, KIOSK, _page_taken("v1", ScanKind.PREVIEW)),
        (50, KIOSK, events.ScanEnded(scan_id="n1", pages=0, code="scan_cancelled")),
        (51, DESK, events.TroubleShown(by=DESK, code="scan_cancelled")),
    )
    assert told.failed == ()
    cut = _told(
        (35, DESK, events.AudioSeen(by=DESK, packets=9)),
        (90, DESK, events.CallFailed(call_id="c2", code="call_lost")),
        (120, DESK, events.AudioSeen(by=DESK, packets=9)),
    )
    assert [(one.code, one.mended_s) for one in cut.failed] == [("call_lost", 120)]


def test_one_question_of_four_powers_that_nobody_answers_is_one_finding() -> None:
    powers = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
    silent = [(50.0, KIOSK, _grant(grant, GrantReason.SILENT, allowed=False)) for grant in powers]
    again = (90.0, KIOSK, _grant(Grant.SCAN, GrantReason.SILENT, allowed=False))
    later = [(99.0, KIOSK, _grant(grant, allowed=True)) for grant in powers[:2]]
    first, second = _told(*silent, again, *later).failed
    assert (first.grants, first.reason, first.mended_s) == (powers, GrantReason.SILENT, None)
    assert second.grants == (Grant.SCAN,)
    (whole,) = _told(*silent, *((99.0, KIOSK, _grant(one, allowed=True)) for one in powers)).failed
    assert whole.mended_s == 99


def test_what_is_lost_is_said_pages_pictures_wipe_end_and_records() -> None:
    lost = _told(
        (20, DESK, events.CallAnswered(call_id="c1")),
        (50, KIOSK, _page_taken()),
        (610, KIOSK, _wiped(left_over=2)),
    )
    assert {one.kind for one in lost.failed} == {
        FactKind.NO_PICTURE,
        FactKind.PAGES_LOST,
        FactKind.NOT_WIPED,
    }
    story = whole_session()
    kept = [one for one in story if not isinstance(one.event, events.HungUp)]
    assert [one.kind for one in _of(kept).failed] == [FactKind.NOT_ENDED]
    gap = [one for one in story if one.writer is not KIOSK or one.number not in (3, 4)]
    (missing,) = [one for one in _of(gap).failed if one.kind is FactKind.RECORDS_MISSING]
    assert (missing.by, missing.count) == (KIOSK, 2)
    alone = [one for one in story if one.writer is DESK]
    assert (KIOSK, 0) in {(one.by, one.count) for one in _of(alone).failed if one.by is KIOSK}


def test_a_line_that_loses_nothing_and_takes_long_is_told_by_its_delay() -> None:
    slow = msgspec.structs.replace(_measured(0), rtt_ms=1200.0)
    (late,) = _told((30, DESK, slow), (40, DESK, slow)).failed
    assert (late.kind, late.code, late.count) == (FactKind.POOR_LINE, LATE, 1200)


def test_a_poor_line_is_told_by_its_worst_moment() -> None:
    told = _told(*((30 + 10 * n, DESK, _measured(loss)) for n, loss in enumerate((1, 9, 14, 2))))
    (poor,) = told.failed
    assert (poor.kind, poor.by, poor.seconds, poor.count, poor.at_s) == (
        FactKind.POOR_LINE,
        DESK,
        20,
        14,
        50,
    )


def test_a_print_that_waited_and_came_is_mended() -> None:
    def changed(state: PrintState, code: str) -> AnyEvent:
        return events.PrintChanged(print_id="r1", state=state, job_id=1, code=code, sha256=HASH)

    told = _told(
        (50, KIOSK, changed(PrintState.WAITING, "printer_out_of_paper")),
        (90, KIOSK, changed(PrintState.DONE, "")),
    )
    assert [(one.code, one.mended_s) for one in told.failed] == [("printer_out_of_paper", 90)]


def test_each_cut_of_the_line_is_written_once_with_its_length() -> None:
    clock, written = ManualClock(), list[AnyEvent]()
    cuts = LineCuts(written.append, KIOSK, clock=clock)
    cuts.show(True)
    for connected in (False, False, True, True):
        cuts.show(connected)
        clock.advance(3)
    assert written == [events.LineLost(by=KIOSK), _back(KIOSK, 6)]
    cuts.close()
    cuts.show(False)
    assert len(written) == 2


def _back(by: Writer, lost_s: float) -> events.LineBack:
    return events.LineBack(by=by, lost_s=lost_s)


def _grant(
    grant: Grant = Grant.SCAN, reason: GrantReason = GrantReason.ANSWERED, *, allowed: bool
) -> events.GrantChanged:
    return events.GrantChanged(grant=grant, allowed=allowed, reason=reason)


def _page_taken(page_id: str = "p1", kind: ScanKind = ScanKind.PAGE) -> events.PageTaken:
    return events.PageTaken(page_id=page_id, scan_id="n1", kind=kind, sha256=HASH, size_bytes=9)


def _wiped(*, left_over: int) -> events.KioskWiped:
    return events.KioskWiped(
        pages_removed=0, files_removed=0, profile_removed=True, left_over=left_over
    )


def _measured(loss_percent: float) -> events.LineMeasured:
    return events.LineMeasured(
        by=DESK,
        over_s=10,
        kbps=300,
        loss_percent=loss_percent,
        rtt_ms=80,
        height_px=360,
        fps=15,
        freezes=0,
        concealed_percent=0,
    )
