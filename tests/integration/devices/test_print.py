# SPDX-License-Identifier: GPL-3.0-only
"""A document from the desk, out of the kiosk's printer or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from session.core.device_errors import PrinterGone, PrinterStopped, PrintFailed, PrintRefused
from session.core.errors import PageTooLarge, SessionError
from session.kiosk.drivers.printer import JobProgress
from session.protocol.conversation.messages import (
    Grant,
    GrantRequested,
    PrintOffered,
    PrintState,
)
from session.protocol.conversation.print_binding import print_binding
from session.protocol.wire.version import MAX_ITEM_BYTES
from tests.support.device_ends import KIOSK_KEY, Talk, invented_pdf, settle, sha256
from tests.support.waiting import until


def states(talk: Talk) -> list[PrintState]:
    return [change.state for change in talk.desk.prints]


async def stalls_until(talk: Talk, condition: Callable[[], object]) -> None:
    """Time passes, a stall at a time, until something comes of it; a minute at most."""
    for _stall in range(28):
        await settle()
        if condition():
            return
        talk.clock.advance(2.1)
    raise AssertionError("nothing came of it")


async def test_the_printer_gets_the_very_document_and_the_desk_hears_each_step(talk: Talk) -> None:
    document = invented_pdf()
    offered: list[PrintOffered] = []
    talk.desk.devices.print_offered.connect(offered.append)
    print_id = await talk.desk.devices.print_document(document, "Reçu de dépôt", copies=2)
    assert [(offer.print_id, offer.sha256) for offer in offered] == [(print_id, sha256(document))]
    await until(lambda: PrintState.DONE in states(talk))
    assert talk.printer.received == [(document, "Reçu de dépôt", 2)]
    assert states(talk) == [
        PrintState.SHOWN,
        PrintState.RECEIVED,
        PrintState.SENT,
        PrintState.PRINTING,
        PrintState.DONE,
    ]
    last = talk.desk.prints[-1]
    assert (last.print_id, last.job_id, last.code) == (print_id, 41, "")
    assert last.sha256 == sha256(talk.printer.received[0][0])
    assert not talk.desk.devices.is_busy


async def test_a_kiosk_that_looks_through_a_document_slowly_prints_it_once(talk: Talk) -> None:
    counted = talk.kiosk.counts_slowly()
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    for _silence in range(10):  # the desk repeats its offer meanwhile
        await settle()
        talk.clock.advance(4.1)
    assert talk.desk_line.chunks_sent == [0, 1, 2]
    assert not any(change.code for change in talk.desk.prints)  # nor does it give up
    counted.set()
    await until(lambda: PrintState.DONE in states(talk))
    await settle()
    assert len(talk.printer.received) == len(talk.kiosk.shown) == 1


async def test_a_print_cancelled_while_it_is_looked_through_is_never_shown(talk: Talk) -> None:
    counted = talk.kiosk.counts_slowly()
    print_id = await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: len(talk.desk_line.chunks_sent) == 3)
    await settle()
    await talk.desk.devices.prints.cancel(print_id)
    await until(lambda: states(talk) == [PrintState.CANCELLED])
    counted.set()
    await settle()
    assert (talk.kiosk.shown, talk.printer.received) == ([], [])


async def test_a_yes_to_printing_given_before_prints_a_few_sheets_without_asking_again(
    talk: Talk,
) -> None:
    await talk.give(Grant.PRINT)
    await talk.desk.devices.print_document(invented_pdf(), "Reçu", 2)
    await until(lambda: PrintState.DONE in states(talk))
    assert talk.kiosk.shown == []
    talk.kiosk.pages = 3
    await talk.desk.devices.print_document(invented_pdf(2000), "Notice", 2)
    await until(lambda: states(talk).count(PrintState.DONE) == 2)
    assert [shown.name for shown in talk.kiosk.shown] == ["Notice"], "six sheets are shown first"


async def test_a_yes_taken_back_before_the_last_chunk_asks_about_the_sheet(talk: Talk) -> None:
    talk.kiosk.wants = False
    await talk.give(Grant.PRINT)
    talk.desk_line.spoil = lambda payload, index: payload if index == 0 else None
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: len(talk.desk_line.chunks_sent) == 3)
    await settle()
    talk.kiosk.grants.withdraw(Grant.PRINT)
    talk.desk_line.spoil = lambda payload, index: payload
    await stalls_until(talk, lambda: PrintState.FAILED in states(talk))
    assert talk.desk.prints[-1].code == "print_declined"
    assert talk.printer.received == []


async def test_lost_chunks_are_asked_for_again(talk: Talk) -> None:
    losses = {1, 2}

    def lose_once(payload: bytes, index: int) -> bytes | None:
        if index not in losses:
            return payload
        losses.discard(index)
        return None

    talk.desk_line.spoil = lose_once
    document = invented_pdf(500_000)
    await talk.desk.devices.print_document(document, "Reçu")
    await until(lambda: PrintState.DONE in states(talk))
    assert talk.printer.received[0][0] == document


async def test_a_document_that_stays_damaged_is_never_printed(talk: Talk) -> None:
    talk.desk_line.spoil = lambda payload, index: (
        bytes([payload[0] ^ 1]) + payload[1:] if index == 1 else payload
    )
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: talk.desk.prints)
    assert (states(talk), talk.desk.prints[0].code) == ([PrintState.FAILED], "page_damaged")
    assert talk.printer.received == []


async def test_a_document_that_never_comes_is_given_up_in_words(talk: Talk) -> None:
    talk.desk_line.spoil = lambda payload, index: None
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await stalls_until(talk, lambda: talk.desk.prints)
    assert talk.desk.prints[-1].code == "transfer_interrupted"


async def test_what_is_no_pdf_is_refused_before_the_printer(talk: Talk) -> None:
    await talk.desk.devices.print_document(b"#!/bin/sh\nrm -rf /\n", "Reçu")
    await until(lambda: PrintState.FAILED in states(talk))
    assert (talk.desk.prints[-1].code, talk.desk.prints[-1].detail) == (
        "print_refused",
        {"status": "not_pdf"},
    )
    assert talk.printer.received == []


@pytest.mark.parametrize(
    "refusal",
    [PrinterGone(), PrinterStopped(reasons="paused"), PrintRefused(status="0x040b")],
    ids=lambda e: e.code,
)
async def test_what_the_printer_refuses_is_told_with_its_code(
    talk: Talk, refusal: SessionError
) -> None:
    talk.printer.refusal = refusal
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: PrintState.FAILED in states(talk))
    assert (talk.desk.prints[-1].code, talk.desk.prints[-1].detail) == (
        refusal.code,
        refusal.detail,
    )


async def test_a_printer_without_paper_waits_and_goes_on(talk: Talk) -> None:
    talk.printer.go_on.clear()
    talk.printer.steps.insert(0, JobProgress(state=PrintState.WAITING, code="printer_out_of_paper"))
    talk.printer.steps[1:2] = []
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: PrintState.WAITING in states(talk))
    assert talk.desk.prints[-1].code == "printer_out_of_paper"
    talk.clock.advance(3600)
    await settle()
    assert PrintState.FAILED not in states(talk)
    talk.printer.go_on.set()
    await until(lambda: PrintState.DONE in states(talk))
    assert talk.desk.prints[-1].code == ""


async def test_a_job_that_the_printer_lost_has_failed(talk: Talk) -> None:
    talk.printer.steps = [JobProgress(state=PrintState.PRINTING)]
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: PrintState.FAILED in states(talk))
    assert talk.desk.prints[-1].code == PrintFailed.code


async def test_a_print_is_cancelled_at_the_printer(talk: Talk) -> None:
    talk.printer.go_on.clear()
    print_id = await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: PrintState.PRINTING in states(talk))
    await talk.desk.devices.prints.cancel(print_id)
    await until(lambda: PrintState.CANCELLED in states(talk))
    assert talk.printer.cancelled == [41]


async def test_a_print_is_cancelled_while_it_is_still_on_its_way(talk: Talk) -> None:
    talk.desk_line.spoil = lambda payload, index: None
    print_id = await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await settle()
    await talk.desk.devices.prints.cancel(print_id)
    await until(lambda: PrintState.CANCELLED in states(talk))
    assert (talk.printer.received, talk.printer.cancelled) == ([], [])


async def test_an_offer_that_was_lost_is_repeated_and_printed_once(talk: Talk) -> None:
    lost = iter([True])
    talk.desk_line.loses = lambda message: isinstance(message, PrintOffered) and next(lost, False)
    talk.desk_line.spoil = lambda payload, index: None
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: len(talk.desk_line.chunks_sent) == 3)
    talk.desk_line.spoil = lambda payload, index: payload
    await stalls_until(talk, lambda: PrintState.DONE in states(talk))
    offer = next(message for message in talk.desk_line.sent if isinstance(message, PrintOffered))
    await talk.desk_line.send("device", offer)
    await settle()
    assert states(talk).count(PrintState.DONE) == 2
    assert len(talk.printer.received) == 1


async def test_a_kiosk_that_says_nothing_of_a_document_is_gone_after_half_a_minute(
    talk: Talk,
) -> None:
    await talk.kiosk.kill()
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await stalls_until(talk, lambda: talk.desk.prints)
    assert (states(talk), talk.desk.prints[0].code) == ([PrintState.FAILED], "peer_gone")
    assert not talk.desk.devices.is_busy


async def test_nonsense_is_refused_at_the_desk(talk: Talk) -> None:
    for document, copies in ((b"", 1), (b"%PDF-", 0), (b"%PDF-", 6)):
        with pytest.raises(ValueError, match="nothing to print"):
            await talk.desk.devices.print_document(document, "Reçu", copies)
    with pytest.raises(PageTooLarge):
        await talk.desk.devices.print_document(bytes(MAX_ITEM_BYTES + 1), "Reçu")
    assert talk.desk_line.sent == []


async def test_at_the_end_a_waiting_sheet_is_cancelled_and_one_that_prints_is_let_out(
    talk: Talk,
) -> None:
    talk.printer.go_on.clear()
    await talk.desk.devices.print_document(invented_pdf(1000), "Reçu")
    await until(lambda: PrintState.PRINTING in states(talk))
    talk.printer.steps = [
        JobProgress(state=PrintState.WAITING, code="printer_out_of_paper"),
        JobProgress(state=PrintState.DONE),
    ]
    await talk.desk.devices.print_document(invented_pdf(2000), "Reçu")
    await until(lambda: PrintState.WAITING in states(talk))
    assert await talk.kiosk.devices.wipe() == 0
    assert talk.printer.cancelled == [42]


# ---- for whom, and only with the caller's yes


async def test_the_caller_sees_each_document_before_it_prints(talk: Talk) -> None:
    talk.kiosk.wants = None
    await talk.desk.devices.print_document(invented_pdf(), "Attestation", 2)
    await until(lambda: talk.kiosk.shown)
    shown = talk.kiosk.shown[0]
    assert (shown.name, shown.pages, shown.copies, shown.document) == (
        "Attestation",
        1,
        2,
        invented_pdf(),
    )
    await settle()
    assert talk.printer.received == []
    assert talk.desk.prints[-1].state is PrintState.SHOWN
    talk.kiosk.devices.showing.answer(shown.print_id, True)
    await until(lambda: talk.desk.prints and talk.desk.prints[-1].state is PrintState.DONE)


@pytest.mark.parametrize("how", ["no", "silence", "stop"])
async def test_without_a_yes_nothing_is_printed(talk: Talk, how: str) -> None:
    talk.kiosk.wants = False if how == "no" else None
    talk.kiosk.devices.showing.show_s = 0.05 if how == "silence" else 60
    await talk.desk.devices.print_document(invented_pdf(), "Attestation")
    await until(lambda: talk.kiosk.shown)
    if how == "stop":
        talk.kiosk.grants.withdraw_all()
    await until(lambda: talk.desk.prints and talk.desk.prints[-1].state is PrintState.FAILED)
    assert talk.desk.prints[-1].code == "print_declined"
    assert talk.printer.received == []


async def test_a_sheet_keeps_its_time_while_a_power_is_asked_for(talk: Talk) -> None:
    talk.kiosk.wants = None
    talk.kiosk.devices.showing.show_s = 0.1
    await talk.desk_line.send("grant", GrantRequested(grant=Grant.SCAN))
    await until(lambda: talk.kiosk.grants.question)
    await talk.desk.devices.print_document(invented_pdf(), "Attestation")
    await settle()
    assert not talk.kiosk.shown, "one question at a time"
    talk.kiosk.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    await until(lambda: talk.kiosk.shown)
    await talk.desk_line.send("grant", GrantRequested(grant=Grant.KEEP))
    await until(lambda: talk.kiosk.grants.question)
    await asyncio.sleep(0.2)  # more than the sheet's own time
    assert talk.desk.prints[-1].state is PrintState.SHOWN
    talk.kiosk.grants.answer((Grant.KEEP,), ())
    talk.kiosk.devices.showing.answer(talk.kiosk.shown[0].print_id, True)
    await until(lambda: talk.desk.prints[-1].state is PrintState.DONE)


async def test_after_four_noes_the_next_sheet_waits_a_minute(talk: Talk) -> None:
    talk.kiosk.wants = False
    for _time in range(5):
        await talk.desk.devices.print_document(invented_pdf(), "Attestation")
    await until(lambda: states(talk).count(PrintState.FAILED) == 4)
    await settle()
    assert len(talk.kiosk.shown) == 4
    talk.clock.advance(60)
    await until(lambda: len(talk.kiosk.shown) == 5)


async def test_a_print_that_the_caller_still_looks_at_can_be_cancelled(talk: Talk) -> None:
    talk.kiosk.wants = None
    print_id = await talk.desk.devices.print_document(invented_pdf(), "Attestation")
    await until(lambda: talk.kiosk.shown)
    await talk.desk.devices.prints.cancel(print_id)
    await until(lambda: talk.desk.prints and talk.desk.prints[-1].state is PrintState.CANCELLED)
    talk.kiosk.devices.showing.answer(print_id, True)
    await settle()
    assert talk.printer.received == []


async def test_too_many_sheets_are_refused_before_anybody_looks_at_them(talk: Talk) -> None:
    talk.kiosk.pages = 15
    await talk.desk.devices.print_document(invented_pdf(), "Notice", 3)
    await until(lambda: talk.desk.prints and talk.desk.prints[-1].state is PrintState.FAILED)
    assert (talk.desk.prints[-1].code, talk.desk.prints[-1].detail) == (
        "print_too_long",
        {"pages": 45, "most": 40},
    )
    assert talk.kiosk.shown == []


@pytest.mark.parametrize("session", ["another", "s1"])
async def test_a_document_of_another_conversation_or_kiosk_is_refused(
    talk: Talk, session: str
) -> None:
    data = invented_pdf()
    key = "U" + "B" * 55 if session == "s1" else KIOSK_KEY
    offer = PrintOffered(
        print_id="p1",
        name="Reçu",
        size_bytes=len(data),
        sha256=sha256(data),
        chunks=3,
        bound_to=print_binding(session, key, sha256(data), 1),
    )
    await talk.desk_line.send("device", offer)
    await until(lambda: talk.desk.prints)
    assert talk.desk.prints[-1].code == "print_not_for_us"
    assert talk.printer.received == []


async def test_after_the_hang_up_nothing_prints_any_more(talk: Talk) -> None:
    talk.kiosk.wants = None
    await talk.desk.devices.print_document(invented_pdf(), "Attestation")
    await until(lambda: talk.kiosk.shown)
    await talk.kiosk.devices.wipe()
    talk.kiosk.devices.showing.answer(talk.kiosk.shown[0].print_id, True)
    await talk.desk.devices.print_document(invented_pdf(), "Trop tard")
    await settle()
    assert talk.printer.received == []
    assert len(talk.kiosk.shown) == 1
