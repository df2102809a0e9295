# SPDX-License-Identifier: GPL-3.0-only
"""Refused messages of each client lately, and why: for whoever writes one, and asks this hub.
Memory only. Filled by the hub's doors, read by the monitor.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime

import msgspec

from session.core.clock import Clock

KEPT = 50
"""Refusals of one client; older ones go."""

CLIENTS = 2000
"""Clients that are remembered; those that were refused nothing for longest are forgotten first."""


class RefusedMessage(msgspec.Struct, frozen=True, order=True):
    """One message that was not taken.

    Attributes:
        number: counts all refusals of this hub, from 1.
        who: the client, "<organisation>.<role letter>.<user>".
        where: a verb, or a topic of a session.
        by: "hub", or the other end: "desk", "kiosk".
        why: for developers; it may repeat what the client itself sent.
        of: the message's type, or what it was about; "" when that is not known.
    """

    number: int
    who: str
    at_utc: datetime
    where: str
    by: str
    code: str
    why: str
    of: str


class RefusedLog:
    """Refusals by client, "<organisation>.<role letter>.<user>"."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._by_client: OrderedDict[str, deque[RefusedMessage]] = OrderedDict()

    def note(
        self, who: str, where: str, code: str, *, why: str = "", of: str = "", by: str = "hub"
    ) -> None:
        """A message of `who` was not taken."""
        self._count += 1
        refused = RefusedMessage(
            self._count, who, self._clock.utc_now(), where, by, code, why[:300], of[:60]
        )
        self._by_client.setdefault(who, deque(maxlen=KEPT)).append(refused)
        self._by_client.move_to_end(who)
        while len(self._by_client) > CLIENTS:
            self._by_client.popitem(last=False)

    def of(self, user: str, letter: str, after: int = 0) -> list[RefusedMessage]:
        """Return what is kept of a user with this role letter, in whichever organisation's
        account, the oldest first; only what is newer than number `after`.
        """
        refusals = [
            refusal
            for who, refused in self._by_client.items()
            if who.endswith(f".{letter}.{user}")
            for refusal in refused
            if refusal.number > after
        ]
        return sorted(refusals)
