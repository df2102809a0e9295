# SPDX-License-Identifier: GPL-3.0-only
"""Which events are troubles, and of which part."""

from __future__ import annotations

import pytest

from session.core.device_errors import PrinterJammed, ScannerGone
from session.core.error_codes import error_classes
from session.log import events
from session.log.events import AnyEvent, Writer
from session.log.troubles import counts_only_alone, part_of, trouble_of
from session.protocol.conversation.messages import Grant, GrantReason, PrintState
from session.protocol.helpdesk.log_list import TroublePart


def _print(code: str) -> AnyEvent:
    return events.PrintChanged(
        print_id="p", state=PrintState.WAITING, job_id=1, code=code, sha256=""
    )


def _grant(grant: Grant, reason: GrantReason, *, allowed: bool = False) -> AnyEvent:
    return events.GrantChanged(grant=grant, allowed=allowed, reason=reason)


@pytest.mark.parametrize(
    ("event", "part", "code"),
    [
        (_print("printer_jammed"), TroublePart.PRINT, "printer_jammed"),
        (events.ScanEnded(scan_id="s", pages=0, code="scanner_gone"), "scan", "scanner_gone"),
        (events.PageFailed(page_id="p", code="page_damaged"), "scan", "page_damaged"),
        (events.PageFailed(page_id="p", code="page_unasked"), "scan", "page_unasked"),
        (events.CallFailed(call_id="c", code="call_lost"), "call", "call_lost"),
        (events.AddressRefused(code="address_not_allowed"), "page", "address_not_allowed"),
        (_grant(Grant.SCAN, GrantReason.ANSWERED), "scan", "refused_scan"),
        (_grant(Grant.CONTROL, GrantReason.SILENT), "page", "unanswered_control"),
        (_grant(Grant.KEEP, GrantReason.ANSWERED), "filing", "refused_keep"),
        (events.LineLost(by=Writer.KIOSK), "line", "line_lost"),
        (events.HungUp(by=Writer.HUB, reason="desk_lost"), "line", "desk_lost"),
        (events.SessionResumed(by=Writer.DESK), "bus", "desk_restarted"),
        (events.TroubleShown(by=Writer.DESK, code="document_not_filed"), "filing", None),
    ],
)
def test_a_trouble_has_a_part_and_a_code(event: AnyEvent, part: str, code: str | None) -> None:
    found = trouble_of(event)
    assert found is not None
    assert found.part == part
    assert code is None or found.code == code


@pytest.mark.parametrize(
    "event",
    [
        _print(""),
        events.ScanEnded(scan_id="s", pages=2, code=""),
        events.ScanEnded(scan_id="s", pages=0, code="scan_cancelled"),
        _grant(Grant.SCAN, GrantReason.ANSWERED, allowed=True),
        _grant(Grant.SCAN, GrantReason.EXPIRED),
        events.HungUp(by=Writer.KIOSK, reason="done"),
        events.LineBack(by=Writer.KIOSK, lost_s=2.0),
        events.KioskWiped(pages_removed=1, files_removed=1, profile_removed=True, left_over=0),
    ],
)
def test_what_belongs_to_the_ordinary_course_is_no_trouble(event: AnyEvent) -> None:
    assert trouble_of(event) is None


def test_only_what_a_person_was_shown_may_be_told_twice() -> None:
    assert counts_only_alone(events.TroubleShown(by=Writer.DESK, code="printer_jammed"))
    assert not counts_only_alone(_print("printer_jammed"))


def test_devices_errors_belong_to_their_devices() -> None:
    parts = {code: part_of(code) for code in error_classes()}
    assert parts[ScannerGone.code] is TroublePart.SCAN
    assert parts[PrinterJammed.code] is TroublePart.PRINT
    assert parts["hub_unreachable"] is TroublePart.BUS
    assert parts["page_changed"] is TroublePart.PAGE
    assert parts["page_unreadable"] is TroublePart.SCAN
