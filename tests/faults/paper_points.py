# SPDX-License-Identifier: GPL-3.0-only
"""The points at which a program can die, and what is on its disk then. Used by `paper`.

A point is a step between two awaits, a call that changes the disk, or a statement of the store's
database. What a killed program leaves is what is on the disk at that moment: so one run shows the
state at every point, and states that are equal are looked at once. After a power cut, what was not
flushed is gone: contents without fsync of the file, names without fsync of their folder. SQLite
flushes by itself, unseen from here; its files are taken as they are.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import errno
import hashlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, cast

from sqlalchemy import Engine, event

HERE = Path(__file__).resolve().parents[2]
CHANGES = ("open", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir")
Seen = Callable[[str, tuple[Any, ...]], None]
"""Told before each point: its kind ("await", "database" or the name of a call), and the call's
arguments.
"""


class Points:
    """Tells every point of this process, and counts the places in our code where they are.

    Attributes:
        places: "file:line" of each await, write and statement that was passed.
    """

    def __init__(self, before: Seen, after: Seen) -> None:
        self.count = 0
        self.places: set[str] = set()
        self._before, self._after = before, after
        self._quiet = threading.local()
        self.real = {name: getattr(os, name) for name in CHANGES}

    def arm(self) -> None:
        """From now on, and for everything this process does."""
        for name in CHANGES:
            setattr(os, name, self._told(name))
        handle = cast(Any, asyncio.events.Handle)
        step = handle._run

        def counted(this: Any) -> Any:
            self.point("await", (), _await_of(this))
            return step(this)

        handle._run = counted
        event.listen(
            Engine,
            "before_cursor_execute",
            lambda *_: self.point("database", (), _own(sys._getframe(1))),
        )
        event.listen(Engine, "commit", lambda _: self.point("database", (), _own(sys._getframe(1))))

    def point(self, kind: str, arguments: tuple[Any, ...], place: str) -> None:
        """The run is here."""
        if getattr(self._quiet, "on", False):
            return
        self._quiet.on = True
        try:
            self.count += 1
            self.places.add(place)
            self._before(kind, arguments)
        finally:
            self._quiet.on = False

    def _told(self, name: str) -> Callable[..., Any]:
        call = self.real[name]

        def told(*arguments: Any, **named: Any) -> Any:
            reads = name == "open" and not (
                len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR)
            )
            if reads or getattr(self._quiet, "on", False):
                return call(*arguments, **named)
            self.point(name, arguments, _own(sys._getframe(1)))
            answer = call(*arguments, **named)
            self._after(name, arguments)
            return answer

        return told


def _own(frame: FrameType | None) -> str:
    """The nearest line of our own code."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if (
            path.is_relative_to(HERE)
            and ".venv" not in path.parts
            and path.name != "paper_points.py"
        ):
            return f"{path.relative_to(HERE)}:{frame.f_lineno}"
        frame = frame.f_back
    return "libraries"


def _await_of(handle: Any) -> str:
    """Where the task that is about to go on stands: the innermost await of our own."""
    task = getattr(handle._callback, "__self__", None)
    waiting, place = (task.get_coro() if isinstance(task, asyncio.Task) else None), "loop"
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None)
        own = (
            _own(frame)
            if frame is not None and str(HERE) in frame.f_code.co_filename
            else "libraries"
        )
        place = own if own != "libraries" else place
        waiting = getattr(waiting, "cr_await", None)
    return place


