# SPDX-License-Identifier: GPL-3.0-only
"""The requests by which a kiosk or a desk measures its line with the hub:
filler up, filler down. See `session.protocol.endpoints.line_test`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.hub.line_rates import MAX_PIECE_BYTES, Filler
from session.protocol.hub.requests import HubMessage, Verb
from session.protocol.wire.roles import Role


class LineProbe(HubMessage, frozen=True, kw_only=True):
    """A piece of filler, and how much is wanted in return."""

    filler: Filler = ""
    want_bytes: Annotated[int, msgspec.Meta(ge=0, le=MAX_PIECE_BYTES)] = 0


class LineProbed(HubMessage, frozen=True, kw_only=True):
    """The filler that was wanted."""

    filler: Filler = ""


_MEASURING = frozenset({Role.KIOSK, Role.AGENT})

PROBE_VERBS: dict[str, Verb] = {"line_probe": (_MEASURING, LineProbe, LineProbed)}
"""Verb -> (roles that may say it, request, answer)."""
