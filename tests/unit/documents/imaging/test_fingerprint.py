# SPDX-License-Identifier: GPL-3.0-only
"""A picture larger than any page has no fingerprint, and is no second error."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from documents.imaging.fingerprint import fingerprint_of


def _jpeg(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5  # ITU-T T.81, B.2.2: height and width of the frame
    data[at : at + 4] = struct.pack(">HH", side, side)
    return bytes(data)


def test_a_picture_that_claims_to_be_huge_is_refused() -> None:
    with pytest.raises((ValueError, OSError)):
        fingerprint_of(_jpeg(65_500))


def test_only_pages_of_ours_are_looked_at() -> None:
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "TIFF")
    with pytest.raises(OSError, match="cannot identify"):
        fingerprint_of(out.getvalue())
