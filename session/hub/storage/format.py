# SPDX-License-Identifier: GPL-3.0-only
"""The number of the form of what the hub keeps in JetStream, kept there too:
all hubs of a bus have one. For the hub.

docs/releasing.md says when `FORMAT` is raised and a step is added to `session.hub.upgrades`.
"""

from __future__ import annotations

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import Streams, WrongRevision

FORMAT = 2

STREAM = "ABOUT"
_SUBJECT = "about.format"


class StoredFormatUnknown(Exception):
    """Something was written by a version from whose form no step leads to ours. `what` is its name
    for the operator.
    """

    def __init__(self, what: str, theirs: int, *, ours: int) -> None:
        super().__init__(f"{what}: {theirs}, not {ours}")
        self.what = what
        self.theirs = theirs
        self.ours = ours


def check_format(what: str, theirs: int, *, ours: int, oldest: int) -> None:
    """Raise `StoredFormatUnknown` unless `theirs` is ours, or steps lead from it to ours.

    Args:
        oldest: the first number from which steps lead to ours.
    """
    if not oldest <= theirs <= ours:
        raise StoredFormatUnknown(what, theirs, ours=ours)


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
    """Return the number that is kept, and its revision; 0 and 0 where none is. Raises
    `StoreUnreachable`.

    The stream must have been prepared.
    """
    stored = await streams.last(STREAM, _SUBJECT)
    if stored is None:
        return (0, 0)
    return (int(stored.payload), stored.revision)


async def put_format(streams: Streams, number: int, expected: int) -> bool:
    """Stores the number; False when another hub was faster. Raises `StoreUnreachable`."""
    try:
        await streams.append(_SUBJECT, str(number).encode(), expected=expected)
    except WrongRevision:
        return False
    return True
