# SPDX-License-Identifier: GPL-3.0-only
"""Size and wholeness of JPEG pictures, as Pillow writes them and as broken scanners send them."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from session.core.errors import PageTooLarge, PageUnreadable
from session.kiosk.drivers.jpeg_header import jpeg_size


def jpeg(*, progressive: bool = False, mode: str = "RGB", comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 200), 60).convert(mode).save(
        out, "JPEG", progressive=progressive, comment=comment, dpi=(300, 300)
    )
    return out.getvalue()


def with_size(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


@pytest.mark.parametrize(
    "data", [jpeg(), jpeg(progressive=True), jpeg(mode="L"), jpeg(comment=b"\xff\xd9" * 40)]
)
def test_the_size_is_read_without_decoding(data: bytes) -> None:
    assert jpeg_size(data) == (320, 200)


def test_bytes_after_the_end_do_no_harm() -> None:
    assert jpeg_size(jpeg() + b"\x00" * 100) == (320, 200)


def test_a_picture_cut_anywhere_is_refused() -> None:
    data = jpeg(comment=b"holds an end marker: \xff\xd9")
    for end in range(0, len(data) - 1, 7):
        with pytest.raises(PageUnreadable):
            jpeg_size(data[:end])


def test_nothing_is_said_to_be_empty() -> None:
    with pytest.raises(PageUnreadable) as raised:
        jpeg_size(b"")
    assert raised.value.detail["why"] == "empty"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 and more", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"\xff\xd8garbage"]
)
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(PageUnreadable):
        jpeg_size(data)


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(PageTooLarge):
        jpeg_size(with_size(jpeg(), 60_000, 60_000))


def test_a_page_without_height_is_refused() -> None:
    with pytest.raises(PageUnreadable):
        jpeg_size(with_size(jpeg(), 320, 0))
