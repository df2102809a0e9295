# SPDX-License-Identifier: GPL-3.0-only
"""Words that tesseract read lie invisibly over the page, where they stand, and the document is
found by them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest

from documents.imaging.encoding import Encoding
from documents.pages.clean import clean_page
from documents.pdf.assemble import assemble
from documents.pdf.check import inspect_pdf
from documents.pdf.text_layer import Word, languages, parse_words, read_words
from documents.store.index_marks import marks_of
from tests.support import drawn_pages

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\t\
left\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t
5\t1\t1\t1\t1\t1\t100\t200\t300\t40\t96.4\tÉchéance
5\t1\t1\t1\t1\t2\t500\t200\t100\t40\t12.0\t~:
5\t1\t1\t1\t1\t3\t500\t200\t100\t40\t91.0\t\U0001f600
5\tcut"""


def test_only_what_tesseract_is_sure_of_is_a_word() -> None:
    assert parse_words(TABLE) == (Word("Échéance", 0.1, 0.1, 0.4, 0.12),)
    assert parse_words("") == ()


def test_words_are_found_where_they_stand_and_nobody_sees_them() -> None:
    page = clean_page(
        drawn_pages.jpeg(drawn_pages.letter().reduce(2), dpi=150), encoding=Encoding.SMALL
    ).content
    words = [Word("Échéance", 0.1, 0.1, 0.4, 0.12), Word("d'œuvre", 0.5, 0.1, 0.7, 0.12)]
    plain = assemble([page], "x", NOON)
    searchable = assemble([page, page], "x", NOON, words=[words])
    assert inspect_pdf(searchable).pdfa
    assert assemble([page, page], "x", NOON, words=[words]) == searchable
    assert marks_of(searchable).words.split() == ["Échéance", "d'œuvre"]
    with pypdfium2.PdfDocument(searchable) as document:  # type: ignore[no-untyped-call]
        width, height = document[0].get_size()
        text = document[0].get_textpage()
        left, bottom, right, _top = text.get_rect(0) if text.count_rects() else (0, 0, 0, 0)
        seen = document[0].render().to_pil().tobytes()
    assert (left / width, right / width) == pytest.approx((0.1, 0.4), abs=0.05)
    assert 1 - bottom / height == pytest.approx(0.12, abs=0.02)
    with pypdfium2.PdfDocument(plain) as document:  # type: ignore[no-untyped-call]
        assert document[0].render().to_pil().tobytes() == seen


@pytest.mark.skipif("fra" not in languages(), reason="tesseract-ocr-fra is not installed")
def test_a_drawn_letter_is_read() -> None:
    page = drawn_pages.letter().reduce(2).crop((0, 200, 1240, 480))
    words = {word.text for word in read_words(drawn_pages.jpeg(page, dpi=150))}
    assert {"soussignée,", "Garance,", "renseignements", "déclarés"} <= words
