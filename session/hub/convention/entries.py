# SPDX-License-Identifier: GPL-3.0-only
"""The entries of a convention, as its TOML says them.
Used by `session.hub.convention.catalogue` and the checks.

Everything a service, site, kiosk or person of an organisation has is a field here;
unknown fields are refused.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from session.core.appointment_model import Email
from session.core.field_types import whole
from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.convention.library_entries import LibraryEntry
from session.hub.convention.site_record import AgencyEntry, SiteRecord
from session.hub.opening_hours.entries import (
    ClosureEntry,
    HoursLine,
    OfferEntry,
    OpeningEntry,
    Said,
)
from session.protocol.conversation.scan_profiles import ScanProfile
from session.protocol.hub.requests import Address, Contact, Service, Text
from session.protocol.hub.seal_keys import MOST_KEYS, SealKey
from session.protocol.wire.ids import Id, OptionalId, ServiceRef
from session.protocol.wire.roles import Role

PersonRole = Literal["agent", "supervisor", "helpdesk", "facilitator", "operator"]

ROLES: dict[PersonRole, Role] = {
    "agent": Role.AGENT,
    "supervisor": Role.SUPERVISOR,
    "helpdesk": Role.HELPDESK,
    "facilitator": Role.FACILITATOR,
    "operator": Role.OPERATOR,
}


class OutcomeEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A thing that may come of a conversation; `name` in the organisation's words."""

    id: Annotated[str, msgspec.Meta(pattern=whole("[a-z][a-z0-9_]{0,39}"))]
    name: Text


MOST_SERVICES = 6
"""Buttons on one kiosk."""

Seconds = Annotated[int, msgspec.Meta(ge=0, le=3600)]


class OverflowEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that callers may be answered elsewhere too:
    by `to` ("service" or "organisation/service").

    After `after_s` of waiting, and with `when_nobody` at once when nobody of the service is
    there and available.
    """

    to: ServiceRef
    after_s: Seconds
    when_nobody: bool = False


class ServiceEntry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A service: one big button. `letter` begins its ticket numbers.

    Attributes:
        mode: agents take its callers themselves ("pull"), or the hub offers them ("push"), for
            `offer_s` each; with `auto_answer` a desk takes an offer by itself after a moment.
        skills: what an agent must be able to do; after `relax_s` of waiting anybody of the service
            may take the caller.
        wrap_up_s: how long an agent has after a conversation, 0 for no limit; may be prolonged
            `wrap_up_more` times.
        outcomes: what may come of a conversation, those of the program when there are none.
        hours: when it is open, e.g. "mon-fri 08:30-12:00,13:30-17:00"; always when there are none.
        overflow: who else answers its callers;
        overflow_from: "organisation" or "organisation/service" of others whose callers it answers
            too.
        callback: callers may ask to be called back when it is closed.
        away: how callers may wait elsewhere: come "back" to the kiosk, or be called by "phone".
        message: what callers read with it.
        within_s, longest_s, most_waiting: the wait that is promised, the one that is too long, and
            how many waiting callers are too many; 0 for what desk and board take as usual.
        transfers_to: "organisation" or "organisation/service": where its callers may be sent,
            beside what the organisation itself allows.
        appointments: it gives some; none without.
    """

    id: Id
    name: Text
    letter: Annotated[str, msgspec.Meta(pattern=whole("[A-Z]"))]
    subtitle: Text = ""
    number_kind: str = ""
    icon: str = "help"
    mode: Literal["pull", "push"] = "pull"
    offer_s: Annotated[int, msgspec.Meta(ge=5, le=120)] = 20
    auto_answer: bool = False
    skills: list[Id] = []
    relax_s: Seconds = 120
    wrap_up_s: Seconds = 0
    wrap_up_more: Annotated[int, msgspec.Meta(ge=0, le=10)] = 1
    outcomes: list[OutcomeEntry] = []
    hours: list[HoursLine] = []
    callback: bool = False
    away: tuple[Literal["back", "phone"], ...] = ("back", "phone")
    message: Said = ""
    within_s: Annotated[int, msgspec.Meta(ge=0, le=36_000)] = 0
    longest_s: Annotated[int, msgspec.Meta(ge=0, le=36_000)] = 0
    most_waiting: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    overflow: list[OverflowEntry] = []
    overflow_from: list[ServiceRef] = []
    transfers_to: list[ServiceRef] = []
    appointments: AppointmentEntry | None = None

    def shown(self) -> Service:
        """Return the service as kiosk and desk get it."""
        return Service(
            id=self.id,
            name=self.name,
            subtitle=self.subtitle,
            number_kind=self.number_kind,
            icon=self.icon,
            away=list(self.away),
            within_s=self.within_s,
            longest_s=self.longest_s,
            most_waiting=self.most_waiting,
        )


class SiteEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place with kiosks; `services` in the order of its buttons.

    "organisation/service" names a service of another organisation: its callers are that
    organisation's alone. Organisations of `shared_with` put buttons of theirs on it by their own
    `offers`. `time_zone`, "" for the organisation's; `public_holidays` of this region ("FR-971")
    close too. `rdv_lieux`: places ("lieux") of RDV Service Public that mean this site, by name or
    id. `gate`: it opens for nobody before an operator has opened it, which needs all of `record`.
    """

    id: Id
    name: Text
    services: list[ServiceRef] = []
    shared_with: list[Id] = []
    time_zone: str = ""
    public_holidays: str = ""
    rdv_lieux: list[Text] = []
    gate: bool = False
    record: SiteRecord = SiteRecord()


class KioskEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kiosk; `key` is its public nkey, "" when it is enrolled elsewhere;
    `name` is what a display calls it.
    """

    id: Id
    site: Id
    name: Text = ""
    key: str = ""


class DisplayEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A screen in a site's waiting room, which shows numbers."""

    id: Id
    site: Id
    key: str = ""


class VaultEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation's own dossier service and log keeper, as one name on the bus."""

    id: Id
    key: str = ""


class PersonEntry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Somebody at a desk. `id` is opaque; `name` is what callers read; no `services` means all of
    them.

    `sites`: those that a facilitator, the host, looks after. `rdv_email`: by which RDV Service
    Public knows an agent. `trained_on`: the day of the last training.
    """

    id: Id
    name: Text
    role: PersonRole = "agent"
    key: str = ""
    services: list[Id] = []
    skills: list[Id] = []
    sites: list[Id] = []
    rdv_email: Email = ""
    trained_on: date | None = None


class OrganisationEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation with all that is its own. `log_days`: how long session logs are kept.

    Attributes:
        edition: raised by whoever signs it; a hub takes none below the one it has, so an old file
            proves nothing.
        time_zone, public_holidays: of its hours; a region as "FR", "FR-57", "FR-971", or "" for
            none.
        closures, openings: days that are not as the weekly hours say.
        offers: services with other hours at one site.
        scan_profiles: how its papers are scanned: a button at the desk for each.
        network: the partner's network it belongs to; then only names, services and `transfers_from`
            are needed here.
        transfers_to: "organisation" or "organisation/service": where callers may be sent, if that
            one has us in its `transfers_from`.
        record_text: beginnings of addresses, as `allowed_addresses`, where nothing personal stands:
            logs keep the words of these pages, and of all others the structure.
        vaults: its own dossier service and log keeper; then everything of its conversations is
            sealed for `seal_keys`, which `expert-app hub seal-key` prints.
        library: what its agents may put before callers.
        agencies: where its callers would go without kiosks; for the journeys that these spare.
    """

    id: Id
    name: Text
    edition: Annotated[int, msgspec.Meta(ge=0)] = 0
    services: list[ServiceEntry] = []
    sites: list[SiteEntry] = []
    kiosks: list[KioskEntry] = []
    people: list[PersonEntry] = []
    displays: list[DisplayEntry] = []
    vaults: list[VaultEntry] = []
    seal_keys: Annotated[list[SealKey], msgspec.Meta(max_length=MOST_KEYS)] = []
    home_address: Address = ""
    allowed_addresses: list[Address] = []
    record_text: list[Address] = []
    contact: Contact = Contact()
    log_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 90
    time_zone: str = "Europe/Paris"
    public_holidays: str = "FR"
    closures: list[ClosureEntry] = []
    openings: list[OpeningEntry] = []
    offers: list[OfferEntry] = []
    scan_profiles: list[ScanProfile] = []
    transfers_to: list[ServiceRef] = []
    transfers_from: list[Id] = []
    network: OptionalId = ""
    library: list[LibraryEntry] = []
    agencies: list[AgencyEntry] = []
