# SPDX-License-Identifier: GPL-3.0-only
"""Our IPP client and CUPS's own IPP printer, which is not ours:
jobs, faults, paper, cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from session.kiosk.devices.bound_devices import BoundPrinter
from session.kiosk.drivers.ipp import IppPrinter
from session.kiosk.drivers.printer import JobProgress
from session.protocol.conversation.messages import PrintState, ScannerState
from tests.integration.drivers.ippeveprinter import EvePrinter, eve_printer, why_not
from tests.support.device_ends import invented_pdf

pytestmark = pytest.mark.skipif(
    bool(why_not()), reason=f"ippeveprinter cannot run here: {why_not()}"
)


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvePrinter]:
    with eve_printer(tmp_path_factory.mktemp("eve")) as printer:
        yield printer


@pytest.fixture
async def printer(eve: EvePrinter) -> AsyncIterator[IppPrinter]:
    made = IppPrinter(eve.address, poll_s=(0.05, 0.2))
    yield made
    eve.release()
    await made.close()


async def last_of(printer: IppPrinter, job_id: int) -> JobProgress:
    steps = [step async for step in printer.follow(job_id)]
    return steps[-1]


async def reaches(printer: IppPrinter, job_id: int, state: PrintState, code: str) -> None:
    """Follows the job until it is so."""
    async with asyncio.timeout(30):
        async for step in printer.follow(job_id):
            if (step.state, step.code) == (state, code):
                return
    raise AssertionError(f"never {state} {code}")


async def test_the_very_document_is_printed(printer: IppPrinter, eve: EvePrinter) -> None:
    assert (await printer.state()).state is ScannerState.READY
    document = invented_pdf(40_000)
    job_id = await printer.submit(document, "Reçu de dépôt n° 12")
    async with asyncio.timeout(30):
        assert (await last_of(printer, job_id)).state is PrintState.DONE
    assert document in eve.documents()


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("media-jam-error", "printer_jammed"),
        ("cover-open-error", "printer_cover_open"),
        ("toner-empty-error", ""),  # it says "-warning" while it works
    ],
)
async def test_a_fault_while_it_prints_is_told_and_over_when_it_is_cleared(
    printer: IppPrinter, eve: EvePrinter, reason: str, code: str
) -> None:
    eve.hold(f"+{reason}")
    job_id = await printer.submit(invented_pdf(5000), "Reçu")
    state = PrintState.WAITING if code else PrintState.PRINTING
    await reaches(printer, job_id, state, code)
    eve.tell(f"-{reason}")
    await asyncio.sleep(0.2)
    eve.release()
    async with asyncio.timeout(30):
        assert (await last_of(printer, job_id)).state is PrintState.DONE


async def test_a_job_is_cancelled_while_it_prints(printer: IppPrinter, eve: EvePrinter) -> None:
    eve.hold()
    job_id = await printer.submit(invented_pdf(5000), "Reçu")
    await asyncio.sleep(0.3)
    await printer.cancel(job_id)
    eve.release()
    async with asyncio.timeout(30):
        assert (await last_of(printer, job_id)).state is PrintState.CANCELLED


async def test_it_is_bound_by_its_uuid(eve: EvePrinter, printer: IppPrinter) -> None:
    uuid = await printer.uuid()
    assert len(uuid) == 36

    async def find(_uuid: str) -> str:
        return eve.address

    bound = BoundPrinter(uuid, find, make=IppPrinter)
    known = await bound.state()  # it uses its toner up by and by, and says so
    assert (known.name, known.code == "device_not_trusted") == ("Borne01", False)
    other = BoundPrinter("0" * 8 + uuid[8:], find, make=IppPrinter)
    assert (await other.state()).code == "device_not_trusted"
    await bound.close()
    await other.close()
