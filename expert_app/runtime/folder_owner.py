# SPDX-License-Identifier: GPL-3.0-only
"""One program owns a data folder while it runs; a second one is told who has it.
Used by every program that keeps something, and by commands that need such a program to be away.

The lock is the system's own (flock; on Windows a locked byte) and ends with the process that has
it, however that ends: a file that was left behind keeps nobody out.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import logging
import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from expert_app.runtime.config import SettingsWrong
from resources.texts import _
from resources.this_machine import as_here
from session.core.disk import is_disk_error

log = logging.getLogger(__name__)

FILE = "in-use.json"
LOCKED_BYTE = 1 << 20
"""On Windows, where nobody else can read what is locked: far behind what the file says."""

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
"""What disks answer that know no locks: some network disks."""


class Owner(msgspec.Struct, frozen=True):
    """The program that has a folder.

    Attributes:
        program: as it is typed: "expert-app hub".
        user: the account of the computer.
    """

    program: str
    pid: int
    user: str
    host: str
    since_utc: datetime


class FolderInUse(Exception):
    """Another program has `folder`; `owner` is None while it has not yet said who it is."""

    def __init__(self, folder: Path, owner: Owner | None) -> None:
        super().__init__(str(folder))
        self.folder = folder
        self.owner = owner

    @property
    def words(self) -> str:
        """The words that say what happened and what to do now."""
        if self.owner is None:
            return _(
                "{folder} is in use by another program of Poste Expert. Stop it first, or choose "
                "another folder with --folder."
            ).format(folder=self.folder)
        owner = self.owner
        return _(
            "{folder} is in use by `{program}` (process {pid} of {user} on {host}, since {since}). "
            "Stop it first, or choose another folder with --folder."
        ).format(
            folder=self.folder,
            program=as_here(owner.program),
            pid=owner.pid,
            user=owner.user,
            host=owner.host,
            since=owner.since_utc.astimezone().strftime("%d/%m/%Y %H:%M:%S"),
        )


@contextlib.contextmanager
def own_folder(folder: Path, program: str) -> Iterator[Owner | None]:
    """The folder is ours until the block ends. Gives the program that had it before and did not
    give it back: it was killed, or the power went.

    A disk that knows no locks is used all the same, with a warning.

    Args:
        program: "hub", "desk": the command's word.

    Raises:
        FolderInUse: another program has it. SettingsWrong: it cannot be written.
    """
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsWrong(folder, error.strerror or str(error)) from error
    try:
        is_locked = _take(descriptor, folder)
        before = _read(path)
        _write(descriptor, msgspec.json.encode(_ourselves(program)))
        with _named(folder):
            yield before
        if is_locked:
            _write(descriptor, b"")
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Name the folder in an error of a full disk: one about a file that is open already has no
    name.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None and is_disk_error(error):
            raise OSError(error.errno, error.strerror, str(folder)) from error
        raise


def owner_of(folder: Path) -> FolderInUse | None:
    """Return who has the folder now; None when nobody has, or there is no such folder."""
    try:
        descriptor = os.open(folder / FILE, os.O_RDWR)
    except OSError:
        return None
    try:
        _take(descriptor, folder)
    except FolderInUse as taken:
        return taken
    finally:
        os.close(descriptor)
    return None


def _take(descriptor: int, folder: Path) -> bool:
    """False on a disk that knows no locks."""
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in NO_LOCKS:
            log.warning(
                "%s is on a disk without locks (%s): nothing keeps a second program away from it",
                folder,
                error.strerror,
            )
            return False
        raise FolderInUse(folder, _read(folder / FILE)) from error
    return True


def _lock(descriptor: int) -> None:
    """Takes the lock or raises `OSError` at once."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write(descriptor: int, text: bytes) -> None:
    """A full disk does not keep a program from its work: then nobody learns who has the folder."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text)


def _read(path: Path) -> Owner | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Owner)
    except (OSError, msgspec.MsgspecError):
        return None


def account() -> str:
    """The account of the computer that runs this program."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        if sys.platform == "win32":
            return "?"
        return str(os.getuid())


def _ourselves(program: str) -> Owner:
    host = socket.gethostname()
    return Owner(f"expert-app {program}", os.getpid(), account(), host, datetime.now(UTC))
