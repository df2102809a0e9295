# SPDX-License-Identifier: GPL-3.0-only
"""The convention in force: organisations with their services, sites, kiosks and people.
Used by the hub.

```toml
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
home_address = "https://www.valdore.example/"
allowed_addresses = ["https://www.valdore.example/"]
services = [{ id = "rights", name = "Mes droits", number_kind = "allocataire", letter = "D" }]
sites = [{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["rights"] }]
kiosks = [{ id = "kiosk1", site = "townhall", key = "U..." }]
people = [{ id = "agent1", name = "Camille R.", role = "agent", key = "U..." }]
```
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from session.bus.server.config import BusAccount, BusUser
from session.core.errors import NotAllowed, ServiceUnknown
from session.hub.convention.allowed_transfers import transfer_targets
from session.hub.convention.checks import wrong
from session.hub.convention.entries import (
    ROLES,
    KioskEntry,
    OrganisationEntry,
    PersonEntry,
    ServiceEntry,
    SiteEntry,
)
from session.hub.convention.merge import merged
from session.hub.convention.problems import CatalogueWrong, grave
from session.hub.convention.toml_decoding import decode
from session.hub.opening_hours.rules import know_holidays
from session.protocol.hub.requests import Service, ServicesAnswer
from session.protocol.hub.seal_keys import SealCard
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

VERSION_LETTERS = 12


class WholeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A convention in one file: every organisation with its sites, kiosks and people."""

    organisations: list[OrganisationEntry]


