# SPDX-License-Identifier: GPL-3.0-only
"""Our IPP client at a queue of CUPS, with CUPS's own printer behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from session.kiosk.drivers.ipp import IppPrinter
from session.protocol.conversation.messages import PrintState, ScannerState
from tests.integration.drivers import cups_queue as cups
from tests.integration.drivers import ippeveprinter as eve
from tests.support.device_ends import invented_pdf

WHY_NOT = cups.why_not() or eve.why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=f"CUPS cannot run here: {WHY_NOT}")


class Queue(NamedTuple):
    """A queue and the printer behind it."""

    cups: cups.CupsQueue
    printer: eve.EvePrinter

    @property
    def address(self) -> str:
        """Of the queue."""
        return self.cups.address


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    with (
        eve.eve_printer(tmp_path_factory.mktemp("eve")) as printer,
        cups.cups_queue(printer.address) as started,
    ):
        yield Queue(started, printer)


async def test_a_document_goes_through_the_queue_to_the_printer(queue: Queue) -> None:
    printer = IppPrinter(queue.address, poll_s=(0.1, 0.5))
    assert (await printer.state()).state is ScannerState.READY
    document = invented_pdf(40_000)
    job_id = await printer.submit(document, "Reçu de dépôt")
    async with asyncio.timeout(40):
        steps = [step async for step in printer.follow(job_id)]
    assert steps[-1].state is PrintState.DONE
    assert document in queue.printer.documents()
    await printer.close()
    assert queue.cups.kept() == [], "the next caller's kiosk holds nothing of it"


async def test_a_job_is_cancelled_in_the_queue(queue: Queue) -> None:
    printer = IppPrinter(queue.address, poll_s=(0.1, 0.5))
    queue.printer.hold()
    job_id = await printer.submit(invented_pdf(5000), "Reçu")
    assert queue.cups.kept() != [], "a document that waits lies there"
    await printer.cancel(job_id)
    queue.printer.release()
    async with asyncio.timeout(40):
        steps = [step async for step in printer.follow(job_id)]
    assert steps[-1].state is PrintState.CANCELLED
    await printer.close()
    assert queue.cups.kept() == []
