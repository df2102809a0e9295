# SPDX-License-Identifier: GPL-3.0-only
"""The register of what was done with a hub or a vault: lines of the book of identities that no
command and no hub changes. Used by both and by their commands.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from datetime import UTC, datetime

import msgspec

from expert_app.runtime.config import HubSettings
from expert_app.runtime.folder_owner import Owner
from expert_app.runtime.paths import Paths
from expert_app.stores.identities import open_book
from session.core.disk import write_durably
from session.core.errors import SessionError
from session.core.field_types import NOT_DECODED
from session.core.program_version import program_version

log = logging.getLogger(__name__)


def note_act(paths: Paths, what: str, of: str = "", *, outcome: str = "") -> None:
    """Write down what the account of this program has done. A disk that is full keeps nobody from
    their work: the developer log says so. What failed in a folder without a register makes none.
    """
    if outcome and not _is_there(paths):
        return
    try:
        open_book(paths).note(what, of, datetime.now(UTC), outcome=outcome)
    except (OSError, sqlite3.Error, SessionError) as error:
        log.warning("an act is not in the register: %s (%s)", what, type(error).__name__)


def newest_act(paths: Paths, what: str) -> int:
    """Return the number of the newest line about `what`, among the newest; 0 for none."""
    if not _is_there(paths):
        return 0
    try:
        acts = open_book(paths).acts(50)
    except (OSError, sqlite3.Error, SessionError):
        return 0
    return max((act.id for act in acts if act.what == what), default=0)


def _is_there(paths: Paths) -> bool:
    return (paths.data / "identities" / "identities.sqlite").exists()


def note_start(settings: HubSettings, paths: Paths, before: Owner | None) -> None:
    """Write down that the program begins, that the run before did not end by itself, and which
    settings are others than at the last start.
    """
    if before is not None:
        note_act(paths, "killed", f"{before.since_utc:%Y-%m-%d %H:%M} UTC ({before.pid})")
    if names := _changed_settings(settings, paths):
        note_act(paths, "settings", ", ".join(names))
    note_act(paths, "start", program_version())


def _changed_settings(settings: HubSettings, paths: Paths) -> list[str]:
    """Return the names of settings that differ from those of the last start; none at the first."""
    file = paths.folder("identities") / "settings-seen.json"
    now = {
        name: hashlib.sha256(
            msgspec.json.encode(getattr(settings, name), order="sorted")
        ).hexdigest()
        for name in settings.__struct_fields__
    }
    try:
        before = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, *NOT_DECODED):
        before = now
    try:
        write_durably(file, msgspec.json.encode(now))
    except OSError as error:
        log.warning("the settings of this start are not noted: %s", error.strerror)
    return [name for name, mark in now.items() if before.get(name, mark) != mark]
