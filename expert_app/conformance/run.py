# SPDX-License-Identifier: GPL-3.0-only
"""One run with one end: the hub, the stories, the findings. Used by `command`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from expert_app.conformance import conversation, hostile, sealed
from expert_app.conformance.desks import page as desk_page
from expert_app.conformance.desks import papers as desk_papers
from expert_app.conformance.desks import talk as desk_talk
from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.driver import CannotDo, Driver
from expert_app.conformance.findings import Finding, Findings, RuleBroken
from expert_app.conformance.instructions import Finish
from expert_app.conformance.kiosks import page, papers, shown_document, talk
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.rules import DESK_RULES, KIOSK_RULES, ProtocolLevel, Rule
from expert_app.conformance.site import page_site
from expert_app.conformance.stage import Case, Stage
from expert_app.conformance.throw_away_hub import (
    LOOPBACK,
    TRIED_DESK,
    TRIED_KIOSK,
    TRIED_SEALED_DESK,
    ThrowAwayHub,
)
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.access.identities import Identity


@dataclass(frozen=True, kw_only=True)
class TriedEnd[On: Stage]:
    """One end that can be tried, with its rules and the stories that try them.

    Attributes:
        stage: on which its stories play.
        identity: as whom it enrols; `sealed_identity`: at another hub, for the level "sealed".
    """

    stage: type[On]
    rules: Mapping[str, Rule]
    cases: Mapping[ProtocolLevel, tuple[Case[On], ...]]
    identity: Identity
    sealed_identity: Identity

    def chosen(
        self, levels: Collection[ProtocolLevel] = tuple(ProtocolLevel), rules: Collection[str] = ()
    ) -> list[Case[On]]:
        """Return the cases of these levels; with `rules`, those that try one of them."""
        of_levels = [
            case for level in ProtocolLevel if level in levels for case in self.cases[level]
        ]
        return [case for case in of_levels if not rules or set(rules) & set(case.rules)]

    def identity_for(self, case: Case[On]) -> Identity:
        """Return as whom the end is tried in a case."""
        if case in self.cases[ProtocolLevel.SEALED]:
            return self.sealed_identity
        return self.identity


KIOSK = TriedEnd[KioskStage](
    stage=KioskStage,
    rules=KIOSK_RULES,
    cases={
        ProtocolLevel.TALK: talk.CASES,
        ProtocolLevel.PAGE: page.CASES,
        ProtocolLevel.PAPERS: (*papers.CASES, *shown_document.CASES),
        ProtocolLevel.HOSTILE: (hostile.KIOSK_CASE,),
        ProtocolLevel.SEALED: (sealed.KIOSK_CASE,),
    },
    identity=TRIED_KIOSK,
    sealed_identity=TRIED_KIOSK,
)
DESK = TriedEnd[DeskStage](
    stage=DeskStage,
    rules=DESK_RULES,
    cases={
        ProtocolLevel.TALK: desk_talk.CASES,
        ProtocolLevel.PAGE: desk_page.CASES,
        ProtocolLevel.PAPERS: desk_papers.CASES,
        ProtocolLevel.HOSTILE: hostile.DESK_CASES,
        ProtocolLevel.SEALED: (sealed.DESK_CASE,),
    },
    identity=TRIED_DESK,
    sealed_identity=TRIED_SEALED_DESK,
)


@dataclass(frozen=True, kw_only=True)
class RunListener:
    """The listener of whoever runs it. `code`: the bus's address and the code to enrol with.
    `progress`: what is tried now.
    """

    code: Callable[[str, str], None] = lambda _address, _code: None
    progress: Callable[[str], None] = lambda _name: None


SILENT = RunListener()


async def try_end[On: Stage](
    end: TriedEnd[On],
    folder: Path,
    driver: Driver,
    *,
    cases: Collection[Case[On]],
    patience: float = 1.0,
    address: str = LOOPBACK,
    listener: RunListener = SILENT,
) -> list[Finding]:
    """Try everything of one run; what was found. For an identity of its own the end begins once
    more, at another hub. Raises `SessionError`: the hub does not start.
    """
    findings = Findings(patience, rules=end.rules)
    runs: dict[Identity, list[Case[On]]] = {}
    for case in cases:
        runs.setdefault(end.identity_for(case), []).append(case)
    runs = runs or {end.identity: []}  # enrolment is tried without a story, too
    with page_site(address) as pages:
        for number, (identity, run_cases) in enumerate(runs.items(), start=1):
            place = folder / identity.organisation
            place.mkdir()
            async with ThrowAwayHub(place, pages, tried=identity, address=address).running() as hub:
                await try_at(
                    end,
                    hub,
                    driver,
                    cases=run_cases,
                    findings=findings,
                    listener=listener,
                    is_last=number == len(runs),
                )
    return findings.all()


async def try_at[On: Stage](
    end: TriedEnd[On],
    world: ThrowAwayHub,
    driver: Driver,
    *,
    cases: Collection[Case[On]],
    findings: Findings,
    listener: RunListener = SILENT,
    is_last: bool = True,
) -> None:
    """Enrol an end at a hub that runs and play case after case; what could not be tried is noted
    with the reason. `is_last`: the driver is not needed afterwards.
    """
    tasks = Tasks()
    world.traffic.forget()
    stage = end.stage(world, driver, findings=findings, tasks=tasks)
    try:
        listener.progress("enrolment")
        code = world.invite()
        listener.code(world.url, code)
        await stage.begin(code)
        stories: list[Case[On]] = [*cases, conversation.last_case(stage.letter)]
        for case in stories:
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


async def _played[On: Stage](stage: On, case: Case[On]) -> str:
    """Play a case; return why a rule of it has no verdict."""
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
