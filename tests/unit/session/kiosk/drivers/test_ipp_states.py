# SPDX-License-Identifier: GPL-3.0-only
"""States and reasons of printers, as real ones spell them, become our codes."""

from __future__ import annotations

import pytest

from session.core.error_codes import error_classes
from session.kiosk.drivers.ipp_codec import Attributes, boolean, enum_value, integer, keyword
from session.kiosk.drivers.ipp_states import fault_code, job_progress, printer_state
from session.protocol.conversation.messages import PrintState, ScannerState


def printer(state: int, *reasons: str) -> Attributes:
    return {
        "printer-state": enum_value(state),
        "printer-state-reasons": keyword(*(reasons or ("none",))),
    }


def job(state: int, *reasons: str, impressions: int = 0) -> Attributes:
    return {
        "job-state": enum_value(state),
        "job-state-reasons": keyword(*(reasons or ("none",))),
        "job-impressions-completed": integer(impressions),
    }


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("media-empty", "printer_out_of_paper"),
        ("media-empty-report", ""),
        ("media-needed-error", "printer_out_of_paper"),
        ("input-tray-missing", "printer_out_of_paper"),
        ("media-jam-error", "printer_jammed"),
        ("media-jam-warning", ""),
        ("toner-empty-error", "printer_out_of_toner"),
        ("toner-empty-report", ""),  # what ippeveprinter says of a printer that prints
        ("marker-supply-empty", "printer_out_of_toner"),
        ("marker-supply-empty-warnin", ""),
        ("cover-open", "printer_cover_open"),
        ("door-open-error", "printer_cover_open"),
        ("paused", "printer_stopped"),
        ("offline-report", "printer_gone"),
        ("media-low-warning", ""),
        ("toner-low-report", ""),
        ("marker-waste-almost-full-warnin", ""),
        ("none", ""),
    ],
)
def test_each_reason_has_its_code(reason: str, code: str) -> None:
    assert fault_code((reason,)) == code
    assert not code or code in error_classes()


def test_of_two_reasons_the_one_to_see_to_first_is_told() -> None:
    assert fault_code(("media-empty-error", "media-jam-error")) == "printer_jammed"


def test_a_stopped_printer_without_a_reason_is_stopped() -> None:
    assert printer_state(printer(5))[:2] == (ScannerState.FAULT, "printer_stopped")


def test_a_printer_that_accepts_nothing_is_stopped_though_idle() -> None:
    attributes = printer(3) | {"printer-is-accepting-jobs": boolean(False)}
    assert printer_state(attributes)[:2] == (ScannerState.FAULT, "printer_stopped")


def test_a_working_printer_is_busy_and_an_idle_one_ready() -> None:
    assert printer_state(printer(4))[0] is ScannerState.BUSY
    assert printer_state(printer(3))[0] is ScannerState.READY


@pytest.mark.parametrize(
    ("job_state", "state"),
    [
        (3, PrintState.SENT),
        (5, PrintState.PRINTING),
        (7, PrintState.CANCELLED),
        (8, PrintState.FAILED),
        (9, PrintState.DONE),
    ],
)
def test_states_of_a_job_at_a_healthy_printer(job_state: int, state: PrintState) -> None:
    progress = job_progress(job(job_state, impressions=3), printer(4))
    assert (progress.state, progress.impressions) == (state, 3)


def test_a_job_waits_when_paper_is_missing_though_the_printer_says_processing() -> None:
    progress = job_progress(job(5), printer(4, "media-needed-error"))
    assert (progress.state, progress.code) == (PrintState.WAITING, "printer_out_of_paper")


def test_low_toner_alone_does_not_make_a_printing_job_wait() -> None:
    progress = job_progress(job(5), printer(4, "toner-empty-error"))
    assert (progress.state, progress.code) == (PrintState.PRINTING, "printer_out_of_toner")


def test_what_a_printer_only_reports_is_no_trouble_while_it_prints() -> None:
    told = printer(4, "toner-empty-report", "toner-empty-warning", "media-empty-report")
    assert printer_state(told)[:2] == (ScannerState.BUSY, "")
    progress = job_progress(job(5), told)
    assert (progress.state, progress.code) == (PrintState.PRINTING, "")


def test_a_warning_of_a_jam_holds_up_the_job_and_is_no_fault_of_the_printer() -> None:
    told = printer(4, "media-jam-warning")  # what CUPS says of a jam
    assert printer_state(told)[:2] == (ScannerState.BUSY, "")
    progress = job_progress(job(5), told)
    assert (progress.state, progress.code) == (PrintState.WAITING, "printer_jammed")


def test_a_stopped_printer_s_warning_says_why_it_has_stopped() -> None:
    told = printer(5, "toner-low-report", "media-needed-warning")
    assert printer_state(told)[:2] == (ScannerState.FAULT, "printer_out_of_paper")
    progress = job_progress(job(6), told)
    assert (progress.state, progress.code) == (PrintState.WAITING, "printer_out_of_paper")


def test_a_held_job_without_a_reason_waits_for_a_stopped_printer() -> None:
    progress = job_progress(job(4), printer(3))
    assert (progress.state, progress.code) == (PrintState.WAITING, "printer_stopped")


def test_a_finished_job_is_done_whatever_the_printer_complains_about() -> None:
    progress = job_progress(job(9), printer(5, "media-empty-error"))
    assert (progress.state, progress.code) == (PrintState.DONE, "")
