# SPDX-License-Identifier: GPL-3.0-only
"""One run with a desk: the hub, the cases, the findings. Used by
`expert_app.conformance.command`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from expert_app.conformance.desks import hostile, page, papers, talk
from expert_app.conformance.desks.rules import DESK_RULES
from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.driver import Driver
from expert_app.conformance.findings import Finding, Findings
from expert_app.conformance.playing import SILENT, Case, Telling, chosen_of, play
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import LOOPBACK, TRIED_DESK, ThrowAwayHub
from session.core.tasks import Tasks

DESK_CASES: dict[ProtocolLevel, tuple[Case[DeskStage], ...]] = {
    ProtocolLevel.TALK: talk.CASES,
    ProtocolLevel.PAGE: page.CASES,
    ProtocolLevel.PAPERS: papers.CASES,
    ProtocolLevel.HOSTILE: hostile.CASES,
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
    telling: Telling = SILENT,
) -> None:
    """Tries one desk at a hub that runs."""

    def build(tasks: Tasks) -> DeskStage:
        return DeskStage(world, driver, findings=findings, tasks=tasks)

    await play(build, driver, cases=cases, last=talk.LAST, telling=telling)


async def try_desk(
    folder: Path,
    driver: Driver,
    *,
    cases: Collection[Case[DeskStage]],
    patience: float = 1.0,
    address: str = LOOPBACK,
    telling: Telling = SILENT,
) -> list[Finding]:
    """Everything of one run; what was found. Raises `SessionError`: the hub does not start."""
    findings = Findings(patience, rules=DESK_RULES)
    with page_site(address) as pages:
        world = ThrowAwayHub(folder, pages, tried=TRIED_DESK, address=address)
        async with world.running():
            await try_desk_in(world, driver, cases=cases, findings=findings, telling=telling)
    return findings.all()
