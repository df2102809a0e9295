# SPDX-License-Identifier: GPL-3.0-only
"""A program with a window, used as a person does: clicks, typed words, and what it has observed.
One JSON line for each command and answer (`--driven`).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Evidence = dict[str, Any]

WAIT_S = 40.0
POLL_S = 0.1
READY_S = 60.0
STOP_S = 20.0
LONGEST_LINE = 1 << 24


class NotSeen(Exception):
    """What should have been seen was not; the message says what was there instead."""


class Driven:
    """One running program.

    Attributes:
        ready: what the program said when its window was there.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.ready: Evidence = {}
        self._process = process
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._is_ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, name: str, command: list[str], *, environment: Mapping[str, str], log: Path
    ) -> Driven:
        """Starts the command and waits until its window can be used. Raises `NotSeen`."""
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=dict(environment),
                limit=LONGEST_LINE,
            )
        program = cls(name, process)
        try:
            await asyncio.wait_for(program.next_ready(), READY_S)
        except TimeoutError as error:
            await program.stop()
            raise NotSeen(f"{name} was not ready in {READY_S:.0f} s: {log}") from error
        return program

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.returncode

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def next_ready(self) -> Evidence:
        """Waits until the program says that a window is ready; a sign-in is followed by another."""
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.create_task(self._is_ready.wait())
        await asyncio.wait([ended, ready], return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, ready):
            task.cancel()
        if not self._is_ready.is_set():
            raise NotSeen(f"{self.name} ended with {self.returncode}")
        self._is_ready.clear()
        return self.ready

    async def begun_again(self) -> Evidence:
        """Waits until the same command, begun anew by the program itself, says that it is ready; it
        speaks and hears as the one before.
        """
        await asyncio.wait_for(self._is_ready.wait(), READY_S)
        self._is_ready.clear()
        return self.ready

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if said.get("ready"):
                self.ready = said
                self._is_ready.set()
                continue
            answer = self._answers.pop(said.get("id"), None)
            if answer is not None and not answer.done():
                answer.set_result(said)

    async def ask(self, do: str, *, timeout_s: float = 20.0, **values: Any) -> Any:
        """Sends one command; its result. Raises `NotSeen` when the program refuses it."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        line = json.dumps({"id": number, "do": do, **values})
        try:
            self._process.stdin.write(line.encode() + b"\n")
            await self._process.stdin.drain()
            said = await asyncio.wait_for(answer, timeout_s)
        except (TimeoutError, ConnectionError) as error:
            raise NotSeen(f"{self.name} does not answer to {do}") from error
        if "error" in said:
            raise NotSeen(f"{self.name}: {said['error']}")
        return said["ok"]

    # ---- as a person ----

    async def click(self, name: str, *, timeout_s: float = WAIT_S) -> None:
        """Clicks the widget as soon as it is there and enabled."""
        await self._insist("click", {"name": name}, timeout_s)

    async def type(self, name: str, text: str, *, timeout_s: float = WAIT_S) -> None:
        """Types into the widget as soon as it is there."""
        await self._insist("type", {"name": name, "text": text}, timeout_s)

    async def keys(self, text: str) -> None:
        """Touches the keys of a number pad, one after the other."""
        for key in text:
            await self.click(f"key_{key}")

    async def _insist(self, do: str, values: dict[str, Any], timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while True:
            try:
                await self.ask(do, **values)
                return
            except NotSeen as error:
                if time.monotonic() > end or self.returncode is not None:
                    shown = ", ".join(await self.visible())
                    raise NotSeen(f"{error}; on the screen: {shown}") from error
            await asyncio.sleep(POLL_S)

    async def reads(self, name: str, words: str = "", *, timeout_s: float = WAIT_S) -> str:
        """Waits until the widget is on the screen and its text has the words; the text."""
        end, said = time.monotonic() + timeout_s, ""
        while time.monotonic() < end:
            try:
                said = str(await self.ask("read", name=name)).replace("\N{NO-BREAK SPACE}", " ")
            except NotSeen:
                said = ""
            if said and words in said:
                return said
            await asyncio.sleep(POLL_S)
        raise NotSeen(f"{self.name}: {name} says {said!r}, not {words!r}")

    async def visible(self) -> list[str]:
        """Names of all that could be clicked now."""
        if self.returncode is not None:
            return []
        return list(await self.ask("visible"))

    async def shown(self, begin: str, *, timeout_s: float = WAIT_S) -> str:
        """Waits for a button whose name begins so; the name of the first one."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            found = next((name for name in await self.visible() if name.startswith(begin)), None)
            if found is not None:
                return found
            await asyncio.sleep(POLL_S)
        raise NotSeen(f"{self.name} shows no {begin}…")

    async def shot(self, path: Path) -> None:
        """Saves a picture of the window."""
        await self.ask("shot", path=str(path))

    async def seen(self, name: str, *, timeout_s: float = WAIT_S, **wanted: Any) -> Evidence:
        """Waits until the program has observed `name` with the wanted values (or functions that
        are true of them).
        """
        end, found = time.monotonic() + timeout_s, {}
        facts: dict[str, Evidence] = {}
        while time.monotonic() < end:
            facts = await self.ask("facts")
            found = facts.get(name, {})
            if found and all(_fits(found.get(key), value) for key, value in wanted.items()):
                return dict(found)
            await asyncio.sleep(POLL_S)
        newest = sorted(facts.items(), key=lambda fact: str(fact[1].get("seen_at_utc", "")))[-8:]
        raise NotSeen(
            f"{self.name} did not observe {name} {wanted or ''}; it has {found}; the last it "
            f"observed: {newest}"
        )

    async def count(self, name: str) -> int:
        """How often the program has observed `name`."""
        return int((await self.ask("facts")).get(name, {}).get("count", 0))

    async def ended(self, timeout_s: float) -> int:
        """Waits for the end of the program; its exit code. Raises `TimeoutError`."""
        return await asyncio.wait_for(self._process.wait(), timeout_s)

    async def kill(self) -> None:
        """Ends it as a power cut does."""
        self._process.kill()
        await self._process.wait()
        self._listening.cancel()

    async def stop(self) -> None:
        """Closes the program as its computer's shutdown does."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self.returncode is None:
            try:
                await self.ended(STOP_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._listening.cancel()


def _fits(value: Any, wanted: Any) -> bool:
    if callable(wanted):
        return value is not None and bool(wanted(value))
    return bool(value == wanted)
