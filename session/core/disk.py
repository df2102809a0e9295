# SPDX-License-Identifier: GPL-3.0-only
"""The disk: files that are either whole or not there, whatever is killed when; which errors of the
system are a disk's, and which disks are another machine's. Used by all programs.

A file is written beside its place, flushed to the disk, then renamed: a name never stands for half
a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from pathlib import Path

_DISK = frozenset(
    {
        errno.ENOSPC,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.EIO,
        errno.ENOTDIR,
    }
    # Windows has not all of them
    | {getattr(errno, name, errno.ENOSPC) for name in ("EDQUOT", "ESTALE")}
)
"""No room, no quota left, read-only, no right, a broken disk, a share that went away."""


def is_disk_error(error: OSError) -> bool:
    """Full, read-only, not ours, broken, or a share that is away."""
    return error.errno in _DISK


_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"}
)
MOUNTS = Path("/proc/self/mounts")
"""Linux, proc(5); elsewhere every disk passes for our own."""


def network_disk(folder: Path) -> str:
    """The kind of the network disk under `folder` ("nfs4"), "" for a disk of this machine."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place, kind = Path("/"), ""
    for line in lines:
        words = line.split(" ")
        at = Path(words[1].replace("\\040", " "))
        if folder.is_relative_to(at) and len(at.parts) >= len(place.parts):
            place, kind = at, words[2]
    if kind in _REMOTE:
        return kind
    return ""


# ---- files, whole or not at all

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
    flush_folder(folder.parent)


def write_durably(path: Path, data: bytes, mode: int = _FILE_MODE) -> None:
    """Write `data` under `path`, replacing what was there; on return it survives a power cut.
    Several programs may write the same file: the last one wins.

    Args:
        mode: who may read it and write it.

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
            if mode != _FILE_MODE:
                part.chmod(mode)  # whatever the process's mask is
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Removes a file, if it is there, and makes that durable."""
    path.unlink(missing_ok=True)
    flush_folder(path.parent)


def move_durably(path: Path, folder: Path) -> Path:
    """Moves a file into `folder` under its own name, or one like it when that is taken;
    returns where it is now.
    """
    make_folder(folder)
    target = folder / path.name
    while target.exists():
        target = folder / f"{path.stem}-{secrets.token_hex(3)}{path.suffix}"
    path.replace(target)
    flush_folder(folder)
    flush_folder(path.parent)
    return target


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows has no such call and needs none."""
    if sys.platform == "win32" or not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
