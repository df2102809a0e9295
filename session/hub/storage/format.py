# SPDX-License-Identifier: GPL-3.0-only
"""The number of the form of what the hub keeps in JetStream, kept there too:
all hubs of a bus have one. For the hub.

A stored form that changes raises `FORMAT` and adds one step to `stored_upgrades.STEPS`, and an old
sample to the tests.
"""

from __future__ import annotations

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import Streams, WrongRevision

FORMAT = 2
"""1: before there were numbers. 2: numbered, and found readable to the last record."""

STREAM = "ABOUT"
_SUBJECT = "about.format"


class StoredTooNew(Exception):
    """Something was written by a newer version. `what` is its name for the operator."""

    def __init__(self, what: str, theirs: int, *, ours: int) -> None:
        super().__init__(f"{what}: {theirs} > {ours}")
        self.what = what
        self.theirs = theirs
        self.ours = ours


async def prepare(connection: HubConnection, replicas: int = 1) -> None:
    """Creates the stream. Raises `StoreUnreachable`."""
    await connection.streams.ensure(
        STREAM,
        {
            "subjects": ["about.*"],
            "storage": "file",
            "num_replicas": replicas,
            "max_msgs_per_subject": 16,
        },
    )


async def read_format(streams: Streams) -> tuple[int, int]:
    """The number that is kept, and the revision it was stored under; 1 and 0 where none is.
    Raises `StoreUnreachable`.

    The stream must have been prepared.
    """
    stored = await streams.last(STREAM, _SUBJECT)
    if stored is None:
        return (1, 0)
    return (int(stored.payload), stored.revision)


async def put_format(streams: Streams, number: int, expected: int) -> bool:
    """Stores the number; False when another hub was faster. Raises `StoreUnreachable`."""
    try:
        await streams.append(_SUBJECT, str(number).encode(), expected=expected)
    except WrongRevision:
        return False
    return True
