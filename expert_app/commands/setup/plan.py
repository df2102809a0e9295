# SPDX-License-Identifier: GPL-3.0-only
"""The plan of a new network, as somebody has said it: organisations, services, sites, address.
Pure. Used by `new_hub` and the text of its files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from session.bus.transport.tls import is_loopback
from session.hub.convention.entries import MOST_SERVICES
from session.protocol.wire.ids import is_id

MOST_LETTERS = 24
"""Of an id that is made from a name."""

DEFAULT_PORT = 4222

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

ICONS = {
    "chomage": "unemployment",
    "indemnisation": "unemployment",
    "rendez-vous": "appointment",
    "logement": "home",
    "habitat": "home",
    "famil": "family",
    "enfan": "child",
    "naissance": "child",
    "sante": "health",
    "soin": "health",
    "maladie": "health",
    "emploi": "work",
    "travail": "work",
    "retraite": "retirement",
    "handicap": "disability",
    "etudiant": "student",
    "agricol": "farm",
    "entreprise": "business",
    "prime": "money",
    "allocation": "money",
    "impot": "money",
    "droits": "document",
    "dossier": "document",
    "papier": "document",
}
"""The picture of a service by a part of its French name, plain letters; the first that fits."""


class PlanWrong(Exception):
    """An error for a plan that does not make a network; `why` says what is missing,
    one of `WHY`.
    """

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why)
        self.why = why
        self.values = values


@dataclass(frozen=True)
class NamedEntry:
    """Something with an id and the name that people read."""

    id: str
    name: str


@dataclass(frozen=True)
class OrganisationPlan:
    """An organisation; without sites its services are offered at those of the others."""

    named: NamedEntry
    services: tuple[NamedEntry, ...] = ()
    sites: tuple[NamedEntry, ...] = ()


@dataclass(frozen=True)
class Address:
    """The address where desks and kiosks reach the hub."""

    host: str
    port: int = DEFAULT_PORT

    @property
    def text(self) -> str:
        """The address as the settings of desks and kiosks have it."""
        return f"tls://{self._host}:{self.port}"

    @property
    def listen_host(self) -> str:
        """The address where the hub's server listens: everywhere,
        unless only this machine is meant.
        """
        if is_loopback(self.host):
            return "127.0.0.1"
        if ":" in self.host:
            return "::"
        return "0.0.0.0"

    @property
    def _host(self) -> str:
        if ":" in self.host:
            return f"[{self.host}]"
        return self.host


@dataclass(frozen=True)
class NetworkPlan:
    """Everything that the first files say."""

    organisations: tuple[OrganisationPlan, ...]
    address: Address


Said = tuple[str, str]
"""("organisation" | "service" | "site", "Name" or "id=Name"), in the order of the command line:
services and sites belong to the organisation before them.
"""


def organisations_of(entries: Sequence[Said]) -> tuple[OrganisationPlan, ...]:
    """The organisations that were named.

    Raises:
        PlanWrong: a service or a site before any organisation, an organisation without a service,
            no site at all, more services than a kiosk has buttons, an id that is none or stands
            twice.
    """
    organisations: list[OrganisationPlan] = []
    used_ids: set[str] = set()
    for kind, text in entries:
        if kind == "organisation":
            organisations.append(OrganisationPlan(_named(text, used_ids)))
            continue
        if not organisations:
            raise PlanWrong("first_organisation", name=text)
        last, entry = organisations[-1], _named(text, used_ids)
        organisations[-1] = (
            replace(last, services=(*last.services, entry))
            if kind == "service"
            else replace(last, sites=(*last.sites, entry))
        )
    if not organisations:
        raise PlanWrong("no_organisation")
    for organisation in organisations:
        if not organisation.services:
            raise PlanWrong("no_service", name=organisation.named.name)
    if not any(organisation.sites for organisation in organisations):
        raise PlanWrong("no_site")
    _check_buttons(organisations)
    return tuple(organisations)


def _check_buttons(organisations: Sequence[OrganisationPlan]) -> None:
    guests = sum(len(candidate.services) for candidate in organisations if not candidate.sites)
    for organisation in organisations:
        count = len(organisation.services) + (guests if organisation.sites else 0)
        if count > MOST_SERVICES:
            raise PlanWrong(
                "too_many", name=organisation.named.name, count=str(count), most=str(MOST_SERVICES)
            )


def _named(text: str, used_ids: set[str]) -> NamedEntry:
    """Return the entry of "Name" or "id=Name"; `used_ids` gets the id."""
    before, equals, after = text.partition("=")
    given_id, name = (before.strip(), after.strip()) if equals else ("", text.strip())
    if not name:
        raise PlanWrong("no_name")
    if given_id:
        if not is_id(given_id):
            raise PlanWrong("not_an_id", id=given_id)
        if given_id in used_ids:
            raise PlanWrong("twice", id=given_id)
    name_id = given_id or _new_id(name, used_ids)
    used_ids.add(name_id)
    return NamedEntry(name_id, name)


def _new_id(name: str, used_ids: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(letters) > MOST_LETTERS:
        letters = letters[: MOST_LETTERS + 1].rpartition("-")[0] or letters[:MOST_LETTERS]
    first = letters or "x"
    return next(
        candidate
        for candidate in (first, *(f"{first}-{number}" for number in range(2, 999)))
        if candidate not in used_ids
    )


def letters_for(services: Sequence[NamedEntry]) -> list[str]:
    """A letter for each service, which begins its ticket numbers: its own first one where it is
    free.
    """
    letters: list[str] = []
    for service in services:
        preferred = [letter for letter in _plain(service.name).upper() if letter in ALPHABET]
        letters.append(
            next(candidate for candidate in (*preferred, *ALPHABET) if candidate not in letters)
        )
    return letters


def icon_for(service: NamedEntry) -> str:
    """Return the picture on a service's button, by its name; "help" where no word fits."""
    name = _plain(service.name).lower()
    return next((icon for part, icon in ICONS.items() if part in name), "help")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def address_of(text: str) -> Address:
    """Return the address in "host", "host:port" or "tls://host:port". Raises `PlanWrong`."""
    bare = text.strip().removeprefix("tls://").rstrip("/")
    match = re.fullmatch(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?", bare)
    port = int((match and match["port"]) or DEFAULT_PORT)
    if match is None or not 0 < port < 65536:
        raise PlanWrong("not_an_address", text=text)
    return Address(match["host"].strip("[]"), port)
