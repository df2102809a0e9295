# SPDX-License-Identifier: GPL-3.0-only
"""The time at which each identity was last heard, its program's version, and which authorities its
computers believe: for the operator's lists. Used by `session.hub.composition`; kept on the disk by
the hub's program.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.protocol.wire.program import AUTHORITIES, PROGRAM, VERSION_LETTERS, authorities_of
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import Sender, sender_of

MOST_COMPUTERS = 8
"""Of one person, whose authorities are remembered."""


class Sighting(msgspec.Struct, frozen=True):
    """One identity. `version` is "" for a program that does not say it.

    Attributes:
        believes: fingerprints of authorities, by the beginning of a computer's key.
    """

    organisation: str
    role: Role
    user: str
    at_utc: datetime
    version: str = ""
    believes: dict[str, tuple[str, ...]] = {}


class Sightings:
    """The last sign of each identity: a beat or a request.

    Args:
        earlier: of the hub's runs before this one.

    Attributes:
        dropped: messages that named no identity; they are not remembered.
    """

    def __init__(self, clock: Clock, earlier: Iterable[Sighting] = ()) -> None:
        self.dropped = 0
        self._earlier = _by_sender(earlier)
        self._clock = clock
        self._seen: dict[Sender, tuple[datetime, str]] = {}
        self._believes = {sender: sighting.believes for sender, sighting in self._earlier.items()}

    def on_message(self, message: Incoming) -> None:
        """A beat or a request came: `<first token>.<organisation>.<role letter>.<user>...`."""
        sender = sender_of(message.subject)
        if sender is None:
            self.dropped += 1
            return
        reported_version = message.headers.get(PROGRAM, "")[:VERSION_LETTERS]
        before = self._seen.get(sender)
        if reported_version.isprintable():
            version = reported_version
        else:
            version = ""
        self._seen[sender] = self._clock.utc_now(), version or (before[1] if before else "")
        if authorities := authorities_of(message.headers.get(AUTHORITIES, "")):
            key, names = authorities
            self._believes[sender] = newest({**self._believes.get(sender, {}), key: names}, key)

    def last_at(self, organisation: str, role: Role, user: str) -> datetime | None:
        """Return when somebody was last heard, by earlier runs too; None for never."""
        sender = Sender(organisation, role, user)
        if (heard := self._seen.get(sender)) is not None:
            return heard[0]
        earlier = self._earlier.get(sender)
        return earlier.at_utc if earlier else None

    def known(self) -> list[Sighting]:
        """Everybody heard by this hub, in earlier runs too."""
        return list({**self._earlier, **_by_sender(self.all())}.values())

    def all(self) -> list[Sighting]:
        """Everybody heard since this hub started."""
        return [
            Sighting(*sender, at_utc, version, self._believes.get(sender, {}))
            for sender, (at_utc, version) in self._seen.items()
        ]


def _by_sender(sightings: Iterable[Sighting]) -> dict[Sender, Sighting]:
    return {
        Sender(sighting.organisation, sighting.role, sighting.user): sighting
        for sighting in sightings
    }


def newest(believes: dict[str, tuple[str, ...]], *last: str) -> dict[str, tuple[str, ...]]:
    """Return what the last few computers of a person believe, `last` the newest of them."""
    ordered = {key: believes[key] for key in believes if key not in last}
    ordered |= {key: believes[key] for key in last}
    return dict(list(ordered.items())[-MOST_COMPUTERS:])
