# SPDX-License-Identifier: GPL-3.0-only
"""Settings of the activity report: who gets it, what a journey is, and what the network costs.
Part of the hub's settings.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.appointment_model import Email
from session.protocol.wire.ids import OptionalId

Euros = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
Year = Annotated[int, msgspec.Meta(ge=1990, le=2200)]
Words = Annotated[str, msgspec.Meta(max_length=200)]


class ReportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who gets the report by mail, on the first of a month.

    Attributes:
        organisation: the one whose mail server sends it (`mail`).
        to: addresses.
    """

    organisation: OptionalId = ""
    to: Annotated[list[Email], msgspec.Meta(max_length=50)] = []

    def __post_init__(self) -> None:
        if not all(self.to):
            raise ValueError("an address of `to` is empty")
        if self.to and not self.organisation:
            raise ValueError("`to` needs `organisation`: whose mail server sends the report")


class TravelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the journeys are reckoned that conversations spare; all of it is printed in the report.

    Attributes:
        road_factor: kilometres on the road for one as the crow flies.
        speed_kmh: mean speed, for the hours.
        mode: how people would have travelled.
        co2_kg_km: kilograms of CO2 equivalent for a kilometre so travelled.
        source, year: of `co2_kg_km`.
    """

    road_factor: Annotated[float, msgspec.Meta(ge=1, le=3)] = 1.3
    speed_kmh: Annotated[float, msgspec.Meta(ge=5, le=130)] = 50.0
    mode: Words = "voiture"
    co2_kg_km: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.193
    source: Words = "ADEME, Base Carbone, voiture, motorisation moyenne"
    year: Year = 2018


class CostSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the network costs, in euros, and what a permanence would; 0 for what is not stated.

    Attributes:
        kiosk_year: of a kiosk, with its devices and upkeep, for a year.
        line_year: of a site's line, for a year.
        agent_hour: of an agent in conversation.
        host_hour, host_min: of a host, and how many minutes of help a conversation takes.
        permanence_year: of an organisation that comes to a site once a week, for a year.
        source, year: of these figures.
    """

    kiosk_year: Euros = 0.0
    line_year: Euros = 0.0
    agent_hour: Euros = 0.0
    host_hour: Euros = 0.0
    host_min: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    permanence_year: Euros = 0.0
    source: Words = ""
    year: Annotated[int, msgspec.Meta(ge=0, le=2200)] = 0

    @property
    def is_stated(self) -> bool:
        """True when something is said of what the network costs."""
        return any((self.kiosk_year, self.line_year, self.agent_hour, self.host_hour))
