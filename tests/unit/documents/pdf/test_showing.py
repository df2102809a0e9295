# SPDX-License-Identifier: GPL-3.0-only
"""Documents that an agent shows: what is opened, what is refused, and how much comes out."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from documents.pdf.showing import (
    LONG_SIDE_PX,
    MAX_PICTURE_BYTES,
    MAX_SHOWN_PAGES,
    count_shown,
    draw_shown,
)
from session.core.errors import PageTooLarge, PageUnreadable
from tests.support.shown_documents import invented_pdf, invented_picture


def test_a_page_of_text_is_small_and_readable() -> None:
    drawn = draw_shown(invented_pdf(2), 1)
    picture = Image.open(io.BytesIO(drawn.data))
    assert picture.format == "WEBP"
    assert picture.size == (drawn.width_px, drawn.height_px)
    assert LONG_SIDE_PX - 2 <= max(picture.size) <= LONG_SIDE_PX
    assert len(drawn.data) < 40_000


def test_a_photograph_is_bounded() -> None:
    noise = Image.effect_noise((3000, 2000), 80).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=90)
    drawn = draw_shown(file.getvalue(), 0)
    assert len(drawn.data) <= MAX_PICTURE_BYTES
    assert max(drawn.width_px, drawn.height_px) == LONG_SIDE_PX


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_one_page(kind: str) -> None:
    assert count_shown(invented_picture(kind=kind)) == 1


def test_what_is_no_document_is_refused() -> None:
    for data in (b"", b"hello", b"%PDF-1.7 nothing", b"GIF89a", invented_pdf(1)[:200]):
        with pytest.raises(PageUnreadable):
            count_shown(data)


def test_a_document_with_a_password_is_refused() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(invented_pdf(1))) as pdf:
        pdf.save(file, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(PageUnreadable):
        count_shown(file.getvalue())


def test_too_many_pages_are_refused() -> None:
    assert count_shown(invented_pdf(MAX_SHOWN_PAGES)) == MAX_SHOWN_PAGES
    with pytest.raises(PageTooLarge):
        count_shown(invented_pdf(MAX_SHOWN_PAGES + 1))


def test_a_page_that_is_not_there_is_refused() -> None:
    for page in (-1, 1):
        with pytest.raises(PageUnreadable):
            draw_shown(invented_pdf(1), page)


def test_a_ribbon_is_no_page() -> None:
    with pytest.raises(PageUnreadable):
        draw_shown(invented_picture(4000, 20), 0)
