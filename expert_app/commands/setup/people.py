# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub people`: who is in the convention, has a key, is invited, was last seen when and
with which version. Used by `expert_app.__main__`; works beside a running hub or without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Json
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.sign_on.at_hub import show_signed_on
from expert_app.stores.identities import open_book
from expert_app.stores.last_seen import WRITE_S, read_sightings
from resources.texts import N_, _
from session.core.program_version import program_version
from session.hub.access.identities import Identity, IdentityBook
from session.hub.access.sightings import Sighting
from session.hub.convention.catalogue import Catalogue

NOW_S = 2 * WRITE_S
"""So long ago counts as now: the file is written that often."""

KeyState = Literal["enrolled", "signed_on", "convention", "revoked", "invited", "none"]

STATE_WORDS: dict[KeyState, str] = {
    "enrolled": N_("enrolled"),
    "signed_on": N_("signed in with the organisation"),
    "convention": N_("key in the convention"),
    "revoked": N_("key taken away"),
    "invited": N_("invited"),
    "none": N_("no key"),
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a machine, as `--json` gives it.

    Attributes:
        signed_on_until_utc: end of a sign-on with an organisation's provider.
        in_convention: False for somebody enrolled whom the convention has lost: not let in.
        version: of the program, as it last said it; "" for none.
        computers: that have a key, as they call themselves; those that do not say are left out.
    """

    organisation: str
    role: str
    user: str
    name: str
    key: KeyState
    in_convention: bool = True
    enrolled_at_utc: datetime | None = None
    signed_on_until_utc: datetime | None = None
    invited_until_utc: datetime | None = None
    last_seen_utc: datetime | None = None
    version: str = ""
    computers: list[str] = []


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """The output of `--json`; `hub_version` is this program's."""

    people: list[Person]
    hub_version: str = ""


@hub_command(needs_convention=True)
def list_people(hub: HubContext, *, as_json: Json = False) -> int:
    """Print them; the exit code. Raises `CatalogueWrong`."""
    settings, paths, now = hub.settings, hub.paths, datetime.now(UTC)
    people = read_people(settings, paths, now)
    if as_json:
        listed = PeopleList(people=people, hub_version=program_version())
        print(msgspec.json.format(msgspec.json.encode(listed), indent=2).decode())
        return 0
    zone = ZoneInfo(settings.time_zone)
    _print_table([_cells(person, now, zone) for person in people])
    counts = {key: sum(person.key == key for person in people) for key in STATE_WORDS}
    words = _("{state}: {count}")
    parts = (
        words.format(state=_(STATE_WORDS[key]), count=count)
        for key, count in counts.items()
        if count
    )
    print("\n" + ", ".join(parts))
    return 0


def read_people(settings: HubSettings, paths: Paths, now: datetime) -> list[Person]:
    """Everybody of the convention, then those who have a key and are in it no more.
    Raises `CatalogueWrong`.
    """
    catalogue, book = load_catalogue(settings), open_book(paths)
    show_signed_on(catalogue, book)
    sightings = {
        Identity(sighting.organisation, sighting.role, sighting.user): sighting
        for sighting in read_sightings(paths)
    }
    reading = _Reading(
        catalogue,
        enrolled=book.enrolled_at(),
        invited={invitation.identity: invitation.until_utc for invitation in book.invitations(now)},
        revoked=book.revoked(),
        signed_on={
            sign_on.identity: sign_on.until_utc for sign_on in book.signed_on() if sign_on.key
        },
        seen=sightings,
        computers=_computers(book),
    )
    listed = {Identity(*who): key for who, key in catalogue.identities().items()}
    lost = [identity for identity in reading.enrolled if identity not in listed]
    return [
        *(reading.person(identity, key) for identity, key in listed.items()),
        *(reading.person(identity, "", in_convention=False) for identity in lost),
    ]


def _computers(book: IdentityBook) -> dict[Identity, list[str]]:
    names_by_key = book.computers()
    return {
        Identity(*who): list(dict.fromkeys(filter(None, map(names_by_key.get, keys))))
        for who, keys in book.keys().items()
    }


@dataclass(frozen=True)
class _Reading:
    """All that is known, by identity."""

    catalogue: Catalogue
    enrolled: dict[Identity, datetime]
    invited: dict[Identity, datetime]
    revoked: frozenset[str]
    signed_on: dict[Identity, datetime]
    seen: dict[Identity, Sighting]
    computers: dict[Identity, list[str]]

    def person(self, identity: Identity, listed: str, *, in_convention: bool = True) -> Person:
        sighting = self.seen.get(identity)
        if in_convention:
            name = self.catalogue.person_name(identity.organisation, identity.user)
        else:
            name = identity.user
        return Person(
            organisation=identity.organisation,
            role=identity.role.name.lower(),
            user=identity.user,
            name=name,
            key=self._key(identity, listed),
            in_convention=in_convention,
            enrolled_at_utc=self.enrolled.get(identity),
            signed_on_until_utc=self.signed_on.get(identity),
            invited_until_utc=self.invited.get(identity),
            last_seen_utc=sighting.at_utc if sighting else None,
            version=sighting.version if sighting else "",
            computers=self.computers.get(identity, []),
        )

    def _key(self, identity: Identity, listed: str) -> KeyState:
        if identity in self.signed_on:
            return "signed_on"
        if identity in self.enrolled:
            return "enrolled"
        if listed and listed not in self.revoked:
            return "convention"
        if identity in self.invited:
            return "invited"
        if listed:
            return "revoked"
        return "none"


# ---- words


def _cells(person: Person, now: datetime, zone: ZoneInfo) -> list[str]:
    key = _(STATE_WORDS[person.key])
    if person.signed_on_until_utc is not None:
        until = person.signed_on_until_utc.astimezone(zone).strftime("%d/%m/%Y %H:%M")
        key = _("{state} until {until}").format(state=key, until=until)
    if person.invited_until_utc is not None:
        until = person.invited_until_utc.astimezone(zone).strftime("%d/%m/%Y %H:%M")
        key = _("{state}, invitation until {until}").format(state=key, until=until)
    if person.computers:
        key = _("{state}, on {computers}").format(state=key, computers=", ".join(person.computers))
    if not person.in_convention:
        key = _("{state}, not in the convention").format(state=key)
    if person.name == person.user:
        who = person.user
    else:
        who = f"{person.user} ({person.name})"
    return [
        person.organisation,
        person.role,
        who,
        key,
        _seen_words(person, now, zone),
        person.version or "-",
    ]


def _seen_words(person: Person, now: datetime, zone: ZoneInfo) -> str:
    if person.last_seen_utc is None:
        return _("never seen")
    if now - person.last_seen_utc <= timedelta(seconds=NOW_S):
        return _("now")
    return person.last_seen_utc.astimezone(zone).strftime("%d/%m/%Y %H:%M")


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    head = [_("organisation"), _("role"), _("who"), _("its key"), _("last seen"), _("version")]
    table = [head, *rows]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(head))]
    for cells in table:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print("  ".join(padded).rstrip())
