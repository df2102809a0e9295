# SPDX-License-Identifier: GPL-3.0-only
"""The test of a kiosk's line, made between kiosk and hub while nobody uses it, and what it found.

The kiosk sends filler and asks for filler, piece by piece, and counts the time (`session.kiosk.line_test`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

MAX_PIECE_BYTES = 32 * 1024
"""Of filler in one message."""

Filler = Annotated[str, msgspec.Meta(max_length=MAX_PIECE_BYTES)]
Kbps = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class LineRates(msgspec.Struct, frozen=True, kw_only=True):
    """What a kiosk's line carries, kilobits of IP a second.

    Attributes:
        up_kbps: from the kiosk. down_kbps: to it. rtt_ms: round trip when idle.
    """

    up_kbps: Kbps
    down_kbps: Kbps
    rtt_ms: Annotated[float, msgspec.Meta(ge=0, le=600_000)]
    at_utc: datetime
