# SPDX-License-Identifier: GPL-3.0-only
"""The record of a site in the convention: what must be so before it opens, and who said no.
Used by `entries` and the gate.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from session.protocol.hub.requests import Text
from session.protocol.wire.ids import Id

Position = tuple[
    Annotated[float, msgspec.Meta(ge=-90, le=90)], Annotated[float, msgspec.Meta(ge=-180, le=180)]
]
"""Latitude and longitude in degrees (WGS 84)."""


class SignatureEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation has signed for the site, on a day."""

    organisation: Id
    on: date
    by: Text = ""


class RefusalEntry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An organisation does not want to be at the site, and why."""

    organisation: Id
    why: Text
    on: date | None = None


class AgencyEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency of an organisation, where its callers would go without kiosks."""

    name: Text
    position: Position


class SiteRecord(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What its operator knows of a site.

    Attributes:
        contact: whom to call there; a person or a desk.
        closed_room: nobody hears from outside what is said.
        wheelchair: one reaches the kiosk, its scanner and its printer.
        insured_until: the last day of the insurance of what stands there.
        photographs: names of files that the operator keeps.
        position: where it is.
        km: on the road, one way, to the next agency of an organisation, by its id; without it, it
            is reckoned from `position` and the organisation's `agencies`.
    """

    address: Text = ""
    contact: Text = ""
    closed_room: bool = False
    wheelchair: bool = False
    insured_until: date | None = None
    signatures: list[SignatureEntry] = []
    refusals: list[RefusalEntry] = []
    photographs: list[Text] = []
    position: Position | None = None
    km: dict[Id, Annotated[float, msgspec.Meta(ge=0, le=2000)]] = {}
