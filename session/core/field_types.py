# SPDX-License-Identifier: GPL-3.0-only
"""Types of fields with their bounds, checked where a message is decoded, and how decoding fails.
Used by messages and by the words of a dossier.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

NOT_DECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding somebody else's JSON or TOML may raise: wrong, half a letter,
nested without end.
"""


def whole(expression: str) -> str:
    """Return the pattern of a text that is this and nothing else.

    In Python's `re`, unlike in JSON Schema's (ECMA 262), `$` also stands before a last newline.
    """
    return rf"^{expression}$(?!\n)"


ID_PATTERN = whole(r"[A-Za-z0-9_-]{1,40}")
Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
OptionalId = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))]
Sha256 = Annotated[str, msgspec.Meta(pattern=whole(r"[0-9a-f]{64}"))]
Text = Annotated[str, msgspec.Meta(max_length=500)]

UtcTime = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with an offset; we write UTC, "2026-03-02T09:41:05.120345Z". A time without offset is
refused.
"""
