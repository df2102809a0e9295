# SPDX-License-Identifier: GPL-3.0-only
"""A whole program of ours as an end under test, driven at its window. Used by `kiosk_program` and
`desk_program`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.instructions import Finish, Instruction
from expert_app.runtime.child_programs import Child, ChildFailed
from session.core.errors import SessionError
from session.core.tasks import Tasks

ON_SCREEN_S = 15.0
POLL_S = 0.05


class DrivenProgram:
    """The program, once it has begun."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._tasks = folder, Tasks()
        self._child: Child | None = None

    async def instruct(self, instruction: Instruction) -> None:
        """See `expert_app.conformance.driver.Driver`."""
        try:
            await self._do(instruction)
        except (ChildFailed, SessionError, OSError) as error:
            raise CannotDo(str(error)) from error

    async def _do(self, instruction: Instruction) -> None:
        raise NotImplementedError

    @property
    def program(self) -> Child:
        """The running program. Raises `CannotDo`."""
        if self._child is None:
            raise CannotDo("it has not begun")
        return self._child

    async def _comes(self, name: str, within_s: float) -> bool:
        """Whether it is on the screen in time."""
        end = time.monotonic() + within_s
        while name not in await self.program.ask("visible"):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(POLL_S)
        return True

    async def _click(self, name: str) -> None:
        await self._try("click", name=name)

    async def _type(self, name: str, text: str) -> None:
        await self._try("type", name=name, text=text)

    async def _try(self, act: str, **words: Any) -> None:
        """As soon as it is on the screen and counts."""
        end = time.monotonic() + ON_SCREEN_S
        while True:
            try:
                await self.program.ask(act, **words)
                return
            except ChildFailed as failed:
                if time.monotonic() > end:
                    raise CannotDo(str(failed)) from failed
                await asyncio.sleep(POLL_S)


async def obey(build: Callable[[Path], Driver], instructions: Any) -> None:
    """Reads instructions of these kinds from standard input until there are no more."""
    with tempfile.TemporaryDirectory() as folder:
        driver = build(Path(folder))
        while line := await asyncio.to_thread(sys.stdin.readline):
            instruction = msgspec.json.decode(line, type=instructions)
            try:
                await driver.instruct(instruction)
            except CannotDo as cannot:
                print(f"cannot {cannot}", flush=True)
            else:
                print("done", flush=True)
            if isinstance(instruction, Finish):
                return
