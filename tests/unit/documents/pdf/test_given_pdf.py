# SPDX-License-Identifier: GPL-3.0-only
"""A PDF that a caller brought is drawn anew:
nothing of it can act, and a bomb ends with its worker.
"""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pikepdf
import pytest
from PIL import Image

from documents.pdf.assemble import assemble
from documents.pdf.check import inspect_pdf
from documents.pdf.given_pdf import SKETCH_PX, flatten, sketch_jpeg
from documents.printed.missing_pieces import MissingFacts, MissingPiece, missing_list
from documents.workers import Limits, Workers
from session.core.errors import PageTooLarge, PageUnreadable, SessionError
from session.protocol.dossier.pieces import MAX_SKETCH_BYTES

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _sheet() -> bytes:
    return missing_list(
        MissingFacts(
            organisation="Caisse",
            procedure="Aide",
            pieces=(MissingPiece(name="RIB"),),
            printed_at=NINE,
        )
    )


def _armed() -> bytes:
    with pikepdf.open(io.BytesIO(_sheet())) as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = pdf.make_indirect(action)
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))
        pdf.pages[0].obj.AA = pikepdf.Dictionary(O=launch)
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


def _wide() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(1600, 400))
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


def _bomb() -> bytes:
    """A few kilobytes that are gigabytes: a page's content, packed twice."""
    packed = zlib.compress(zlib.compress(b"0 " * (32 << 20), 9), 9)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        content = pdf.make_stream(b"")
        content.write(
            packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
        )
        page.obj.Contents = content
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(limits=Limits(memory_mb=700, task_cpu_s=10)) as started:
        yield started


def test_what_could_act_stays_behind() -> None:
    given = flatten(_armed())
    assert {"/JavaScript", "/Launch", "/OpenAction"} <= set(given.left_behind)
    made = inspect_pdf(assemble(given.pages, "Papier", NINE))
    assert (made.pages, made.active, made.pdfa) == (1, (), True)


def test_a_bomb_is_refused_or_dies_with_its_worker_and_the_next_file_is_drawn(
    workers: Workers,
) -> None:
    bomb = _bomb()
    assert len(bomb) < 200_000
    try:
        given = workers.submit(flatten, bomb).result(120)
    except SessionError:
        pass
    else:
        assert len(given.pages) == 1
    assert len(workers.submit(flatten, _sheet()).result(60).pages) == 1


def test_a_page_larger_than_paper_and_too_many_pages_are_refused() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(8400, 8400))
        file = io.BytesIO()
        pdf.save(file)
    with pytest.raises(PageTooLarge):
        flatten(file.getvalue())
    with pytest.raises(PageTooLarge):
        flatten(_sheet(), max_pages=0)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(PageUnreadable):
        flatten(data)


def test_a_sketch_of_the_first_page_is_small_whatever_the_page_is() -> None:
    for data in (_sheet(), _armed(), _wide()):
        sketch = sketch_jpeg(data)
        assert max(Image.open(io.BytesIO(sketch)).size) == SKETCH_PX
        assert len(sketch) <= MAX_SKETCH_BYTES
    with pytest.raises(PageUnreadable):
        sketch_jpeg(b"GIF89a")


def test_mutated_files_are_drawn_or_refused_in_words() -> None:
    whole, chance = bytearray(_sheet()), random.Random(3)
    refused = 0
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(6):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            flatten(bytes(data))
        except SessionError:
            refused += 1
    assert refused
