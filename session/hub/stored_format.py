# SPDX-License-Identifier: GPL-3.0-only
"""The number of the form of what the hub keeps in JetStream, kept there too: all hubs of a bus have one. For the hub.

A stored form that changes raises `FORMAT` and adds one step in `stored_upgrades`.
"""

from __future__ import annotations

from session.bus.hub_connection import HubConnection
from session.bus.streams import Streams, WrongRevision
from session.errors import StoreUnreachable

FORMAT = 1

STREAM = "ABOUT"
_SUBJECT = "about.format"


async def prepare(connection: HubConnection, replicas: int = 1) -> None:
    """Creates the stream. Raises `StoreUnreachable`."""
    await connection.streams.ensure(
        STREAM,
        {"subjects": ["about.*"], "storage": "file", "num_replicas": replicas, "max_msgs_per_subject": 16},
    )


async def stored_format(streams: Streams) -> int:
    """The number that is kept; 1 where none is: that was before there were numbers. Raises `StoreUnreachable`."""
    return (await _read(streams))[0]


async def _read(streams: Streams) -> tuple[int, int]:
    try:
        stored = await streams.last(STREAM, _SUBJECT)
    except StoreUnreachable as error:
        if error.detail.get("err_code") == 10059:  # no such stream
            return 1, 0
        raise
    if stored is None:
        return 1, 0
    return int(stored.payload), stored.revision


async def put_format(streams: Streams, number: int, expected: int) -> bool:
    """Stores the number unless another hub was faster. Raises `StoreUnreachable`."""
    try:
        await streams.append(_SUBJECT, str(number).encode(), expected=expected)
    except WrongRevision:
        return False
    return True