class Catalogue:
    """The checked content of a convention.

    Attributes:
        advice: what has no effect because another organisation does not say the same.
    """

    def __init__(self, organisations: Sequence[OrganisationEntry]) -> None:
        entries, problems = merged(organisations)
        problems += wrong(entries)
        if grave(problems):
            raise CatalogueWrong(problems)
        self.advice = problems
        self._filed = {organisation.id: organisation for organisation in entries}
        self._organisations = self._filed
        self._signed_on: dict[str, list[PersonEntry]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._people = _names_of(self._filed)
        self._version = hashlib.sha256(msgspec.json.encode(entries)).hexdigest()[:VERSION_LETTERS]
        self._sites = {
            (home.id, kiosk.id): site for home in entries for kiosk, site in _placed(home)
        }
        self._services = {
            (owner.id, service.id): service for owner in entries for service in owner.services
        }
        self._kiosks_at: dict[tuple[str, str], list[KioskEntry]] = {}
        for home in entries:
            for kiosk in home.kiosks:
                self._kiosks_at.setdefault((home.id, kiosk.site), []).append(kiosk)
        self._site_entries = {(home.id, site.id): site for home in entries for site in home.sites}
        if any(service.hours for home in entries for service in home.services):
            know_holidays()

    @classmethod
    def parse(cls, text: str, where: str = "catalogue") -> Catalogue:
        """Reads the text of a convention in one file. Raises `CatalogueWrong`."""
        return cls(decode(text.encode(), WholeFile, where).organisations)

    def take(self, other: Catalogue) -> None:
        """Takes the content of `other`, at once, for everybody who holds this object."""
        self._filed = other._filed
        self._version = other._version
        self._sites = other._sites
        self._services = other._services
        self._kiosks_at = other._kiosks_at
        self._site_entries = other._site_entries
        self.advice = other.advice
        self._add_signed_on()

    def take_signed_on(
        self,
        people: Iterable[tuple[str, PersonEntry]],
        names: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        """People (organisation, entry) whom providers let in, beside those of the files; who stands
        in the files with the same role stays as he is there.

        Args:
            names: of all who were ever let in so, by (organisation, user).
        """
        self._signed_on = {}
        for organisation, person in people:
            self._signed_on.setdefault(organisation, []).append(person)
        self._names = dict(names or {})
        self._add_signed_on()

    def _add_signed_on(self) -> None:
        self._organisations = dict(self._filed)
        for organisation, people in self._signed_on.items():
            entry = self._filed.get(organisation)
            if entry is None:
                continue
            here = {(person.role, person.id) for person in entry.people}
            more = [person for person in people if (person.role, person.id) not in here]
            self._organisations[organisation] = msgspec.structs.replace(
                entry, people=[*entry.people, *more]
            )
        self._people = _names_of(self._organisations)

    def is_filed(self, organisation: str, role: Role, user: str) -> bool:
        """True if the files have this person, however the key is known."""
        entry = self._filed.get(organisation)
        if entry is not None:
            people = entry.people
        else:
            people = []
        return any((ROLES[person.role], person.id) == (role, user) for person in people)

    @property
    def version(self) -> str:
        """Changes with each change of the content; the same at every hub that has the same."""
        return self._version

    @property
    def organisations(self) -> list[str]:
        """Ids of all organisations."""
        return list(self._organisations)

    @property
    def served(self) -> list[str]:
        """Ids of the organisations of our own network: those that this hub works for."""
        return [name for name, entry in self._organisations.items() if not entry.network]

    def organisation(self, organisation: str) -> OrganisationEntry:
        """The entry. Raises `NotAllowed` when there is none."""
        entry = self._organisations.get(organisation)
        if entry is None:
            raise NotAllowed(why="organisation")
        return entry

    def has_organisation(self, organisation: str) -> bool:
        """True if there is such an organisation."""
        return organisation in self._organisations

    def services(self, organisation: str) -> list[Service]:
        """All services of an organisation."""
        return [service.shown() for service in self.organisation(organisation).services]

    def service(self, organisation: str, service: str) -> ServiceEntry:
        """The entry. Raises `ServiceUnknown`, `NotAllowed` (no such organisation)."""
        entry = self._services.get((organisation, service))
        if entry is None:
            self.organisation(organisation)
            raise ServiceUnknown(service=service)
        return entry

    def has(self, organisation: str, service: str) -> bool:
        """True if there is such a service."""
        return (organisation, service) in self._services

    def site_of(self, organisation: str, kiosk: str) -> SiteEntry:
        """Return the site where a kiosk stands.
        Raises `NotAllowed` for a kiosk that is not in the catalogue.
        """
        site = self._sites.get((organisation, kiosk))
        if site is None:
            raise NotAllowed(why="kiosk" if organisation in self._organisations else "organisation")
        return site

    def serving(self, home: str, kiosk: str, ref: str) -> tuple[str, ServiceEntry]:
        """(organisation, service) behind a button of this kiosk.
        Raises `ServiceUnknown`, `NotAllowed`.

        Only what the kiosk's site lists is found: the catalogue decides who serves, never the
        kiosk.
        """
        if ref not in self.site_of(home, kiosk).services:
            raise ServiceUnknown(service=ref)
        organisation, service = split_service(ref, home)
        return organisation, self.service(organisation, service)

    def card(self, organisation: str) -> SealCard | None:
        """Return the card for which this organisation's conversations are sealed;
        None when it has no vault. Raises `NotAllowed`.
        """
        entry = self.organisation(organisation)
        if entry.vaults:
            return SealCard(organisation=organisation, keys=entry.seal_keys)
        return None

    def kiosks_offering(self, organisation: str, service: str) -> Iterator[tuple[str, str]]:
        """(home, kiosk) of every kiosk with a button for this service, in whichever account it
        lives.
        """
        for home, entry in self._organisations.items():
            sites = {
                site.id
                for site in entry.sites
                if (organisation, service) in [split_service(ref, home) for ref in site.services]
            }
            yield from ((home, kiosk.id) for kiosk in entry.kiosks if kiosk.site in sites)

    def site(self, home: str, site: str) -> SiteEntry:
        """Return a site. Raises `NotAllowed` for one that is not in the catalogue."""
        entry = self._site_entries.get((home, site))
        if entry is None:
            raise NotAllowed(why="site")
        return entry

    def sites_offering(self, organisation: str) -> list[tuple[str, SiteEntry]]:
        """(home, site) of every site with a button of this organisation, its own first."""
        sites = [
            (home, site)
            for home, entry in self._organisations.items()
            for site in entry.sites
            if organisation in [split_service(ref, home)[0] for ref in site.services]
        ]
        return sorted(sites, key=lambda pair: pair[0] != organisation)

    def kiosks_of(self, home: str, site: str) -> list[KioskEntry]:
        """The kiosks of a site, in the order of the file."""
        self.organisation(home)
        return list(self._kiosks_at.get((home, site), ()))

    def places_of(self, home: str) -> dict[str, int]:
        """The number of each kiosk among those of its site, from 1, in the order of the file."""
        counts: Counter[str] = Counter()
        places = {}
        for kiosk in self.organisation(home).kiosks:
            counts[kiosk.site] += 1
            places[kiosk.id] = counts[kiosk.site]
        return places

    def site_name(self, home: str, site: str) -> str:
        """Return what people call a site; the id when it is not in the catalogue any more."""
        entry = self._site_entries.get((home, site))
        return entry.name if entry is not None else site

    def has_gate(self, home: str, site: str) -> bool:
        """True for a site that opens for nobody before its operator has opened it."""
        entry = self._site_entries.get((home, site))
        return entry is not None and entry.gate

    def display_site(self, home: str, display: str) -> SiteEntry:
        """Return the site where a display hangs.
        Raises `NotAllowed` for one that is not in the catalogue.
        """
        entry = self.organisation(home)
        for candidate in entry.displays:
            if candidate.id == display:
                return next(site for site in entry.sites if site.id == candidate.site)
        raise NotAllowed(why="display")

    def offer(self, organisation: str, kiosk: str) -> ServicesAnswer:
        """Return what a kiosk shows. Raises `NotAllowed`."""
        entry = self.organisation(organisation)
        site = self.site_of(organisation, kiosk)
        return ServicesAnswer(
            organisation=entry.id,
            organisation_name=entry.name,
            site=site.name,
            services=[self._button(organisation, ref) for ref in site.services],
            allowed_addresses=entry.allowed_addresses,
            home_address=entry.home_address,
            contacts={
                owner: self.organisation(owner).contact
                for owner in dict.fromkeys(
                    split_service(ref, organisation)[0] for ref in site.services
                )
            },
        )

    def _button(self, home: str, ref: str) -> Service:
        organisation, service = split_service(ref, home)
        button = self.service(organisation, service).shown()
        name = self.organisation(organisation).name
        return msgspec.structs.replace(
            button, id=ref, organisation=organisation, organisation_name=name
        )

    def network_of(self, organisation: str) -> str:
        """The partner's network that an organisation belongs to;
        "" for our own, and for one that we do not know.
        """
        entry = self._organisations.get(organisation)
        if entry is not None:
            return entry.network
        return ""

    def transfer_targets(self, organisation: str, service: str) -> list[tuple[str, str]]:
        """(organisation, service) that callers of this service may be sent to.
        Raises as `service`.
        """
        self.service(organisation, service)
        return transfer_targets(self._organisations, organisation, service)

    def agents(self, organisation: str) -> list[PersonEntry]:
        """Everybody who answers callers."""
        return [
            person for person in self.organisation(organisation).people if person.role == "agent"
        ]

    def agent(self, organisation: str, user: str) -> PersonEntry:
        """One who answers callers. Raises `NotAllowed` when there is none of this id."""
        for person in self.agents(organisation):
            if person.id == user:
                return person
        raise NotAllowed(why="agent")

    def has_host(self, home: str, site: str) -> bool:
        """True when somebody looks after this site and can be called there."""
        people = self.organisation(home).people
        return any(person.role == "facilitator" and site in person.sites for person in people)

    def kiosk_has_host(self, home: str, kiosk: str) -> bool:
        """True when a host can be called to this kiosk; never to one of a partner's network."""
        site = self._sites.get((home, kiosk))
        return site is not None and self.has_host(home, site.id)

    def person_name(self, organisation: str, user: str) -> str:
        """Display name of somebody at a desk; the id when not in the catalogue."""
        who = (self.organisation(organisation).id, user)
        return self._people.get(who) or self._names.get(who, user)

    def number_kind(self, organisation: str, service: str) -> str:
        """Return what kind of number the callers of a service have. Raises as `service`."""
        return self.service(organisation, service).number_kind

    def skills_of(self, organisation: str, user: str) -> frozenset[str]:
        """Return what somebody at a desk is said to be able to do."""
        people = self.organisation(organisation).people
        return frozenset(skill for person in people if person.id == user for skill in person.skills)

    def skills_for(self, organisation: str, service: str, needs: Iterable[str]) -> tuple[str, ...]:
        """Return the skills a caller needs that some agent of this service has."""
        serving = [
            person
            for person in self.agents(organisation)
            if not person.services or service in person.services
        ]
        return tuple(need for need in needs if any(need in agent.skills for agent in serving))

    def identities(self) -> dict[tuple[str, Role, str], str]:
        """The file's public key ("" for none) of everybody, by (organisation, role, user)."""
        return {
            (entry.id, role, user): key
            for entry in self._organisations.values()
            for role, user, key in _identities(entry)
        }

    def kiosk_key(self, home: str, kiosk: str) -> str:
        """The file's public key of a kiosk, "" for none or when it is not ours."""
        entry = self._organisations.get(home)
        if entry:
            return next(
                (kiosk_entry.key for kiosk_entry in entry.kiosks if kiosk_entry.id == kiosk), ""
            )
        return ""

    def accounts(
        self,
        keys: Mapping[tuple[str, Role, str], tuple[str, ...]] | None = None,
        revoked: AbstractSet[str] = frozenset(),
    ) -> list[BusAccount]:
        """Accounts for the server's configuration: everybody with a key.

        Args:
            keys: public keys enrolled elsewhere, by (organisation, role, user), one for each
                computer; they win over the file's.
            revoked: public keys that are not let in, wherever they stand.
        """
        enrolled = keys or {}
        accounts = []
        for entry in self._organisations.values():
            if entry.network:
                continue
            users: list[BusUser] = []
            for role, user, key in _identities(entry):
                public_keys = enrolled.get((entry.id, role, user), (key,) if key else ())
                users += [
                    BusUser(role, user, public) for public in public_keys if public not in revoked
                ]
            accounts.append(BusAccount(entry.id, tuple(users), vault=bool(entry.vaults)))
        return accounts


def _names_of(organisations: Mapping[str, OrganisationEntry]) -> dict[tuple[str, str], str]:
    """Display names of everybody at a desk, by (organisation, user)."""
    return {
        (organisation, person.id): person.name
        for organisation, entry in organisations.items()
        for person in entry.people
    }


def _placed(home: OrganisationEntry) -> Iterator[tuple[KioskEntry, SiteEntry]]:
    sites = {site.id: site for site in home.sites}
    return ((kiosk, sites[kiosk.site]) for kiosk in home.kiosks)


def _identities(entry: OrganisationEntry) -> Iterator[tuple[Role, str, str]]:
    for kiosk in entry.kiosks:
        yield Role.KIOSK, kiosk.id, kiosk.key
    for display in entry.displays:
        yield Role.DISPLAY, display.id, display.key
    for vault in entry.vaults:
        yield Role.VAULT, vault.id, vault.key
    for person in entry.people:
        yield ROLES[person.role], person.id, person.key
