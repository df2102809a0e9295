# SPDX-License-Identifier: GPL-3.0-only
"""Scanner and printer of the kiosk with every fault they know:
each in its own words at the desk, and then it works.
"""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]

SCANNER = {
    "jam": "scanner_jammed",
    "empty": "scanner_empty",
    "cover_open": "scanner_cover_open",
    "busy": "scanner_busy",
    "gone": "scanner_gone",
    "truncated": "page_unreadable",
}
HOLDS_THE_JOB = {
    "media-empty": "printer_out_of_paper",
    "media-jam": "printer_jammed",
    "cover-open": "printer_cover_open",
    "toner-empty": "printer_out_of_toner",
    "stopped": "printer_stopped",
}
ENDS_THE_JOB = {"not-accepting": "printer_stopped", "abort": "print_failed"}


async def test_a_scanner_that_was_busy_when_the_session_began_scans_as_soon_as_it_is_free(
    stage: Stage,
) -> None:
    await stage.scanner(fault="busy")
    await stage.call()
    await stage.observed(stage.desk, "devices", scanner="busy")
    await stage.allow_scan()
    await stage.scanner(fault="")
    assert await stage.scan()
    await stage.fact(stage.desk, "devices", scanner="ready")
    await stage.end()


async def test_every_fault_of_the_scanner_is_said_and_the_next_scan_works(stage: Stage) -> None:
    await stage.call()
    await stage.allow_scan()
    for fault, code in SCANNER.items():
        await stage.mark()
        await stage.scanner(fault=fault)
        await stage.choose("scan_source", "Feeder" if fault == "empty" else "Glass")
        await stage.script.click(stage.desk, "scan_page")
        await stage.fact(stage.desk, "trouble_scan", code=code)
        await stage.shows_error(stage.desk, "message_scan", code)
    await stage.scanner(fault="")
    await stage.choose("scan_source", "Glass")
    assert await stage.scan()
    await stage.gone(stage.desk, "trouble_scan")
    await stage.end()


@pytest.mark.long  # both ends of it: tests/integration/devices/test_print.py
async def test_a_printer_that_cannot_go_on_keeps_the_job_and_prints_it_when_it_can(
    stage: Stage,
) -> None:
    await stage.call()
    await stage.turn_to_printer()
    for fault, code in HOLDS_THE_JOB.items():
        await stage.mark()
        await stage.printer(fault=fault)
        await stage.print_receipt()
        await stage.observed(stage.desk, "print", code=code)
        await stage.shows_error(stage.desk, "message_print", code)
        await stage.printer(fault="")
        await stage.observed(stage.desk, "print", state="done")
        await stage.gone(stage.desk, "trouble_print")
    await stage.end()


async def test_a_printer_that_refuses_or_drops_the_job_is_said_and_the_next_one_prints(
    stage: Stage,
) -> None:
    await stage.call()
    await stage.turn_to_printer()
    for fault, code in ENDS_THE_JOB.items():
        await stage.mark()
        await stage.printer(fault=fault)
        await stage.print_receipt()
        await stage.observed(stage.desk, "print", code=code)
        await stage.shows_error(stage.desk, "message_print", code)
    await stage.printer(fault="")
    await stage.mark()
    await stage.print_receipt()
    await stage.observed(stage.desk, "print", state="done")
    await stage.gone(stage.desk, "trouble_print")
    await stage.end()


async def test_a_caller_gives_a_file_of_two_pages_and_both_arrive(stage: Stage) -> None:
    await stage.call()
    await stage.allow_scan()
    await stage.choose("scan_source", "File of the caller")
    await stage.mark()
    await stage.script.click(stage.desk, "scan_page")
    await stage.observed(stage.kiosk, "files_shown", files=1)
    await stage.script.click(stage.kiosk, "file:0")
    await stage.script.click(stage.kiosk, "give_yes")
    first = await stage.observed(stage.desk, "page_kept")
    await stage.observed(stage.desk, "scan_ended", code="", pages=1)
    await stage.observed(stage.desk, "page_shown_cleaned")
    assert first["dpi"] == 200
    await stage.choose("scan_source", "Glass")
    await stage.end()
