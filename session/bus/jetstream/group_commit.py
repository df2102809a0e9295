# SPDX-License-Identifier: GPL-3.0-only
"""One sync of the disk for all that was stored meanwhile, instead of one a message.
Used with a server of our own.

nats-server syncs each message by itself, one after the other; what comes together waits for as many
turns of the disk. Here the server writes without waiting, and nothing is answered before a round of
syncs that began after it was written ("group commit": DeWitt et al., Implementation Techniques for
Main Memory Database Systems, 1984). The rounds are run by `sync_child`, apart from the hub's loop.
Only where a file that is written anew and renamed can be neither lost nor empty after a power cut,
since the server does not sync those then: ext4 as it is by default (ext4(5), auto_da_alloc).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from session.bus.jetstream import fsync_worker as sync_child
from session.core.child_process import Leash, tied_command
from session.core.errors import StoreUnreachable

log = logging.getLogger(__name__)

BACKGROUND_S = 10
"""So often the server syncs by itself what nobody waits for."""

END_S = 2.0

UNSAFE = frozenset({"noauto_da_alloc", "data=writeback", "nobarrier", "barrier=0"})
"""Mount options of ext4 with which a power cut may lose what was renamed or synced."""

FAILED = "disk cannot be synced"


def is_possible(folder: Path, mounts: str | None = None) -> bool:
    """True when `folder` lies on a file system that keeps what `group_sync` relies on.

    Args:
        mounts: as /proc/self/mountinfo has it (proc_pid_mountinfo(5)); read there by default.
    """
    if mounts is None:
        if sys.platform != "linux":
            return False
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        except OSError:
            return False
    wanted, found = folder.resolve(), (-1, "", "")
    for line in mounts.splitlines():
        place, _, source = line.partition(" - ")
        if not source:
            continue
        point, (kind, _device, *options) = Path(_unescaped(place.split(" ")[4])), source.split(" ")
        # of two on one place the later is seen
        if wanted.is_relative_to(point) and len(point.parts) >= found[0]:
            found = len(point.parts), kind, options[0] if options else ""
    return found[1] == "ext4" and not UNSAFE & set(found[2].split(","))


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), path)


Waiting = list[asyncio.Future[bool]]
"""Those who wait for one round."""


def _tell(waiting: Iterable[asyncio.Future[bool]], is_kept: bool) -> None:
    for kept in waiting:
        if not kept.done():
            kept.set_result(is_kept)


class GroupSync:
    """Rounds of syncs over a server's store on this machine.

    Args:
        store: the server's `store_dir`.

    Attributes:
        rounds: how many there were.
    """

    def __init__(self, store: Path) -> None:
        self.rounds = 0
        self._store = store
        self._process: asyncio.subprocess.Process | None = None
        self._leash = Leash()
        self._ask, self._hear = -1, -1
        self._is_touched = False
        self._all = False
        self._has_failed = False
        self._is_over = False
        self._starting = asyncio.Lock()
        self._running: Waiting | None = None
        self._next: Waiting | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the program that syncs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Starts the rounds; the whole store is on the disk when this returns.
        Raises `StoreUnreachable`.
        """
        self._is_over = False
        await self._start_program()
        await self.kept()

    async def _start_program(self) -> None:
        theirs_in, self._ask = os.pipe()
        self._hear, theirs_out = os.pipe()
        command = tied_command([sys.executable, "-I", "-S", sync_child.__file__, str(self._store)])
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=theirs_in, stdout=theirs_out, start_new_session=True
            )
        except OSError as error:
            self._close_pipes()
            raise StoreUnreachable(why="the program that syncs does not start") from error
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._leash.tie(self._process.pid)
        asyncio.get_running_loop().add_reader(self._hear, self._on_answer)
        self.all_touched()

    async def stop(self) -> None:
        """Ends the program; what is not kept by then never is."""
        self._is_over = True
        process, self._process = self._process, None
        if process is None:
            return
        self._lose()
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def touched(self) -> None:
        """Something was written."""
        self._is_touched = True

    async def kept(self) -> None:
        """Returns when all that was written is on the disk.

        Raises:
            StoreUnreachable: the disk fails, or what syncs was killed; that is started again.
        """
        if self._has_failed or self._is_over:
            raise StoreUnreachable(why=FAILED if self._has_failed else "it ends")
        if self._ask < 0:
            async with self._starting:
                if self._ask < 0:
                    await self._start_program()
        if self._next is None and self._is_touched:
            self._next = []
        round_ = self._next if self._next is not None else self._running
        if round_ is None:
            return
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        round_.append(kept)
        if self._running is None:
            self._begin_round()
        if not await kept:
            raise StoreUnreachable(why=FAILED)

    def all_touched(self) -> None:
        """Any file of the store may have been written, as by a server that has ended."""
        self._all = self._is_touched = True

    def _begin_round(self) -> None:
        self._running, self._next = self._next, None
        self._is_touched = False
        asked, self._all = sync_child.ALL if self._all else sync_child.ROUND, False
        try:
            os.write(self._ask, asked)
        except OSError:
            self._lose()

    def _on_answer(self) -> None:
        answer = os.read(self._hear, 64)
        if answer != sync_child.DONE:
            self._has_failed = bool(answer)
            self._lose()
            return
        self.rounds += 1
        self._end_round(is_kept=True)
        if self._next is not None:
            self._begin_round()

    def _end_round(self, *, is_kept: bool) -> None:
        ended, self._running = self._running, None
        _tell(ended or (), is_kept)
        if not is_kept:
            waiting, self._next = self._next, None
            _tell(waiting or (), is_kept)

    def _lose(self) -> None:
        """Nobody syncs now. Where the disk failed, for good: the system takes what it could not
        write for written.
        """
        if self._has_failed:
            log.critical(
                "the store cannot be synced, nothing is acknowledged: look at the disk, then "
                "restart the hub"
            )
        elif not self._is_over:
            log.error("the program that syncs the store has ended; it is started again")
        self._close_pipes()
        self._end_round(is_kept=False)

    def _close_pipes(self) -> None:
        for descriptor in (self._ask, self._hear):
            if descriptor >= 0:
                asyncio.get_running_loop().remove_reader(descriptor)
                os.close(descriptor)
        self._ask = self._hear = -1
