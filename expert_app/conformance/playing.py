# SPDX-License-Identifier: GPL-3.0-only
"""Plays the stories of one run, whichever end is tried. Used by `run` and `desks.run`."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from expert_app.conformance.driver import CannotDo, Driver, Finish
from expert_app.conformance.findings import Findings, RuleBroken
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.core.errors import SessionError
from session.core.tasks import Tasks


class Played(Protocol):
    """The stage of a case: our ends, and the end under test."""

    findings: Findings
    world: ThrowAwayHub

    async def begin(self, code: str) -> None:
        """Our ends are there, the end under test enrols. Raises `RuleBroken`, `CannotDo`."""
        ...

    async def tidy(self) -> None:
        """Ends whatever a case left. Raises `SessionError`, `CannotDo`."""
        ...

    async def close(self) -> None:
        """Our ends go."""
        ...


class Case[On: Played](NamedTuple):
    """A story and the rules that it tries; `slow` ones take more than ten seconds."""

    name: str
    rules: tuple[str, ...]
    play: Callable[[On], Awaitable[None]]
    slow: bool = False


@dataclass(frozen=True, kw_only=True)
class PlayListener:
    """The listener of whoever runs it. `code`: the bus's address and the code to enrol with.
    `progress`: what is tried now.
    """

    code: Callable[[str, str], None] = lambda _address, _code: None
    progress: Callable[[str], None] = lambda _name: None


SILENT = PlayListener()


def chosen_of[On: Played](
    cases: Mapping[ProtocolLevel, tuple[Case[On], ...]],
    levels: Collection[ProtocolLevel],
    rules: Collection[str],
) -> list[Case[On]]:
    """The cases of these levels; with `rules`, those that try one of them."""
    of_levels = [
        case for level in ProtocolLevel if level in levels for case in cases.get(level, ())
    ]
    return [case for case in of_levels if not rules or set(rules) & set(case.rules)]


async def play[On: Played](
    build: Callable[[Tasks], On],
    driver: Driver,
    *,
    cases: Collection[Case[On]],
    last: Case[On],
    listener: PlayListener,
    is_last: bool = True,
) -> None:
    """Enrols the end under test and plays case after case on the stage that `build` makes; what
    could not be tried is noted with the reason. `is_last`: the driver is not needed afterwards.
    """
    tasks = Tasks()
    stage = build(tasks)
    stage.world.traffic.forget()
    findings = stage.findings
    try:
        listener.progress("enrolment")
        code = stage.world.invite()
        listener.code(stage.world.url, code)
        await stage.begin(code)
        for case in [*cases, last]:
            listener.progress(case.name)
            findings.leave_untried(case.rules, await _played(stage, case))
            with contextlib.suppress(SessionError, CannotDo):
                await stage.tidy()
    except (CannotDo, RuleBroken) as error:
        rules = {rule for case in cases for rule in case.rules}
        findings.leave_untried(rules, f"it never began: {error}")
    finally:
        if is_last:
            with contextlib.suppress(CannotDo):
                await driver.instruct(Finish())
        await stage.close()
        await tasks.close()


async def _played[On: Played](stage: On, case: Case[On]) -> str:
    """Why a rule of this case has no verdict."""
    try:
        await case.play(stage)
    except CannotDo as cannot:
        return str(cannot)
    except RuleBroken as broken:
        return f"{broken} was broken before"
    except SessionError as error:
        return f"the hub refused: {error.code}"
    except TimeoutError:
        return "it took too long"
    return "an earlier rule of the same story was broken"
