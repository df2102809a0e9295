# SPDX-License-Identifier: GPL-3.0-only
"""The times at which people were last heard, and the hours of a day in which somebody was
there: small files in the hub's folder, written by the hub that runs; `expert-app hub people`
reads the first. They may be lost without harm, and are in no backup.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from expert_app.runtime.paths import Paths
from session.core.disk import write_durably
from session.core.field_types import NOT_DECODED
from session.hub.access.sightings import Sighting, newest
from session.hub.monitoring.attendance import Attendance

log = logging.getLogger(__name__)

WRITE_S = 30.0
"""Between two writes."""


def _file(paths: Paths) -> Path:
    return paths.folder("identities") / "last_seen.json"


def read_sightings(paths: Paths) -> list[Sighting]:
    """Read the sightings of every run of the hub; none when there is no readable file."""
    try:
        return msgspec.json.decode(_file(paths).read_bytes(), type=list[Sighting])
    except (OSError, *NOT_DECODED):
        return []


def write_sightings(paths: Paths, heard: Sequence[Sighting]) -> None:
    """Adds what was heard since to what is known. Raises `OSError`."""
    by_user = {(item.organisation, item.role, item.user): item for item in read_sightings(paths)}
    for item in heard:
        user = (item.organisation, item.role, item.user)
        if (before := by_user.get(user)) is not None:
            believes = newest({**before.believes, **item.believes}, *item.believes)
            by_user[user] = msgspec.structs.replace(item, believes=believes)
        else:
            by_user[user] = item
    write_durably(_file(paths), msgspec.json.encode(list(by_user.values())))


def read_hours(paths: Paths) -> list[int]:
    """The hours in which somebody was there; none when there is no readable file."""
    try:
        return msgspec.json.decode(_hours_file(paths).read_bytes(), type=list[int])
    except (OSError, *NOT_DECODED):
        return []


def _hours_file(paths: Paths) -> Path:
    return paths.folder("identities") / "hours.json"


async def keep_hours(attendance: Attendance, paths: Paths) -> None:
    """Looks who is there again and again, and writes down each new hour."""
    while True:
        await asyncio.sleep(WRITE_S)
        before = attendance.hours
        attendance.check()
        if attendance.hours != before:
            text = msgspec.json.encode(sorted(attendance.hours))
            try:
                await asyncio.to_thread(write_durably, _hours_file(paths), text)
            except OSError as error:
                log.warning("the hours of a day are not written: %s", error.strerror)


async def keep_sightings(heard: Callable[[], Sequence[Sighting]], paths: Paths) -> None:
    """Writes them again and again, and a last time when it is cancelled."""
    try:
        while True:
            await asyncio.sleep(WRITE_S)
            await _write(heard(), paths)
    finally:
        await _write(heard(), paths)


async def _write(heard: Sequence[Sighting], paths: Paths) -> None:
    try:
        await asyncio.to_thread(write_sightings, paths, heard)
    except OSError as error:
        log.warning("who was seen last is not written: %s", error.strerror)
