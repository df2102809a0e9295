# SPDX-License-Identifier: GPL-3.0-only
"""What a new network shall have, as somebody has said it: organisations, services, sites, address.
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


class PlanWrong(Exception):
    """What was said does not make a network; `why` says what is missing, one of `WHY`."""

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
    """Where desks and kiosks reach the hub."""

    host: str
    port: int = DEFAULT_PORT

    @property
    def text(self) -> str:
        """As the settings of desks and kiosks have it."""
        return f"tls://{self._host}:{self.port}"

    @property
    def listen_host(self) -> str:
        """Where the hub's server listens: everywhere, unless only this machine is meant."""
        if is_loopback(self.host):
            return "127.0.0.1"
        return "::" if ":" in self.host else "0.0.0.0"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True)
class NetworkPlan:
    """Everything that the first files say."""

    organisations: tuple[OrganisationPlan, ...]
    address: Address


Said = tuple[str, str]
"""("organisation" | "service" | "site", "Name" or "id=Name"), in the order of the command line:
services and sites belong to the organisation before them.
"""


def organisations_of(said: Sequence[Said]) -> tuple[OrganisationPlan, ...]:
    """The organisations that were named.

    Raises:
        PlanWrong: a service or a site before any organisation, an organisation without a service,
            no site at all, more services than a kiosk has buttons, an id that is none or stands
            twice.
    """
    found: list[OrganisationPlan] = []
    taken: set[str] = set()
    for kind, text in said:
        if kind == "organisation":
            found.append(OrganisationPlan(_named(text, taken)))
            continue
        if not found:
            raise PlanWrong("first_organisation", name=text)
        last, one = found[-1], _named(text, taken)
        found[-1] = (
            replace(last, services=(*last.services, one))
            if kind == "service"
            else replace(last, sites=(*last.sites, one))
        )
    if not found:
        raise PlanWrong("no_organisation")
    for organisation in found:
        if not organisation.services:
            raise PlanWrong("no_service", name=organisation.named.name)
    if not any(organisation.sites for organisation in found):
        raise PlanWrong("no_site")
    _check_buttons(found)
    return tuple(found)


def _check_buttons(found: Sequence[OrganisationPlan]) -> None:
    guests = sum(len(one.services) for one in found if not one.sites)
    for organisation in found:
        count = len(organisation.services) + (guests if organisation.sites else 0)
        if count > MOST_SERVICES:
            raise PlanWrong(
                "too_many", name=organisation.named.name, count=str(count), most=str(MOST_SERVICES)
            )


def _named(text: str, taken: set[str]) -> NamedEntry:
    """From "Name" or "id=Name"; `taken` gets the id."""
    before, equals, after = text.partition("=")
    given, name = (before.strip(), after.strip()) if equals else ("", text.strip())
    if not name:
        raise PlanWrong("no_name")
    if given:
        if not is_id(given):
            raise PlanWrong("not_an_id", id=given)
        if given in taken:
            raise PlanWrong("twice", id=given)
    name_id = given or _new_id(name, taken)
    taken.add(name_id)
    return NamedEntry(name_id, name)


def _new_id(name: str, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(letters) > MOST_LETTERS:
        letters = letters[: MOST_LETTERS + 1].rpartition("-")[0] or letters[:MOST_LETTERS]
    first = letters or "x"
    return next(
        one
        for one in (first, *(f"{first}-{number}" for number in range(2, 999)))
        if one not in taken
    )


def letters_for(services: Sequence[NamedEntry]) -> list[str]:
    """A letter for each service, which begins its ticket numbers: its own first one where it is
    free.
    """
    found: list[str] = []
    for service in services:
        plain = unicodedata.normalize("NFKD", service.name).encode("ascii", "ignore").decode()
        wanted = [letter for letter in plain.upper() if letter in ALPHABET]
        found.append(next(one for one in (*wanted, *ALPHABET) if one not in found))
    return found


def address_of(text: str) -> Address:
    """From "host", "host:port" or "tls://host:port". Raises `PlanWrong`."""
    bare = text.strip().removeprefix("tls://").rstrip("/")
    match = re.fullmatch(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?", bare)
    port = int((match and match["port"]) or DEFAULT_PORT)
    if match is None or not 0 < port < 65536:
        raise PlanWrong("not_an_address", text=text)
    return Address(match["host"].strip("[]"), port)
