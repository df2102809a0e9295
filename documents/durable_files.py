# SPDX-License-Identifier: GPL-3.0-only
"""Files that are either whole or not there, whatever is killed when. Used by outbox and store.

Written beside their place, flushed to the disk, then renamed: a name never stands for half a file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from pathlib import Path

PART = ".part"

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


def make_folder(folder: Path) -> None:
    """Makes a folder (and those above) that only its owner can open, and makes that durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_FOLDER_MODE)
    _flush_folder(folder.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Writes `data` under `path`, replacing what was there; on return it survives a power cut.

    Raises:
        OSError: disk full, no permission...; then `path` is as before.
    """
    make_folder(path.parent)
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}{PART}")
    try:
        handle = os.open(
            part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _FILE_MODE
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Removes a file, if it is there, and makes that durable."""
    path.unlink(missing_ok=True)
    _flush_folder(path.parent)


def move_durably(path: Path, folder: Path) -> Path:
    """Moves a file into `folder` under its own name, or one like it when that is taken;
    returns where it is now.
    """
    make_folder(folder)
    target = folder / path.name
    while target.exists():
        target = folder / f"{path.stem}-{secrets.token_hex(3)}{path.suffix}"
    path.replace(target)
    _flush_folder(folder)
    _flush_folder(path.parent)
    return target


def _flush_folder(folder: Path) -> None:
    """Names are durable only when their folder is; Windows has no such call and needs none."""
    if sys.platform == "win32" or not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
