# SPDX-License-Identifier: GPL-3.0-only
"""One run: the hub, the kiosk's beginning, case by case, the findings. Used by `command`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path

from expert_app.conformance import hostile, page, papers, sealed, talk
from expert_app.conformance.driver import CannotDo, Driver, Finish
from expert_app.conformance.findings import Finding, Findings, RuleBroken
from expert_app.conformance.rules import RULES, KioskLevel
from expert_app.conformance.site import page_site
from expert_app.conformance.stage import Case, Stage
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.core.errors import SessionError
from session.core.tasks import Tasks

CASES: dict[KioskLevel, tuple[Case, ...]] = {
    KioskLevel.TALK: talk.CASES,
    KioskLevel.PAGE: page.CASES,
    KioskLevel.PAPERS: papers.CASES,
    KioskLevel.HOSTILE: hostile.CASES,
    KioskLevel.SEALED: sealed.CASES,
}

Progress = Callable[[str], None]
OnCode = Callable[[str, str], None]


def chosen(levels: Collection[KioskLevel], rules: Collection[str] = ()) -> list[Case]:
    """The cases of these levels; with `rules`, those that try one of them."""
    cases = [case for level in KioskLevel if level in levels for case in CASES.get(level, ())]
    return [case for case in cases if not rules or set(rules) & set(case.rules)]


async def try_cases(
    stage: Stage, cases: Collection[Case], progress: Progress = lambda _name: None
) -> None:
    """Plays case after case; what could not be tried is noted with the reason."""
    for case in cases:
        progress(case.name)
        why = "an earlier rule of the same story was broken"
        try:
            await case.play(stage)
        except CannotDo as cannot:
            why = str(cannot)
        except RuleBroken as broken:
            why = f"{broken} was broken before"
        except SessionError as error:
            why = f"the hub refused: {error.code}"
        except TimeoutError:
            why = "it took too long"
        stage.findings.leave_untried(case.rules, why)
        with contextlib.suppress(SessionError, CannotDo):
            await stage.tidy()


async def try_in(
    world: ThrowAwayHub,
    driver: Driver,
    *,
    cases: Collection[Case],
    findings: Findings,
    on_code: OnCode = lambda _address, _code: None,
    progress: Progress = lambda _name: None,
) -> None:
    """Tries one kiosk at a hub that runs."""
    tasks = Tasks()
    world.overheard.forget()
    stage = Stage(world, driver, findings=findings, tasks=tasks)
    try:
        progress("the kiosk enrols")
        code = world.invite()
        on_code(world.url, code)
        await stage.begin(code)
        await try_cases(stage, [*cases, talk.LAST], progress)
    except (CannotDo, RuleBroken) as error:
        rules = {rule for case in cases for rule in case.rules}
        findings.leave_untried(rules & RULES.keys(), f"it never began: {error}")
    finally:
        with contextlib.suppress(CannotDo):
            await driver.wish(Finish())
        await stage.close()
        await tasks.close()


async def try_kiosk(
    folder: Path,
    driver: Driver,
    *,
    cases: Collection[Case],
    patience: float = 1.0,
    on_code: OnCode = lambda _address, _code: None,
    progress: Progress = lambda _name: None,
) -> list[Finding]:
    """Everything of one run; what was found.

    Args:
        on_code: gets the bus's address and the kiosk's code.

    Raises:
        SessionError: the hub does not start.
    """
    findings = Findings(patience)
    with page_site() as pages:
        async with ThrowAwayHub(folder, pages).running() as world:
            await try_in(
                world, driver, cases=cases, findings=findings, on_code=on_code, progress=progress
            )
    return findings.all()
