# SPDX-License-Identifier: GPL-3.0-only
"""The facts that both ends of a session are told of the way between them:
what the kiosk's line carries, which relays there are.

The kiosk sends filler and asks for filler, piece by piece, and counts the time
(`session.kiosk.hub.line_measurement`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.field_types import UtcTime

MAX_PIECE_BYTES = 32 * 1024
"""Of filler in one message."""

Filler = Annotated[str, msgspec.Meta(max_length=MAX_PIECE_BYTES)]
Kbps = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class IceRules(msgspec.Struct, frozen=True, kw_only=True):
    """The ways that a session's voice and picture may take.

    Attributes:
        urls: TURN servers, the preferred first.
        username, credential: of all of them, valid for this session.
        relay_only: no other way is allowed.
    """

    urls: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=300)]], msgspec.Meta(max_length=8)
    ] = []
    username: Annotated[str, msgspec.Meta(max_length=200)] = ""
    credential: Annotated[str, msgspec.Meta(max_length=200)] = ""
    relay_only: bool = False


class LineRates(msgspec.Struct, frozen=True, kw_only=True):
    """The rates that a kiosk's line carries,
    kilobits of IP a second.

    Attributes:
        up_kbps: from the kiosk.
        down_kbps: to it.
        rtt_ms: round trip when idle.
    """

    up_kbps: Kbps
    down_kbps: Kbps
    rtt_ms: Annotated[float, msgspec.Meta(ge=0, le=600_000)]
    at_utc: UtcTime
