# SPDX-License-Identifier: GPL-3.0-only
"""Which errors of the system come from a disk, and which disks are another machine's, so that a
person can be told what to do. Used by the programs.
"""

from __future__ import annotations

import errno
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
