# SPDX-License-Identifier: GPL-3.0-only
"""An operator's questions about the gate of a site: what lacks before it may open.
Used by hub and programs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.hub.requests import HubMessage, Request, Requests, Text
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

MOST_GAPS = 100


class Lack(StrEnum):
    """A thing that lacks."""

    ADDRESS = "address"
    CONTACT = "contact"
    CLOSED_ROOM = "closed_room"
    WHEELCHAIR = "wheelchair"
    INSURANCE = "insurance"
    SIGNATURE = "signature"
    HOST = "host"
    TRAINING = "training"
    KIOSK = "kiosk"
    NOT_TRIED = "not_tried"
    FAULT = "fault"


class SiteGap(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that lacks; `of`: whose or of which kiosk, as people call it, "" for the site's."""

    gap: Lack
    of: Text = ""


class SiteGateAnswer(HubMessage, frozen=True, kw_only=True):
    """All that lacks; none when the site may open."""

    gaps: Annotated[list[SiteGap], msgspec.Meta(max_length=MOST_GAPS)]


class SiteGateRequest(
    Request[SiteGateAnswer], frozen=True, kw_only=True, verb="site_gate", roles=(Role.OPERATOR,)
):
    """What lacks at a site of any organisation?"""

    organisation: Id
    site: Id


SITE_GATE_REQUESTS: Requests = (SiteGateRequest,)
