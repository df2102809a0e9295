# SPDX-License-Identifier: GPL-3.0-only
"""A drawing of which a page takes parts: its shapes stay, what could ask for anything goes."""

from __future__ import annotations

import struct
import zlib

import pytest

from views.desk.shared_page.drawing_parts import MAX_DRAWING_BYTES, bounded_picture, drawn_parts

FAR = "http://far.example/x"


def drawing(inside: str) -> bytes:
    names = "xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'"
    return f"<svg {names} xmlns:h='http://www.w3.org/1999/xhtml'>{inside}</svg>".encode()


def test_shapes_colours_and_parts_of_its_own_stay() -> None:
    kept = drawn_parts(
        drawing(
            "<style>.a{fill:rgb(1,2,3)}</style><symbol id='s' viewBox='0 0 9 9'>"
            "<path class='a' d='M0 0h9' transform='rotate(3)' fill='url(#g)'/></symbol>"
            "<use x:href='#s'/>"
        )
    ).decode()
    for part in ("rgb(1,2,3)", 'viewBox="0 0 9 9"', 'd="M0 0h9"', "rotate(3)", "url(#g)", "#s"):
        assert part in kept


@pytest.mark.parametrize(
    "inside",
    [
        f"<image href='{FAR}'/>",
        f"<use href='{FAR}#a'/>",
        f"<use x:href='{FAR}#a'/>",
        f"<script href='{FAR}'/>",
        f"<script>{FAR}</script>",
        f"<rect onload='{FAR}'/>",
        f"<rect style='fill:url({FAR})'/>",
        f"<rect fill='u\\72l({FAR})'/>",
        f"<rect mask='image-set(\"{FAR}\" 1x)'/>",
        f"<style>@import '{FAR}';</style>",
        f"<style>a{{fill:url({FAR})}}</style>",
        f"<foreignObject><h:img src='{FAR}'/></foreignObject>",
        f"<h:link rel='preconnect' href='{FAR}'/>",
        f"<set attributeName='href' to='{FAR}'/>",
        f"<a href='{FAR}'><rect/></a>",
        f"<?xml-stylesheet href='{FAR}'?>",
    ],
)
def test_what_could_ask_for_anything_goes(inside: str) -> None:
    kept = drawn_parts(drawing(inside + "<circle r='9'/>"))
    assert b"circle" in kept
    assert b"far.example" not in kept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no drawing",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
        drawing("<g/>" * MAX_DRAWING_BYTES),
        drawing("<g>" * 20_000 + "</g>" * 20_000),
    ],
)
def test_what_is_no_drawing_or_without_measure_is_not_drawn(data: bytes) -> None:
    assert drawn_parts(data) == b""


def png(width: int, height: int) -> bytes:
    """A picture that says its size, and hardly more."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(min(height, 100) * (1 + (width + 7) // 8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "is_drawn"),
    [
        (png(4_000, 6_000), True),
        (png(20_000, 20_000), False),
        (png(1_000_000, 30), False),
        (b"GIF89a" + struct.pack("<HH", 65_000, 65_000) + b"\0\0\0", False),
        (
            b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 30_000, 30_000, 1, 24, 0) + bytes(20),
            False,
        ),
        (b"wOF2 a font", True),
        (drawing("<rect width='100000' height='100000'/>"), True),
        (b"", True),
    ],
)
def test_a_picture_larger_than_a_page_needs_is_not_drawn(data: bytes, is_drawn: bool) -> None:
    assert bounded_picture(data) == (data if is_drawn else b"")
