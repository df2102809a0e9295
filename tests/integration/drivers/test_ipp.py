# SPDX-License-Identifier: GPL-3.0-only
"""The IPP client and the simulated printer, a program of its own:
bytes, states, faults, cancellation.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from session.core.device_errors import PrinterGone, PrinterStopped, PrintFailed, PrintRefused
from session.kiosk.drivers.ipp import IppPrinter
from session.kiosk.drivers.printer import JobProgress, PrinterStatus
from session.protocol.conversation.messages import PrintState, ScannerState
from tests.support.simulated_devices import Simulator, free_port_address, running

PDF = b"%PDF-1.7\n" + random.Random(5).randbytes(300_000)


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def program(spool: Path) -> Iterator[Simulator]:
    with running("ipp_printer", "--spool", str(spool), "--job-seconds", "0.1") as simulator:
        yield simulator


@pytest.fixture
def simulator(program: Simulator) -> Simulator:
    program.orders(fault="", job_seconds=0.1)
    return program


@pytest.fixture
async def printer(simulator: Simulator) -> AsyncIterator[IppPrinter]:
    client = IppPrinter(simulator.address, answer_s=10.0, poll_s=(0.02, 0.1), gone_s=0.6)
    yield client
    await client.close()


def hang(printer: IppPrinter, simulator: Simulator, fault: str = "hang") -> None:
    """It answers no more, and nobody waits ten seconds for that."""
    simulator.orders(fault=fault)
    printer._answer_s = 0.5


async def states(printer: IppPrinter, job_id: int) -> list[JobProgress]:
    return [progress async for progress in printer.follow(job_id)]


async def test_a_ready_printer_tells_its_name(printer: IppPrinter) -> None:
    assert await printer.state() == PrinterStatus(
        state=ScannerState.READY, name="Imprimante simulée A4"
    )


async def test_the_printer_gets_the_very_bytes(printer: IppPrinter, spool: Path) -> None:
    job_id = await printer.submit(PDF, "Reçu du dossier d'Éloïse", 2)
    last = (await states(printer, job_id))[-1]
    assert (last.state, last.code, last.impressions) == (PrintState.DONE, "", 2)
    assert (spool / f"job-{job_id}.pdf").read_bytes() == PDF
    kept = json.loads((spool / f"job-{job_id}.json").read_text(encoding="utf-8"))
    assert kept["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (kept["name"], kept["copies"], kept["state"]) == ("Reçu du dossier d'Éloïse", 2, 9)


async def test_a_long_name_is_cut_between_letters(printer: IppPrinter, spool: Path) -> None:
    job_id = await printer.submit(PDF, "é" * 400)
    assert (
        json.loads((spool / f"job-{job_id}.json").read_text(encoding="utf-8"))["name"] == "é" * 127
    )


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("media-empty", "printer_out_of_paper"),
        ("media-jam", "printer_jammed"),
        ("cover-open", "printer_cover_open"),
        ("toner-empty", "printer_out_of_toner"),
        ("stopped", "printer_stopped"),
    ],
)
async def test_a_job_waits_for_its_fault_and_then_goes_on(
    printer: IppPrinter, simulator: Simulator, fault: str, code: str
) -> None:
    simulator.orders(fault=fault)
    status = await printer.state()
    assert (status.state, status.code) == (ScannerState.FAULT, code)
    seen: list[tuple[PrintState, str]] = []
    async for progress in printer.follow(await printer.submit(PDF, "essai")):
        seen.append((progress.state, progress.code))
        if progress.state is PrintState.WAITING:
            simulator.orders(fault="")
    assert (PrintState.WAITING, code) in seen
    assert seen[-1] == (PrintState.DONE, "")


async def test_a_fault_in_the_middle_of_a_job_is_seen(
    printer: IppPrinter, simulator: Simulator
) -> None:
    simulator.orders(job_seconds=0.6)
    seen: list[PrintState] = []
    async for progress in printer.follow(await printer.submit(PDF, "essai")):
        seen.append(progress.state)
        if progress.state is PrintState.PRINTING and PrintState.WAITING not in seen:
            simulator.orders(fault="media-empty")
        elif progress.state is PrintState.WAITING:
            simulator.orders(fault="")
    assert seen[-4:] == [
        PrintState.PRINTING,
        PrintState.WAITING,
        PrintState.PRINTING,
        PrintState.DONE,
    ]


async def test_a_waiting_job_can_be_cancelled(printer: IppPrinter, simulator: Simulator) -> None:
    simulator.orders(fault="media-empty")
    job_id = await printer.submit(PDF, "essai")
    seen: list[PrintState] = []
    async for progress in printer.follow(job_id):
        seen.append(progress.state)
        if progress.state is PrintState.WAITING:
            await printer.cancel(job_id)
    assert seen[-1] is PrintState.CANCELLED
    await printer.cancel(job_id)  # a second time: it is over, and that is well


async def test_a_job_that_the_printer_gives_up_has_failed(
    printer: IppPrinter, simulator: Simulator
) -> None:
    simulator.orders(fault="abort")
    last = (await states(printer, await printer.submit(PDF, "essai")))[-1]
    assert (last.state, last.code) == (PrintState.FAILED, "print_failed")


async def test_a_printer_that_accepts_no_jobs_refuses_before_the_document(
    printer: IppPrinter, simulator: Simulator
) -> None:
    simulator.orders(fault="not-accepting")
    jobs = len(simulator.state()["jobs"])
    with pytest.raises(PrinterStopped):
        await printer.submit(PDF, "essai")
    assert (await printer.state()).code == "printer_stopped"
    assert len(simulator.state()["jobs"]) == jobs


async def test_an_empty_document_is_refused_and_leaves_no_job_behind(
    printer: IppPrinter, simulator: Simulator
) -> None:
    with pytest.raises(PrintRefused):
        await printer.submit(b"", "essai")
    assert simulator.state()["jobs"][-1]["state"] == 7  # canceled


@pytest.mark.parametrize("fault", ["hang", "malformed"])
async def test_silence_and_nonsense_are_a_printer_that_is_gone(
    printer: IppPrinter, simulator: Simulator, fault: str
) -> None:
    hang(printer, simulator, fault)
    with pytest.raises(PrinterGone):
        await printer.submit(PDF, "essai")
    assert (await printer.state()).code == "printer_gone"


async def test_a_short_silence_does_not_lose_the_job(
    printer: IppPrinter, simulator: Simulator
) -> None:
    simulator.orders(job_seconds=0.4)
    seen: list[tuple[PrintState, str]] = []
    async for progress in printer.follow(await printer.submit(PDF, "essai")):
        seen.append((progress.state, progress.code))
        if len(seen) == 1:
            simulator.orders(fault="malformed")
        elif progress.code == "printer_gone":
            simulator.orders(fault="")
    assert (PrintState.WAITING, "printer_gone") in seen
    assert seen[-1] == (PrintState.DONE, "")


async def test_following_gives_up_after_a_long_silence(
    printer: IppPrinter, simulator: Simulator
) -> None:
    simulator.orders(fault="stopped")
    job_id = await printer.submit(PDF, "essai")
    hang(printer, simulator)
    with pytest.raises(PrinterGone):
        await states(printer, job_id)


async def test_a_job_that_nobody_knows_has_failed(printer: IppPrinter) -> None:
    with pytest.raises(PrintFailed):
        await states(printer, 99_999)


async def test_nobody_at_the_address_is_a_printer_that_is_gone() -> None:
    printer = IppPrinter(free_port_address("ipp", "/ipp/print"), answer_s=1)
    with pytest.raises(PrinterGone):
        await printer.submit(PDF, "essai")
    assert (await asyncio.wait_for(printer.state(), 30)).code == "printer_gone"
    await printer.close()
