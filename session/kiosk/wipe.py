# SPDX-License-Identifier: GPL-3.0-only
"""Nothing of a caller stays on the kiosk: each session has one folder, which is removed at the end
and checked afterwards.

Used by the kiosk's program. Everything here touches the disk and may be slow: call it in a worker
thread.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from session.protocol.conversation.messages import KioskWiped
from session.protocol.wire.ids import is_id

log = logging.getLogger(__name__)

FOLDER_PREFIX = "session-"
WEB_PREFIX = "web-"
"""Only folders of these names are ever removed:
of a session, and of the browsers of callers.
"""
_OUR_RUN = f"{WEB_PREFIX}{secrets.token_hex(4)}-"
"""Browsers of this run of the program: they end themselves, and are no left-over."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """The remains of a killed kiosk: files removed, and files or folders that could not be."""

    files_removed: int
    left_over: int


def open_session_folder(runtime: Path, session_id: str, *, resumed: bool = False) -> Path:
    """A private folder (0700) for everything of one session, under the kiosk's runtime folder.

    Args:
        resumed: the kiosk was restarted in the middle of this session:
            pages that the desk does not have are kept.

    Raises:
        ValueError: `session_id` is not an id.
        OSError: the folder cannot be made.
    """
    if not is_id(session_id):
        raise ValueError("not a session id")
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = runtime / f"{FOLDER_PREFIX}{session_id}"
    if not resumed:
        _remove(folder)
    folder.mkdir(mode=0o700, exist_ok=resumed)
    return folder


def open_web_folder(runtime: Path) -> Path:
    """A private folder (0700) for one browser of this run."""
    folder = runtime / f"{_OUR_RUN}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700, parents=True)
    return folder


def sweep(runtime: Path, *, but_of_ticket: str = "") -> Swept:
    """Removes the folders of sessions and browsers of an earlier run.

    Args:
        but_of_ticket: a ticket whose session may still run;
            the folder of its session is left until that is known.
    """
    if runtime.is_dir():
        folders = sorted(runtime.glob(f"{FOLDER_PREFIX}*"))
    else:
        folders = []
    if but_of_ticket:
        folders = [
            folder
            for folder in folders
            if not folder.name.startswith(f"{FOLDER_PREFIX}{but_of_ticket}")
        ]
    if runtime.is_dir():
        webs = sorted(runtime.glob(f"{WEB_PREFIX}*"))
    else:
        webs = []
    folders += [folder for folder in webs if not folder.name.startswith(_OUR_RUN)]
    files = sum(_count_files(folder) for folder in folders)
    for folder in folders:
        _remove(folder)
    left_over = sum(_count_left(folder) for folder in folders)
    if left_over:
        log.error("%d entries of earlier sessions could not be removed", left_over)
    return Swept(files_removed=files, left_over=left_over)


class Wipe:
    """The end of one session on this kiosk.

    Args:
        session_folder: from `open_session_folder`.
    """

    def __init__(self, session_folder: Path) -> None:
        if not session_folder.name.startswith(FOLDER_PREFIX):
            raise ValueError("not a session's folder")
        self._folder = session_folder

    def wipe(self, page_count: int, profile_removed: bool, shown_left: int = 0) -> KioskWiped:
        """Removes the session's folder, then checks that it is gone.
        May be repeated when something was left over.

        Args:
            page_count: pages that the kiosk still held and has dropped.
            profile_removed: whether the browser's profile of this caller is gone.
            shown_left: what is left in memory of documents that the agent showed;
                they never were on the disk.
        """
        files = _count_files(self._folder)
        _remove(self._folder)
        left_over = _count_left(self._folder) + shown_left
        if left_over:
            log.error("%d entries of the session could not be removed", left_over)
        return KioskWiped(
            pages_removed=page_count,
            files_removed=files - min(files, _count_files(self._folder)),
            profile_removed=profile_removed,
            left_over=left_over,
        )


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """(files and links, folders) below `folder`, links never followed."""
    files: list[Path] = []
    folders: list[Path] = []
    for parent, names_of_folders, names_of_files in os.walk(folder, followlinks=False):
        for name in names_of_folders:
            (files if (Path(parent) / name).is_symlink() else folders).append(Path(parent) / name)
        files.extend(Path(parent) / name for name in names_of_files)
    return files, folders


def _count_files(folder: Path) -> int:
    if folder.is_symlink() or folder.is_file():
        return 1
    return len(_entries(folder)[0])


def _count_left(folder: Path) -> int:
    """Files and folders that are there, the session's folder itself included."""
    if not os.path.lexists(folder):
        return 0
    if folder.is_symlink() or folder.is_file():
        return 1
    files, folders = _entries(folder)
    return 1 + len(files) + len(folders)


def _remove(folder: Path) -> None:
    """Removes what it can; a link is removed, never followed.
    What cannot be removed is found by the second look.
    """
    if folder.is_symlink() or folder.is_file():
        folder.unlink(missing_ok=True)
    elif folder.is_dir():
        shutil.rmtree(folder, onexc=_give_permission)
        if os.path.lexists(folder):
            shutil.rmtree(folder, onexc=_note)


def _give_permission(_failed: Callable[..., Any], path: str, _error: BaseException) -> None:
    """Give permission to what has no write permission (on Windows:
    is read-only), so that the second attempt may remove it.
    """
    for entry in (Path(path).parent, Path(path)):
        if not entry.is_symlink():
            try:
                entry.chmod(stat.S_IRWXU)
            except OSError as error:
                log.debug("no permission given: %s", type(error).__name__)


def _note(_failed: Callable[..., Any], _path: str, error: BaseException) -> None:
    log.warning("not removed: %s", type(error).__name__)
