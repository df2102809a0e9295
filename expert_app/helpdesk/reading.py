# SPDX-License-Identifier: GPL-3.0-only
"""Brings a session's log from the hub or the vault into a file, as the helpdesk may.
Used by `replay`, the helpdesk and the walk.
"""

from __future__ import annotations

from pathlib import Path

from expert_app.runtime.bus_access import desk_bus
from expert_app.runtime.config import DeskSettings
from session.bus.sealing.client import SealingClient
from session.core.clock import SystemClock
from session.core.computer import computer_name
from session.core.errors import LogUnknown, TicketUnknown
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.log.codec import decode_record
from session.log.events import Record
from session.log.reader import write_log


async def export_log(
    settings: DeskSettings,
    seed: bytes,
    session_id: str,
    path: Path,
    *,
    reason: str,
    tasks: Tasks,
    seals: SealingClient | None = None,
) -> int:
    """Writes the log of `session_id` to `path`, for a reason that the keeper writes down; returns
    the number of records.

    Raises:
        LogUnknown: the hub holds no such log. SessionError: it cannot be reached or refuses.
    """
    lines = await fetch_lines(settings, seed, session_id, reason=reason, tasks=tasks, seals=seals)
    records = [decode_record(line) for line in lines]
    write_log(path, session_id, records)
    return len(records)


async def fetch_lines(
    settings: DeskSettings,
    seed: bytes,
    session_id: str,
    *,
    reason: str,
    tasks: Tasks,
    seals: SealingClient | None = None,
) -> list[bytes]:
    """The records of `session_id`, over a connection of its own. Raises as `export_log`."""
    clock = SystemClock()
    bus = desk_bus(settings, seed=seed, clock=clock, tasks=tasks, seals=seals)
    await bus.connect()
    try:
        return await read_lines(DeskClient(bus, clock, tasks=tasks), session_id, reason)
    finally:
        await bus.close()


async def read_records(link: DeskClient, session_id: str, reason: str) -> list[Record]:
    """The same as `read_lines`, decoded."""
    return [decode_record(line) for line in await read_lines(link, session_id, reason)]


async def read_lines(
    link: DeskClient, session_id: str, reason: str, *, pages: bool = True
) -> list[bytes]:
    """The records of a session that is over, as the keeper has them; it writes down who reads them
    at this computer, and why. `pages`: see `DeskClient.read_log`.

    Raises:
        LogUnknown: the keeper holds no such log. SessionError: it cannot be reached or refuses.
    """
    try:
        lines = await link.read_log(session_id, reason, computer_name(), pages=pages)
    except TicketUnknown as error:
        raise LogUnknown(session=session_id) from error
    if not lines:
        raise LogUnknown(session=session_id)
    return lines
