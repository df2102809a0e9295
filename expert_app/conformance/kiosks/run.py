# SPDX-License-Identifier: GPL-3.0-only
"""One run with a kiosk: the hub, the cases, the findings. Used by `command`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from expert_app.conformance.driver import Driver
from expert_app.conformance.findings import Finding, Findings
from expert_app.conformance.kiosks import hostile, page, papers, sealed, shown_document, talk
from expert_app.conformance.kiosks.stage import Stage
from expert_app.conformance.playing import SILENT, Case, PlayListener, chosen_of, play
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import LOOPBACK, ThrowAwayHub
from session.core.tasks import Tasks

CASES: dict[ProtocolLevel, tuple[Case[Stage], ...]] = {
    ProtocolLevel.TALK: talk.CASES,
    ProtocolLevel.PAGE: page.CASES,
    ProtocolLevel.PAPERS: (*papers.CASES, *shown_document.CASES),
    ProtocolLevel.HOSTILE: hostile.CASES,
    ProtocolLevel.SEALED: sealed.CASES,
}


def chosen(levels: Collection[ProtocolLevel], rules: Collection[str] = ()) -> list[Case[Stage]]:
    """The cases of these levels; with `rules`, those that try one of them."""
    return chosen_of(CASES, levels, rules)


async def try_in(
    world: ThrowAwayHub,
    driver: Driver,
    *,
    cases: Collection[Case[Stage]],
    findings: Findings,
    listener: PlayListener = SILENT,
) -> None:
    """Tries one kiosk at a hub that runs."""

    def build(tasks: Tasks) -> Stage:
        return Stage(world, driver, findings=findings, tasks=tasks)

    await play(build, driver, cases=cases, last=talk.LAST, listener=listener)


async def try_kiosk(
    folder: Path,
    driver: Driver,
    *,
    cases: Collection[Case[Stage]],
    patience: float = 1.0,
    address: str = LOOPBACK,
    listener: PlayListener = SILENT,
) -> list[Finding]:
    """Everything of one run; what was found. Raises `SessionError`: the hub does not start."""
    findings = Findings(patience)
    with page_site(address) as pages:
        async with ThrowAwayHub(folder, pages, address=address).running() as world:
            await try_in(world, driver, cases=cases, findings=findings, listener=listener)
    return findings.all()
