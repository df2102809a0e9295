# SPDX-License-Identifier: GPL-3.0-only
"""Starts our own programs as child processes that never outlive us, and talks to them.
Used by demo and walk.

A child reads its standard input; when we end, however we end, the input ends and the child stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from session.core.child_process import NO_WINDOW, own_python
from session.core.tasks import Tasks


class ChildFailed(Exception):
    """A child did not do what it was asked. `child` is its name, `why` says what happened."""

    def __init__(self, child: str, why: str) -> None:
        super().__init__(f"{child}: {why}")
        self.child = child
        self.why = why


class Child:
    """One program of ours in its own process, driven by JSON lines."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, tasks: Tasks, log_file: Path
    ) -> None:
        self.name = name
        self._arguments = list(arguments)
        self._tasks = tasks
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self.ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, or None while it runs."""
        if self._process:
            return self._process.returncode
        return None

    async def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Starts the process; `ready` is done once it says so."""
        with self._log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *own_python(),
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(environment or {})},
                limit=1 << 24,
                creationflags=NO_WINDOW,
            )
        self._tasks.start(self._listen(), name=f"listen to {self.name}")

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                self._on_message(json.loads(line))
        await self._process.wait()
        self.ended.set()
        gone = ChildFailed(
            self.name, f"ended with code {self._process.returncode}; see {self._log_file}"
        )
        for future in (self.ready, *self._answers.values()):
            if not future.done():
                future.set_exception(gone)
                future.exception()

    def _on_message(self, message: dict[str, Any]) -> None:
        if message.get("ready"):
            if not self.ready.done():
                self.ready.set_result(message)
            return
        future = self._answers.pop(message.get("id", 0), None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(ChildFailed(self.name, message["error"]))
        else:
            future.set_result(message.get("ok"))

    async def ask(self, do: str, timeout_s: float = 20.0, **values: Any) -> Any:
        """Sends one command and waits for its answer.

        Raises:
            ChildFailed: the child refused, ended, or did not answer in time.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        number = next(self._numbers)
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            self._process.stdin.write(
                json.dumps({"id": number, "do": do, **values}).encode() + b"\n"
            )
            await self._process.stdin.drain()
            return await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            raise ChildFailed(self.name, f"no answer to {do} in {timeout_s:.0f} s") from None
        except (ConnectionError, BrokenPipeError):
            raise ChildFailed(self.name, f"ended before {do}") from None
        finally:
            self._answers.pop(number, None)

    def kill(self) -> None:
        """Ends the process as a power cut would (kill -9)."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self, timeout_s: float = 10.0) -> None:
        """Ends the child's input, waits for its orderly end, then kills it."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), timeout_s)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
