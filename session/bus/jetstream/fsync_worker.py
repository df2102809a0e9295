# SPDX-License-Identifier: GPL-3.0-only
"""Puts on the disk what a nats-server wrote: a byte asks for a round, a byte answers it.
Started by `group_sync`.

A program of its own, run by its path with nothing but the standard library. A round syncs what has
changed since the one before: in each stream the block that is written to, and the blocks begun
since (`<store>/jetstream/<account>/ streams/<stream>/msgs/<n>.blk`, nats-server 2.15,
server/filestore.go). The first round, and each that is asked for by `ALL`, syncs every file and
folder of the store. POSIX: what fsync(2) covers does not depend on who wrote it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROUND, ALL = b".", b"A"
DONE, FAILED = b".", b"!"

SETTLED_NS = 50_000_000
"""A time of change younger than this may not tell the next change:
a file system's clock has steps of 4 ms.
"""

State = tuple[int, int, int]
"""(inode, bytes, time of the last change in ns)."""


class DiskFails(Exception):
    """What was written may be lost, and the system does not try again."""


def sync(path: str) -> None:
    """Everything of the file or folder is on the disk when this returns;
    one that is gone meanwhile needs nothing.

    Raises:
        DiskFails: it cannot be.
        OSError: it cannot be opened; nothing is lost by that.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise DiskFails(path) from error
    finally:
        os.close(descriptor)


def state_of(path: str) -> State | None:
    """None for what is not there."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def is_settled(state: State) -> bool:
    """True when whatever comes after it has another time of change."""
    return time.time_ns() - state[2] > SETTLED_NS


class Stream:
    """One stream's blocks, numbered from 1; only the newest is written to."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._newest = 0
        self._synced: State | None = None

    def _block(self, number: int) -> str:
        return f"{self._folder}/{number}.blk"

    def sync(self) -> None:
        """What was written until now."""
        first = self._newest
        # a new stream, or one that was emptied
        if not first or state_of(self._block(first)) is None:
            self._begin()
            return
        while state_of(self._block(self._newest + 1)) is not None:
            self._newest += 1
        for number in range(first, self._newest + 1):
            self._sync_block(number)
        if self._newest > first:
            sync(self._folder)

    def _begin(self) -> None:
        names = [name for name in _names(self._folder) if name.endswith(".blk")]
        for name in names:
            sync(f"{self._folder}/{name}")
        if names:
            sync(self._folder)
        self._newest = max((int(name[:-4]) for name in names if name[:-4].isdecimal()), default=0)
        self._synced = None

    def _sync_block(self, number: int) -> None:
        path = self._block(number)
        before = state_of(path)
        if before is None or (before == self._synced and number == self._newest):
            return
        sync(path)
        self._synced = before if is_settled(before) else None


def _sync_tree(path: str) -> None:
    for folder, _folders, files in os.walk(path, topdown=False):
        for name in files:
            sync(f"{folder}/{name}")
        sync(folder)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, twelve times a round
    except FileNotFoundError:
        return []


class Store:
    """The folder of a nats-server's JetStream, the one that `store_dir` names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, State] = {}
        self._streams: dict[str, Stream] = {}

    def sync_all(self) -> None:
        """Every file, then its folder, then the folders above."""
        _sync_tree(str(self._folder))
        for above in list(self._folder.parents)[:2]:
            sync(str(above))

    def sync(self) -> None:
        """What was written since the last time."""
        for account in _names(f"{self._folder}/jetstream"):
            self._look(f"{self._folder}/jetstream/{account}/streams")
        for stream in self._streams.values():
            stream.sync()

    def _look(self, folder: str) -> None:
        """Streams that came or went."""
        state = state_of(folder)
        if state is None or self._seen.get(folder) == state:
            return
        there = {f"{folder}/{name}" for name in _names(folder)}
        for path in there - self._streams.keys():
            _sync_tree(path)
            self._streams[path] = Stream(f"{path}/msgs")
        for path in [
            path for path in self._streams if path.startswith(f"{folder}/") and path not in there
        ]:
            del self._streams[path]
        sync(folder)
        if is_settled(state):
            self._seen[folder] = state


def main(folder: Path) -> int:
    """Rounds until the input ends; a disk that fails ends them, with a word of it."""
    store, is_first = Store(folder), True
    while asked := os.read(0, 4096):
        try:
            if is_first or ALL in asked:
                store.sync_all()
            store.sync()
        except DiskFails as error:
            sys.stderr.write(f"the disk fails: {error}: {error.__cause__}\n")
            os.write(1, FAILED)
            return 1
        is_first = False
        os.write(1, DONE)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
