# SPDX-License-Identifier: GPL-3.0-only
"""A document that ends its reader is refused at the kiosk, which goes on."""

from __future__ import annotations

import pytest

from expert_app.kiosk.paper_worker import PaperWorker
from session.core.device_errors import PrintRefused
from tests.data import PDF_THAT_ENDS_ITS_READER
from tests.unit.documents.store.filled_store import PDF


async def test_a_document_that_ends_its_reader_is_not_printed_and_the_next_one_is() -> None:
    paper = PaperWorker()
    try:
        with pytest.raises(PrintRefused) as refused:
            await paper.count_pages(PDF_THAT_ENDS_ITS_READER.read_bytes())
        assert refused.value.detail == {"status": "damaged"}
        assert await paper.count_pages(PDF) == 2
    finally:
        await paper.end()
