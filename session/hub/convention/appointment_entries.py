# SPDX-License-Identifier: GPL-3.0-only
"""A convention's entry about the appointments of a service.

```toml
[organisations.services.appointments]
length_min = 20
hours = ["tue,thu 09:00-12:00"]
agents = 2
```
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from session.hub.opening_hours.entries import HoursLine
from session.protocol.hub.requests import Text
from session.protocol.wire.ids import Id


class DatedSlots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days with times of their own, "09:00-12:00", instead of the weekly ones; "" for none.
    `first` to `last`, both included; without `last` one day.
    """

    first: date
    last: date | None = None
    hours: HoursLine = ""

    @property
    def end(self) -> date:
        """The last day."""
        return self.last or self.first


class AppointmentEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The appointments that a service gives.

    Attributes:
        length_min: of one appointment.
        hours: the weekly times; without any, all hours in which the service is open. Times outside
            of its opening hours are not offered.
        dated: days that are not as the weekly times say.
        agents: how many appointments at the same time, at all sites together, but never more than
            there are agents who answer the service and are not absent.
        sites: only there; without any at every site with a button of the service.
        lead_min, days_ahead: the soonest and the furthest that can be booked.
        cancel_min: until so long before its caller may cancel or move it.
        early_min, late_min: a caller may check in so much before and after the hour.
        remind_h: a reminder is sent so many hours before; 0 for none.
        keep_days: it is erased so long after its day.
        bring: what every caller has to bring.
        rdv_motifs: reasons ("motifs") of RDV Service Public that mean this service, by name or id.
    """

    length_min: Annotated[int, msgspec.Meta(ge=5, le=240)] = 30
    hours: list[HoursLine] = []
    dated: list[DatedSlots] = []
    agents: Annotated[int, msgspec.Meta(ge=1, le=500)] = 1
    sites: list[Id] = []
    lead_min: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 120
    days_ahead: Annotated[int, msgspec.Meta(ge=1, le=365)] = 60
    cancel_min: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 120
    early_min: Annotated[int, msgspec.Meta(ge=0, le=480)] = 60
    late_min: Annotated[int, msgspec.Meta(ge=0, le=240)] = 15
    remind_h: Annotated[int, msgspec.Meta(ge=0, le=336)] = 24
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 180
    bring: list[Text] = []
    rdv_motifs: list[Text] = []
