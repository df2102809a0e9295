# SPDX-License-Identifier: GPL-3.0-only
"""The requests by which a kiosk or a desk measures its line with the hub:
filler up, filler down. See `session.protocol.endpoints.line_test`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.hub.line_rates import MAX_PIECE_BYTES, Filler
from session.protocol.hub.requests import LONG_S, HubMessage, Request, Requests
from session.protocol.wire.roles import Role


class LineProbed(HubMessage, frozen=True, kw_only=True):
    """The filler that was wanted."""

    filler: Filler = ""


class LineProbe(
    Request[LineProbed],
    frozen=True,
    kw_only=True,
    verb="line_probe",
    answer_s=LONG_S,
    roles=(Role.KIOSK, Role.AGENT),
):
    """A piece of filler, and how much is wanted in return."""

    filler: Filler = ""
    want_bytes: Annotated[int, msgspec.Meta(ge=0, le=MAX_PIECE_BYTES)] = 0


PROBE_REQUESTS: Requests = (LineProbe,)
