# SPDX-License-Identifier: GPL-3.0-only
"""Every computer that has a key, and whether it is known to believe the network's next authority:
for the operator's window and for `expert-app hub authorities`. Used by both.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from session.core.errors import StoreUnreachable
from session.core.folded_text import has_words
from session.hub.access.handlers import Asker, handles
from session.hub.access.identities import Identity, IdentityBook, Keys
from session.hub.access.sightings import Sighting, Sightings
from session.protocol.hub.site import AuthorityAnswer, AuthorityRequest, ComputerFacts, HubFacts
from session.protocol.wire.program import KEY_LETTERS
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

PAGE_ROWS = 100

type Listed = Mapping[tuple[str, Role, str], str]
"""The convention's public key ("" for none) of everybody, by (organisation, role, user)."""


class KnownComputer(NamedTuple):
    """A computer that has a key.

    Attributes:
        name: as it calls itself; "" for one that does not say.
        believes: fingerprints of authorities, as it last named them; None for one that was not
            heard, or whose program names none.
    """

    identity: Identity
    name: str
    believes: tuple[str, ...] | None
    last_seen_utc: datetime | None


def known_computers(
    listed: Listed, book: IdentityBook | None, sightings: Iterable[Sighting]
) -> list[KnownComputer]:
    """Return every computer that may come in now, in the convention's order.

    Args:
        book: None where only the convention lists keys.
    """
    seen = {
        Identity(sighting.organisation, sighting.role, sighting.user): sighting
        for sighting in sightings
    }
    enrolled: Keys = {}
    revoked, names = frozenset[str](), dict[str, str]()
    if book is not None:
        enrolled, revoked, names = book.keys(), book.revoked(), book.computers()
    computers = []
    for who, key_in_file in listed.items():
        identity = Identity(*who)
        sighting = seen.get(identity)
        for key in enrolled.get(who, (key_in_file,) if key_in_file else ()):
            if key not in revoked:
                believes = sighting.believes.get(key[:KEY_LETTERS]) if sighting else None
                at_utc = sighting.at_utc if sighting else None
                computers.append(KnownComputer(identity, names.get(key, ""), believes, at_utc))
    return computers


class AuthorityCoverage:
    """Answers the operator.

    Args:
        listed: of the convention that is in force.
        book: None where only the convention lists keys.
        hubs: as they tell each other: whichever is asked, the authority is the same.
    """

    def __init__(
        self,
        listed: Callable[[], Listed],
        book: IdentityBook | None,
        *,
        hubs: Callable[[], Sequence[HubFacts]],
        sightings: Sightings,
    ) -> None:
        self._listed = listed
        self._book = book
        self._hubs = hubs
        self._sightings = sightings

    @handles(AuthorityRequest)
    async def coverage(self, _asker: Asker, request: AuthorityRequest) -> AuthorityAnswer:
        """Count who has the next authority, and list who is missing. Raises `StoreUnreachable`."""
        authority = next_authority(self._hubs())
        if not authority:
            return AuthorityAnswer(missing=[])
        sightings = self._sightings.known()
        try:
            computers = await asyncio.to_thread(
                known_computers, self._listed(), self._book, sightings
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnreachable(why="the book of identities") from error
        missing = [computer for computer in computers if authority not in (computer.believes or ())]
        hits = [_facts(computer) for computer in _with_words(missing, request.words)]
        first = request.page * PAGE_ROWS
        return AuthorityAnswer(
            is_given=True,
            count=len(computers),
            have=len(computers) - len(missing),
            hits=len(hits),
            missing=hits[first : first + PAGE_ROWS],
        )


def next_authority(hubs: Sequence[HubFacts]) -> str:
    """Return the fingerprint of the authority that the hubs' certificates should get next; "" when
    no hub gives one, or when they have it.
    """
    present = {hub.authority for hub in hubs if hub.authority}
    given = (hub.next_authority for hub in hubs)
    return next((authority for authority in given if authority and present != {authority}), "")


def _with_words(computers: Sequence[KnownComputer], words: str) -> Sequence[KnownComputer]:
    if not words:
        return computers
    return [
        computer
        for computer in computers
        if has_words(
            f"{computer.identity.organisation} {computer.identity.user} {computer.name}", words
        )
    ]


def _facts(computer: KnownComputer) -> ComputerFacts:
    return ComputerFacts(
        organisation=computer.identity.organisation,
        role=computer.identity.role,
        user=computer.identity.user,
        name=computer.name[:100],
        last_utc=computer.last_seen_utc,
        is_silent=computer.believes is None,
    )
