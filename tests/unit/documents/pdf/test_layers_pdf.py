# SPDX-License-Identifier: GPL-3.0-only
"""A page's layers that swell when they are unpacked are none of ours."""

from __future__ import annotations

import zlib

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Stream

from documents.pdf.layers_pdf import MOST_INK_BYTES, read_layers


def _pictures(pdf: pikepdf.Pdf, tint: bytes, **kind: object) -> Dictionary:
    shape = Stream(pdf, b"shape", Type=Name.XObject)
    ink = Stream(pdf, tint, Mask=pdf.make_indirect(shape), **kind)
    return Dictionary(Ink=pdf.make_indirect(ink))


@pytest.mark.parametrize("packed", [True, False])
def test_layers_of_ours_are_read(packed: bool) -> None:
    with pikepdf.new() as pdf:
        tint = zlib.compress(b"tint") if packed else b"tint"
        kind = {"Filter": Name.FlateDecode} if packed else {}
        assert read_layers(_pictures(pdf, tint, **kind)) == b"shapetint"


def test_layers_that_swell_are_refused() -> None:
    with pikepdf.new() as pdf:
        bomb = zlib.compress(bytes(MOST_INK_BYTES + 1), 9)
        with pytest.raises(ValueError, match="larger"):
            read_layers(_pictures(pdf, bomb, Filter=Name.FlateDecode))
        with pytest.raises(ValueError, match="damaged"):
            read_layers(_pictures(pdf, b"no zlib", Filter=Name.FlateDecode))
        with pytest.raises(ValueError, match="packed"):
            read_layers(_pictures(pdf, b"x", Filter=Name.ASCIIHexDecode))