class Snapshots:
    """Keeps each different state of `folder` at a point below `kept`;
    half of what was being flushed, too.
    """

    def __init__(self, folder: Path, kept: Path) -> None:
        self._folder, self._kept, self._lock = folder, kept, threading.Lock()
        self._known: set[bytes] = set()

    @property
    def count(self) -> int:
        """How many different states there were."""
        return len(self._known)

    def before(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """Takes the state as it is."""
        with self._lock:
            state = state_of(self._folder)
            self._keep(state)
            if kind == "fsync":
                path = Path(f"/proc/self/fd/{arguments[0]}").readlink()
                name = (
                    str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else ""
                )
                content = state.get(name)
                if content:  # the program dies while the kernel has half of it
                    self._keep({**state, name: content[: len(content) // 2]})

    def after(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """Nothing: the next point sees it."""

    def _keep(self, state: State) -> None:
        mark = hashlib.blake2b(repr(sorted(state.items())).encode()).digest()
        if mark not in self._known:
            self._known.add(mark)
            lay(state, self._kept / f"{len(self._known):05}")


type State = dict[str, bytes | None]
"""Path below the folder -> content of a file, None for a folder."""


def state_of(folder: Path) -> State:
    """Everything below a folder. SQLite's shared memory is left out: it makes it anew."""
    state: State = {}
    for place, folders, files in os.walk(folder):
        below = Path(place).relative_to(folder)
        state.update({str(below / name): None for name in folders})
        for name in files:
            if not name.endswith("-shm"):
                try:
                    state[str(below / name)] = Path(place, name).read_bytes()
                except FileNotFoundError:  # another thread was quicker
                    continue
    return state


def lay(state: State, folder: Path) -> None:
    """Makes a folder of that state."""
    folder.mkdir(parents=True)
    for name, content in sorted(state.items()):
        if content is None:
            (folder / name).mkdir(parents=True, exist_ok=True)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


class PowerCuts:
    """Keeps below `kept` what a power cut at each point would leave: only what was flushed.

    `folder` must be durable as it is when this begins.
    """

    def __init__(self, folder: Path, kept: Path) -> None:
        self._folder, self._kept, self._lock = folder, kept, threading.Lock()
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, tuple[int, bool]]] = {}
        self._known: set[bytes] = set()
        self._held: list[int] = []
        for place, _folders, files in os.walk(folder):
            for name in files:
                self._flush_file(Path(place, name))
            self._flush_folder(Path(place))

    @property
    def count(self) -> int:
        """How many different states there were."""
        return len(self._known)

    def before(self, kind: str, _arguments: tuple[Any, ...]) -> None:
        """The power is cut here."""
        with self._lock:
            state = self._state()
            mark = hashlib.blake2b(repr(sorted(state.items())).encode()).digest()
            if mark not in self._known:
                self._known.add(mark)
                lay(state, self._kept / f"{len(self._known):05}")

    def after(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """What an fsync has made durable."""
        if kind != "fsync":
            return
        path = Path(f"/proc/self/fd/{arguments[0]}").readlink()
        with self._lock:
            if path.is_dir():
                self._flush_folder(path)
            elif path.is_file():
                self._flush_file(path)

    def _flush_file(self, path: Path) -> None:
        """Its number is not given to another file while it is held open, also when it is
        removed.
        """
        if path.stat().st_ino not in self._contents:
            self._held.append(os.open(path, os.O_RDONLY))
        self._contents[path.stat().st_ino] = path.read_bytes()

    def _flush_folder(self, path: Path) -> None:
        if path.is_relative_to(self._folder):
            with os.scandir(path) as entries:
                self._names[path.stat().st_ino] = {
                    one.name: (one.stat().st_ino, one.is_dir()) for one in entries
                }

    def _state(self) -> State:
        state: State = {}
        pending = [("", self._folder.stat().st_ino)]
        while pending:
            below, folder = pending.pop()
            for name, (inode, is_folder) in self._names.get(folder, {}).items():
                place = f"{below}/{name}".lstrip("/")
                if is_folder:
                    state[place] = None
                    pending.append((place, inode))
                elif not name.endswith("-shm"):
                    state[place] = self._contents.get(inode, b"")
        for path in (*self._folder.rglob("*.sqlite*"), self._folder / "told"):
            if path.is_file() and not path.name.endswith("-shm"):
                state[str(path.relative_to(self._folder))] = path.read_bytes()
        return state


class Deaths:
    """Does its worst at point `at`, for real:
    the process is killed, or the disk is full for that one call.
    """

    def __init__(self, mode: str, at: int) -> None:
        self._mode, self._at, self.seen = mode, at, 0

    def before(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """The run is here; a full disk counts only calls that write."""
        if self._mode == "full" and kind not in ("open", "fsync", "replace", "rename", "mkdir"):
            return
        self.seen += 1
        if self.seen != self._at:
            return
        if self._mode == "kill":
            if kind == "fsync":  # what was written last is half there
                os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        if self._mode == "full":
            raise OSError(errno.ENOSPC, "No space left on device")

    def after(self, kind: str, arguments: tuple[Any, ...]) -> None:
        """Nothing."""
