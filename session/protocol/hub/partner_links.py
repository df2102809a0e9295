# SPDX-License-Identifier: GPL-3.0-only
"""The messages of hubs of two networks to each other over `xfer.<to>.<from>.>`:
a caller who is sent over. Used by the hub.

Everything else that crosses is what kiosks say and hear anyway, with the name of the kiosk's
network in front.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.field_types import UtcTime
from session.protocol.hub.requests import HubMessage, Text
from session.protocol.hub.tickets import Needs, Ticket
from session.protocol.wire.ids import Id

Said = Annotated[str, msgspec.Meta(max_length=200)]


class ArrivalCheck(HubMessage, frozen=True, kw_only=True):
    """May a caller of `from_organisation` be sent to `service` of your `organisation` now?"""

    organisation: Id
    service: Id
    from_organisation: Id


class Arrival(HubMessage, frozen=True, kw_only=True):
    """A caller comes over: who serves now, where the kiosk is, since when the caller waits, why,
    what the agent must be able to do (`Ticket.needs`). Nothing else of the person.

    Repeating it is the same ticket; one that is not `fresh` is only looked for.
    """

    organisation: Id
    service: Id
    from_organisation: Id
    ticket_id: Id
    home: Id
    kiosk: Id
    site: Text
    arrived_at_utc: UtcTime
    reason: Said = ""
    fresh: bool = True
    needs: Needs = ()


class Arrived(HubMessage, frozen=True, kw_only=True):
    """The ticket in the other network."""

    ticket: Ticket


KIOSK_VERBS = frozenset({"status", "needs", "leave", "hang_up", "log"})
"""What a kiosk may ask of the other network."""
