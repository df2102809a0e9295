# SPDX-License-Identifier: GPL-3.0-only
"""Shows that the agent works at another computer, until the work comes back here. Used by
`expert_app.commands.desk`.
"""

from __future__ import annotations

import asyncio
from functools import partial

from expert_app.runtime.bus_access import desk_bus
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import Program
from expert_app.workplace.wiring.first_steps import FirstSteps, show_first
from session.core.computer import computer_name
from session.core.errors import SessionError
from session.desk.hub.workplace import ask_to_work_here
from session.protocol.hub.routing import WorkHereAnswer
from views.words.errors import sentence
from views.workplace.elsewhere import ElsewhereView


async def wait_elsewhere(
    answer: WorkHereAnswer,
    settings: DeskSettings,
    paths: Paths,
    program: Program,
    *,
    seed: bytes,
) -> bool:
    """True once the agent works here again; False when the person closed the window."""
    build = partial(Elsewhere, answer, paths=paths, program=program, seed=seed)
    return await show_first(build, settings, program) is not None


class Elsewhere:
    """The window, and what its button does. It is not connected while it waits."""

    def __init__(
        self,
        answer: WorkHereAnswer,
        settings: DeskSettings,
        *,
        paths: Paths,
        program: Program,
        seed: bytes,
    ) -> None:
        self._settings = settings
        self._program = program
        self._seed = seed
        self.first = FirstSteps(settings, paths, program=program)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.view = ElsewhereView()
        self.window = self.first.put_around(self.view, demo=False)
        self.view.work_here_requested.connect(self._on_take)
        self.view.show_elsewhere(answer.computer, talks=answer.talks)

    def _on_take(self) -> None:
        self._program.tasks.start(self._take(), name="bring the work here")

    async def _take(self) -> None:
        program = self._program
        bus = desk_bus(self._settings, seed=self._seed, clock=program.clock, tasks=program.tasks)
        try:
            await bus.connect()
            answer = await ask_to_work_here(bus, computer_name(), take=True)
        except SessionError as error:
            words = sentence(error.code, error.detail)
            self.view.show_error(f"{words.sentence} {words.advice}")
        else:
            if answer.here:
                self.done.set_result(None)
            else:
                self.view.show_elsewhere(answer.computer, talks=answer.talks)
        finally:
            await bus.close()
