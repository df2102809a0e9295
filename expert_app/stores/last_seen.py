# SPDX-License-Identifier: GPL-3.0-only
"""Who was last heard when: a small file in the hub's folder, written by the hub that runs and read
by `expert-app hub people`. It may be lost without harm, and is in no backup.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from expert_app.runtime.paths import Paths
from session.core.field_types import NOT_DECODED
from session.hub.access.sightings import Sighting

log = logging.getLogger(__name__)

WRITE_S = 30.0
"""Between two writes."""


def _file(paths: Paths) -> Path:
    return paths.folder("identities") / "last_seen.json"


def read_sightings(paths: Paths) -> list[Sighting]:
    """Those of every run of the hub; none when there is no readable file."""
    try:
        return msgspec.json.decode(_file(paths).read_bytes(), type=list[Sighting])
    except (OSError, *NOT_DECODED):
        return []


def write_sightings(paths: Paths, heard: Sequence[Sighting]) -> None:
    """Adds what was heard since to what is known. Raises `OSError`."""
    known = {(one.organisation, one.role, one.user): one for one in read_sightings(paths)}
    known |= {(one.organisation, one.role, one.user): one for one in heard}
    file = _file(paths)
    part = file.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(list(known.values())))
    part.replace(file)


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
