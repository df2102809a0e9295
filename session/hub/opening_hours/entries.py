# SPDX-License-Identifier: GPL-3.0-only
"""A convention's entries about hours: closures, exceptional openings, other hours at one site.
For the catalogue.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from session.hub.opening_hours.rules import Language
from session.protocol.hub.requests import Text
from session.protocol.wire.ids import Id

HoursLine = Annotated[str, msgspec.Meta(max_length=200)]
"""Days, a blank, slots: "mon-fri 08:30-12:00,13:30-17:00" or "tue,thu 09:00-12:00"."""

Said = Text | dict[Language, Text]
"""A sentence for callers: French, or `{ fr = "…", en = "…" }`."""


class ClosureEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days on which nothing is open, `first` to `last` (both included; without `last` one day).

    Without `services` or `sites` all of them.
    A closure is stronger than hours and exceptional openings.
    """

    first: date
    last: date | None = None
    services: list[Id] = []
    sites: list[Id] = []
    message: Said = ""

    @property
    def end(self) -> date:
        """The last day."""
        return self.last or self.first


class OpeningEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days with hours of their own ("09:00-12:00,14:00-16:00"), also when they are a public
    holiday.
    """

    first: date
    hours: HoursLine
    last: date | None = None
    services: list[Id] = []
    sites: list[Id] = []
    message: Said = ""

    @property
    def end(self) -> date:
        """The last day."""
        return self.last or self.first


class OfferEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cells of the matrix: `services` at a site, with other weekly hours there when `hours` is not
    empty.
    """

    site: Id
    services: list[Id]
    hours: list[HoursLine] = []
