# SPDX-License-Identifier: GPL-3.0-only
"""A page of text in layers: a fraction of the bytes, the same look, and a document that is still
PDF/A.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from documents.hashes import sha256_of
from documents.imaging.edits import Edits, LeaveAsScanned
from documents.imaging.encoding import Encoding, encoding_for
from documents.imaging.layers import compose, g4, in_layers, shape_of
from documents.imaging.light import PageKind
from documents.imaging.likeness import ALIKE, fingerprint_difference
from documents.pages.clean import CleanPage, clean_page
from documents.pdf.assemble import assemble
from documents.pdf.check import inspect_pdf
from documents.pdf.provenance import Origin, PageOrigin, picture_bytes, verify
from documents.store.index_marks import marks_of
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@cache
def _cleaned(name: str, encoding: Encoding = Encoding.SMALL) -> CleanPage:
    page = {"form": drawn_pages.form, "letter": drawn_pages.letter}[name]()
    if name == "letter":
        return clean_page(drawn_pages.jpeg(page), encoding=encoding)
    return clean_page(
        drawn_pages.jpeg(drawn_pages.scan(page.reduce(2), Flatbed(skew_deg=1.7)), dpi=150),
        encoding=encoding,
    )


def _drawn(pdf: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:  # type: ignore[no-untyped-call]
        picture: Image.Image = document[0].render(scale=100 / 72).to_pil()
        return picture.convert("RGB")


def _far_apart(first: Image.Image, second: Image.Image) -> float:
    """The largest fingerprint_difference of two pictures, seen from a little distance."""
    size = (first.width // 8, first.height // 8)
    one, other = (
        np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX), np.int16)
        for picture in (first, second)
    )
    return float(np.abs(one - other).max())


@pytest.mark.parametrize(("name", "encoding"), [("form", "mrc"), ("letter", "g4")])
def test_text_is_kept_in_layers_and_the_reader_sees_the_same_page(name: str, encoding: str) -> None:
    small, plain = _cleaned(name), _cleaned(name, Encoding.JPEG)
    document = assemble([small.content], "x", NOON)
    assert small.encoding == encoding
    assert len(document) < len(assemble([plain.content], "x", NOON)) / 2
    assert inspect_pdf(document).pdfa
    assert _far_apart(_drawn(document), Image.open(io.BytesIO(plain.jpeg))) < 60
    assert _far_apart(_drawn(document), Image.open(io.BytesIO(small.jpeg))) < 40


def test_each_piece_of_ink_has_its_own_colour() -> None:
    page = Image.new("RGB", (900, 600), "white")
    pen = ImageDraw.Draw(page)
    for place, colour in enumerate(("black", "#c01020", "#000091", "#107030")):
        pen.rectangle((100, 60 + 120 * place, 800, 90 + 120 * place), fill=colour)
    layers = in_layers(page, 300)
    assert layers is not None
    made = compose(layers)
    for place, wanted in enumerate(((0, 0, 0), (192, 16, 32), (0, 0, 145), (16, 112, 48))):
        seen = made.getpixel((450, 75 + 120 * place))
        assert isinstance(seen, tuple)
        assert np.abs(np.subtract(seen, wanted)).max() <= 6


def test_the_shape_comes_back_bit_for_bit() -> None:
    layers = _cleaned("form").layers
    assert layers is not None
    assert g4(shape_of(layers)) == layers.shape


def test_a_page_with_a_face_on_it_stays_a_jpeg() -> None:
    page = drawn_pages.letter().reduce(2)
    coarse = np.random.default_rng(1).integers(90, 255, (28, 22, 3)).astype(np.uint8)
    page.paste(Image.fromarray(coarse).resize((220, 280), Image.Resampling.BICUBIC), (800, 100))
    assert clean_page(drawn_pages.jpeg(page, dpi=150), encoding=Encoding.SMALL).encoding == "jpeg"


def test_photographs_blank_pages_and_untouched_scans_stay_jpegs() -> None:
    coarse = np.random.default_rng(1).integers(20, 120, (20, 14, 3)).astype(np.uint8)
    photo = drawn_pages.jpeg(
        Image.fromarray(coarse).resize((700, 1000), Image.Resampling.BICUBIC), dpi=100
    )
    quick = clean_page(photo, encoding=Encoding.QUICK)
    assert (quick.kind, quick.encoding) == (PageKind.PHOTO, "jpeg")
    assert len(quick.jpeg) < len(clean_page(photo).jpeg)
    blank = drawn_pages.jpeg(drawn_pages.blank().reduce(4), dpi=75)
    letter = drawn_pages.jpeg(drawn_pages.letter().reduce(4), dpi=75)
    assert clean_page(blank, encoding=Encoding.SMALL).encoding == "jpeg"
    assert (
        clean_page(letter, Edits((LeaveAsScanned(),)), encoding=Encoding.SMALL).encoding == "jpeg"
    )


def test_a_changed_shape_names_its_page() -> None:
    contents = [_cleaned("form").content, _cleaned("letter").content]
    origin = Origin(
        made_at_utc=NOON,
        pages=(PageOrigin(scanned_sha256="0" * 64), PageOrigin(scanned_sha256="1" * 64)),
    )
    document = assemble(contents, "x", NOON, origin=origin)
    verdict = verify(document)
    assert verdict.origin is not None
    assert verdict.changed_pages == ()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        kept = [picture_bytes(page) or b"" for page in pdf.pages]
        assert [sha256_of(part) for part in kept] == [
            page.kept_sha256 for page in verdict.origin.pages
        ]
        ink = pdf.pages[0].obj.Resources.XObject.Ink
        ink.write(bytes(len(ink.read_bytes())))  # every piece of ink in the first colour
        file = io.BytesIO()
        pdf.save(file)
    assert verify(file.getvalue()).changed_pages == (1,)


def test_the_same_page_looks_alike_in_both_forms() -> None:
    looks = [
        marks_of(assemble([_cleaned("letter", encoding).content], "x", NOON)).pages[0].look
        for encoding in (Encoding.SMALL, Encoding.JPEG)
    ]
    assert fingerprint_difference(*looks) < ALIKE


@pytest.mark.parametrize(
    ("kbps", "encoding"), [(None, Encoding.JPEG), (512, Encoding.SMALL), (8000, Encoding.JPEG)]
)
def test_a_narrow_line_is_worth_the_work(kbps: int | None, encoding: Encoding) -> None:
    assert encoding_for(kbps) is encoding
