# SPDX-License-Identifier: GPL-3.0-only
"""In which order a line tries the servers of its bus;
with real ones in `tests/integration` and `tests/faults`.
"""

from __future__ import annotations

from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks


async def test_the_server_that_was_lost_is_tried_last_and_the_others_by_chance() -> None:
    urls = [f"tls://10.20.0.{n}:4222" for n in (11, 12, 13)]
    connection = Connection(urls, new_seed(), tasks=Tasks(), inbox="_INBOX.test", name="test")
    assert {tuple(sorted(connection._in_order())) for _ in range(5)} == {tuple(urls)}
    assert len({connection._in_order()[0] for _ in range(60)}) == 3
    connection._server = "10.20.0.12:4222"
    orders = [connection._in_order() for _ in range(60)]
    assert {order[-1] for order in orders} == {urls[1]}
    assert {order[0] for order in orders} == {urls[0], urls[2]}
