# SPDX-License-Identifier: GPL-3.0-only
"""A part of a page or picture, as fractions of it. Used by edits and by all that looks at pages; it
needs no library of pictures, so a program that only names parts starts without one.
"""

from __future__ import annotations

import msgspec


class PageBox(msgspec.Struct, frozen=True):
    """A rectangle as fractions of a page or picture, origin top left."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


WHOLE = PageBox()
