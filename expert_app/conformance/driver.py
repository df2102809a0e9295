# SPDX-License-Identifier: GPL-3.0-only
"""Tells the end under test what its person does: a person who reads the terminal, or a program
that reads lines. Used by `stage`; described in docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import msgspec

from expert_app.conformance.instructions import Instruction
from session.core.child_process import NO_WINDOW

ANSWER_S = 60.0
"""Longest time a driver has for one instruction; a person has more."""

PERSON_S = 600.0


class CannotDo(Exception):
    """The kiosk has no such thing, or its driver does not know how; the driver's words."""


class Driver(Protocol):
    """Makes the kiosk under test do what its caller would."""

    async def instruct(self, instruction: Instruction) -> None:
        """Returns when it is done. Raises `CannotDo`."""
        ...


class ProgramDriver:
    """A program that reads one instruction a line (JSON) and answers one line: `done`, or `cannot`
    and why. What it says on its standard error goes to ours.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise CannotDo("the driver has no pipes")
        try:
            stdin.write(msgspec.json.encode(instruction) + b"\n")
            await stdin.drain()
            async with asyncio.timeout(ANSWER_S):
                line = (await stdout.readline()).decode(errors="replace").strip()
        except TimeoutError:
            raise CannotDo(f"the driver said nothing for {ANSWER_S:.0f} s") from None
        except OSError:
            line = ""
        words, _, why = line.partition(" ")
        if not line:
            raise CannotDo("the driver has ended")
        if words != "done":
            raise CannotDo(why if words == "cannot" else f"the driver said {line[:200]!r}")


@contextlib.asynccontextmanager
async def driver_program(command: str) -> AsyncIterator[ProgramDriver]:
    """The program of this shell command line, until the block ends."""
    process = await asyncio.create_subprocess_shell(
        command, stdin=PIPE, stdout=PIPE, creationflags=NO_WINDOW
    )
    try:
        yield ProgramDriver(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(10.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class PersonDriver:
    """A person at the end under test who reads what to do in the terminal: Enter when it is done,
    anything else for "cannot".
    """

    def __init__(self, ask: Callable[[str], str] = input) -> None:
        self._ask = ask

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        words = f"\n  >> {instruction}\n     (Enter: done; or why it cannot be) "
        try:
            async with asyncio.timeout(PERSON_S):
                sent = (await asyncio.to_thread(self._ask, words)).strip()
        except EOFError:
            print(file=sys.stderr)
            raise CannotDo("there is nobody at the terminal") from None
        except TimeoutError:
            raise CannotDo(f"nobody answered for {PERSON_S:.0f} s") from None
        if sent:
            raise CannotDo(sent)
