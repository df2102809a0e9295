# SPDX-License-Identifier: GPL-3.0-only
"""One run with a desk: the hub, the cases, the findings. Used by
`expert_app.conformance.command`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from expert_app.conformance.desks import hostile, page, papers, sealed, talk
from expert_app.conformance.desks.rules import DESK_RULES
from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.driver import Driver
from expert_app.conformance.findings import Finding, Findings
from expert_app.conformance.playing import SILENT, Case, PlayListener, chosen_of, play
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import (
    LOOPBACK,
    TRIED_DESK,
    TRIED_SEALED_DESK,
    ThrowAwayHub,
)
from session.core.tasks import Tasks

DESK_CASES: dict[ProtocolLevel, tuple[Case[DeskStage], ...]] = {
    ProtocolLevel.TALK: talk.CASES,
    ProtocolLevel.PAGE: page.CASES,
    ProtocolLevel.PAPERS: papers.CASES,
    ProtocolLevel.HOSTILE: hostile.CASES,
    ProtocolLevel.SEALED: sealed.CASES,
}


def chosen_for_desk(
    levels: Collection[ProtocolLevel], rules: Collection[str] = ()
) -> list[Case[DeskStage]]:
    """The cases of these levels; with `rules`, those that try one of them."""
    return chosen_of(DESK_CASES, levels, rules)


async def try_desk_in(
    world: ThrowAwayHub,
    driver: Driver,
    *,
    cases: Collection[Case[DeskStage]],
    findings: Findings,
    listener: PlayListener = SILENT,
    is_last: bool = True,
) -> None:
    """Tries one desk at a hub that runs; `is_last`: the driver is not needed afterwards."""

    def build(tasks: Tasks) -> DeskStage:
        return DeskStage(world, driver, findings=findings, tasks=tasks)

    await play(build, driver, cases=cases, last=talk.LAST, listener=listener, is_last=is_last)


async def try_desk(
    folder: Path,
    driver: Driver,
    *,
    cases: Collection[Case[DeskStage]],
    patience: float = 1.0,
    address: str = LOOPBACK,
    listener: PlayListener = SILENT,
) -> list[Finding]:
    """Everything of one run; what was found. For the level "sealed" the desk begins once more, at
    another hub, as one of the organisation that has a vault. Raises `SessionError`: the hub does
    not start.
    """
    findings = Findings(patience, rules=DESK_RULES)
    of_vault = [case for case in cases if case in sealed.CASES]
    runs = {TRIED_DESK: [case for case in cases if case not in of_vault]}
    runs[TRIED_SEALED_DESK] = of_vault
    cases_by_desk = {tried: desk_cases for tried, desk_cases in runs.items() if desk_cases}
    with page_site(address) as pages:
        for number, (tried, run_cases) in enumerate(cases_by_desk.items(), start=1):
            place = folder / tried.organisation
            place.mkdir()
            world = ThrowAwayHub(place, pages, tried=tried, address=address)
            async with world.running():
                await try_desk_in(
                    world,
                    driver,
                    cases=run_cases,
                    findings=findings,
                    listener=listener,
                    is_last=number == len(cases_by_desk),
                )
    return findings.all()
