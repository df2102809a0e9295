# SPDX-License-Identifier: GPL-3.0-only
"""A page in layers as objects of a PDF: paper, then ink through its shape. Used by assemble.

ISO 32000-1: 8.9.6.2 stencil masking (ink of one colour), 8.9.6.3 explicit masking (of several),
7.4.6 CCITTFaxDecode.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from documents.imaging.layers import Layers
from documents.imaging.pictures import open_header

_POINTS_PER_INCH = 72

MOST_INK_BYTES = 16 << 20
"""Which colour is where, unpacked: far more than any page of ours has."""


def add_layers(pdf: pikepdf.Pdf, layers: Layers) -> None:
    """Adds the page at the end of the document."""
    size = (layers.width_px, layers.height_px)
    if layers.is_bilevel:
        add_pictures(
            pdf,
            size,
            dpi=layers.dpi,
            pictures={"Page": _shape(pdf, layers, ColorSpace=Name.DeviceGray)},
            drawing="/Page Do",
        )
        return
    if layers.paper:
        pictures = {"Page": _paper(pdf, layers)}
    else:
        pictures = {}
    if layers.paper:
        drawing = "/Page Do "
    else:
        drawing = ""
    if layers.tint_size == (1, 1):
        red, green, blue = (round(band / 255, 4) for band in layers.colours[:3])
        pictures["Ink"] = _shape(pdf, layers, ImageMask=True)
        drawing += f"{red} {green} {blue} rg /Ink Do"
    else:
        pictures["Ink"] = _tint(pdf, layers)
        drawing += "/Ink Do"
    add_pictures(pdf, size, dpi=layers.dpi, pictures=pictures, drawing=drawing)


def add_pictures(
    pdf: pikepdf.Pdf,
    size_px: tuple[int, int],
    *,
    dpi: int,
    pictures: Mapping[str, Stream],
    drawing: str,
) -> None:
    """A page of `size_px` at `dpi` on which `drawing` shows the named pictures, each filling it."""
    width, height = (round(side * _POINTS_PER_INCH / dpi, 3) for side in size_px)
    page = pdf.add_blank_page(page_size=(width, height))
    named = Dictionary({f"/{name}": picture for name, picture in pictures.items()})
    page.obj.Resources = Dictionary(XObject=named, ProcSet=Array([Name.PDF, Name.ImageC]))
    page.obj.Contents = pdf.make_stream(
        f"q {width} 0 0 {height} 0 0 cm {drawing} Q".encode("ascii")
    )


def layer_bytes(layers: Layers) -> bytes:
    """Return the bytes of this page in the document: shape, paper, and which colour is where."""
    if layers.is_bilevel:
        return layers.shape
    if layers.tint_size != (1, 1):
        tint = layers.tint
    else:
        tint = b""
    return layers.shape + layers.paper + tint


def read_layers(pictures: Dictionary) -> bytes | None:
    """The same, of a page that was read back; None when it has no ink of ours."""
    ink = pictures.get("/Ink")
    if not isinstance(ink, Stream):
        return None
    paper = pictures.get("/Page")
    if isinstance(paper, Stream):
        behind = paper.read_raw_bytes()
    else:
        behind = b""
    shape = ink.get("/Mask")
    if isinstance(shape, Stream):
        return shape.read_raw_bytes() + behind + _unpacked(ink)
    return ink.read_raw_bytes() + behind


def _unpacked(stream: Stream) -> bytes:
    """Return the content of a stream of ours, and nothing of one that swells beyond any page of
    ours.

    Raises:
        ValueError: packed in another way than ours, damaged, or too large.
    """
    packed, kind = stream.read_raw_bytes(), stream.get("/Filter")
    if kind is None:
        return packed
    if kind != Name.FlateDecode or "/DecodeParms" in stream:
        raise ValueError("not packed as ours are")
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(packed, MOST_INK_BYTES)
    except zlib.error as error:
        raise ValueError("damaged") from error
    if inflater.unconsumed_tail:
        raise ValueError("larger than any page of ours")
    return data


def _shape(pdf: pikepdf.Pdf, layers: Layers, **kind: object) -> Stream:
    """The ink's shape; a sample of 0 is ink, as readers take it without a /Decode."""
    picture = Stream(
        pdf,
        layers.shape,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=layers.width_px,
        Height=layers.height_px,
        BitsPerComponent=1,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=-1, Columns=layers.width_px, Rows=layers.height_px),
        **kind,
    )
    return _indirect(pdf, picture)


def _paper(pdf: pikepdf.Pdf, layers: Layers) -> Stream:
    image = open_header(layers.paper)
    picture = Stream(
        pdf,
        layers.paper,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=Name.DeviceGray if image.mode == "L" else Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    return _indirect(pdf, picture)


def _tint(pdf: pikepdf.Pdf, layers: Layers) -> Stream:
    width, height = layers.tint_size
    palette = Array(
        [Name.Indexed, Name.DeviceRGB, len(layers.colours) // 3 - 1, pikepdf.String(layers.colours)]
    )
    picture = Stream(
        pdf,
        layers.tint,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=palette,
        BitsPerComponent=8,
        Mask=_shape(pdf, layers, ImageMask=True),
    )
    return _indirect(pdf, picture)


def _indirect(pdf: pikepdf.Pdf, picture: Stream) -> Stream:
    stream = pdf.make_indirect(picture)
    assert isinstance(stream, Stream)
    return stream
