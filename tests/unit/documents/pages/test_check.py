# SPDX-License-Identifier: GPL-3.0-only
"""A page as it arrives: what is wrong is refused with its own error, what is right is described."""

from __future__ import annotations

import io
import pickle
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from documents.hashes import sha256_of
from documents.imaging.pictures import MAX_PAGE_BYTES, open_picture
from documents.pages.check import check_page
from session.core.errors import PageDamaged, PageTooLarge, PageUnreadable, SessionError
from tests.support import drawn_pages


@pytest.fixture(scope="module")
def page() -> bytes:
    return drawn_pages.jpeg(drawn_pages.letter().reduce(4), dpi=75)


def test_a_photo_lies_as_the_telephone_was_held() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20), "white").save(file, "JPEG", exif=exif)
    assert open_picture(file.getvalue()).image.size == (20, 40)


def test_a_good_page_is_described(page: bytes) -> None:
    facts = check_page(page, sha256_of(page))
    assert (facts.width_px, facts.height_px, facts.dpi) == (620, 877, 75)
    assert facts.media_type == "image/jpeg"
    assert facts.sha256 == sha256_of(page)
    assert facts.size_bytes == len(page)


def test_a_page_with_another_hash_is_damaged(page: bytes) -> None:
    flipped = bytearray(page)
    flipped[len(page) // 2] ^= 1
    with pytest.raises(PageDamaged) as caught:
        check_page(bytes(flipped), sha256_of(page))
    assert caught.value.code == "page_damaged"


def test_an_empty_page_is_unreadable() -> None:
    with pytest.raises(PageUnreadable) as caught:
        check_page(b"", sha256_of(b""))
    assert caught.value.detail == {"why": "empty"}


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.97])
def test_a_truncated_jpeg_is_unreadable(page: bytes, share: float) -> None:
    with pytest.raises(PageUnreadable):
        check_page(page[: int(len(page) * share)])


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.97])
def test_a_truncated_png_is_unreadable(share: float) -> None:
    data = drawn_pages.png(drawn_pages.letter().reduce(8))
    with pytest.raises(PageUnreadable):
        check_page(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "WEBP", "PDF"])
def test_other_formats_are_refused(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, kind)
    with pytest.raises(PageUnreadable) as caught:
        check_page(file.getvalue())
    assert caught.value.detail == {"why": "format"}


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = bytes(1 + (width + 7) // 8)
    squeezed = zlib.compress(row * min(height, 3000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side_px", [7_000, 12_000, 60_000])
def test_a_small_file_with_enormous_pixels_is_refused_before_it_is_decoded(side_px: int) -> None:
    bomb = _png_claiming(side_px, side_px)
    assert len(bomb) < 100_000
    with pytest.raises(PageTooLarge) as caught:
        check_page(bomb)
    assert caught.value.code == "page_too_large"


def test_a_file_over_the_byte_limit_is_refused(page: bytes) -> None:
    with pytest.raises(PageTooLarge) as caught:
        check_page(page + bytes(MAX_PAGE_BYTES))
    assert caught.value.detail["limit_bytes"] == MAX_PAGE_BYTES


def test_random_damage_never_raises_anything_but_our_errors(page: bytes) -> None:
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        hurt = bytearray(page)
        for place in (*random.integers(2, 700, 2), *random.integers(2, len(page), 3)):
            hurt[place] = int(random.integers(256))
        try:
            check_page(bytes(hurt))
        except SessionError:
            refused += 1
    assert refused > 10


def test_a_sixteen_bit_grey_page_keeps_its_greys() -> None:
    ramp = np.linspace(0, 65535, 64, dtype=np.uint16)[None, :].repeat(16, axis=0)
    file = io.BytesIO()
    Image.fromarray(ramp).save(file, "PNG")
    greys = np.asarray(open_picture(file.getvalue()).image)
    assert greys.dtype == np.uint8
    assert greys[0, 0] == 0
    assert greys[0, -1] == 255
    assert 120 < greys[0, 32] < 136


def test_what_is_transparent_becomes_white_paper() -> None:
    page = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert open_picture(drawn_pages.png(page)).image.getpixel((3, 3)) == (255, 255, 255)


def test_an_unbelievable_resolution_is_ignored() -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "JPEG", dpi=(9000, 9000))
    assert check_page(file.getvalue()).dpi == 300


def test_errors_cross_from_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(PageTooLarge(pixels=5, limit_pixels=4)))
    assert isinstance(error, PageTooLarge)
    assert error.detail == {"pixels": 5, "limit_pixels": 4}
