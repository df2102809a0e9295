# SPDX-License-Identifier: GPL-3.0-only
"""Each wrong desk fails by the rule that it breaks and by no other; the slow stories, which no
wrong desk plays, are kept by the right one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from expert_app.conformance.findings import Findings, Verdict
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.run import DESK, try_at, try_end
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.hub.access.identities import Identity
from tests.conformance.desk_mutants import DESK_MUTANTS
from tests.conformance.headless_desk import HeadlessDesk

pytestmark = pytest.mark.long

HUBS = 4
"""They mostly wait, so several are tried at once, each at a hub of its own."""

PATIENCE = 1.0
"""Several run at once: half would do when the machine has nothing else to do."""

LAST = {"D-105", "D-106", "D-107"}
"""Found after any story."""


async def tried(world: ThrowAwayHub, folder: Path, wrong: str) -> list[str]:
    """Rules that a wrong desk breaks until the first story ends."""
    rule, desk = DESK_MUTANTS[wrong]
    cases = DESK.chosen(rules=["D-110" if rule in LAST else rule])
    findings = Findings(PATIENCE, ends_at_first=True, rules=DESK.rules)
    folder.mkdir()
    await try_at(DESK, world, desk(folder), cases=cases[:1], findings=findings)
    return findings.broken


def identity(wrong: str) -> Identity:
    """As whom a wrong desk is tried."""
    of_vault = DESK.rules[DESK_MUTANTS[wrong][0]].level is ProtocolLevel.SEALED
    return DESK.sealed_identity if of_vault else DESK.identity


async def worker(folder: Path, left: list[str], found: dict[str, list[str]]) -> None:
    """Tries what is left, one after the other, at one hub; at another one after a desk that has
    left its agent busy.
    """
    folder.mkdir()
    with page_site() as pages:
        while left:
            fresh = folder / f"hub{len(left)}"
            fresh.mkdir()
            tried_as = identity(left[-1])
            async with ThrowAwayHub(fresh, pages, tried=tried_as).running() as world:
                busy = False
                while left and not busy and identity(left[-1]) == tried_as:
                    wrong = left.pop()
                    found[wrong] = await tried(world, folder / str(len(left)), wrong)
                    busy = DESK_MUTANTS[wrong][0] == "D-120"


@pytest.mark.timeout(400)
async def test_every_wrong_desk_fails_by_the_rule_that_it_breaks(tmp_path: Path) -> None:
    left, found = [*DESK_MUTANTS], dict[str, list[str]]()
    async with asyncio.TaskGroup() as side_by_side:
        for n in range(HUBS):
            side_by_side.create_task(worker(tmp_path / f"hub{n}", left, found))
    wanted = {wrong: {rule} for wrong, (rule, _desk) in DESK_MUTANTS.items()}
    # what the hub or our kiosk refuses is wrong in itself, too
    others = {wrong: {*broken} - ({"D-107"} - wanted[wrong]) for wrong, broken in found.items()}
    unlike = {wrong: broken for wrong, broken in others.items() if broken != wanted[wrong]}
    assert not unlike, "\n".join(f"{wrong}: {broken}" for wrong, broken in unlike.items())
    assert len(found) >= 40
    assert {DESK.rules[rule].level for rule, _desk in DESK_MUTANTS.values()} == {*DESK.cases}


@pytest.mark.timeout(400)
async def test_the_desk_goes_on_after_a_restart_and_a_cut(tmp_path: Path) -> None:
    cases = [case for case in DESK.chosen() if case.slow]
    folder = tmp_path / "desk"
    folder.mkdir()
    findings = await try_end(DESK, tmp_path, HeadlessDesk(folder), cases=cases)
    assert [one for one in findings if one.verdict is Verdict.BROKEN] == []
    kept = {one.rule for one in findings if one.verdict is Verdict.KEPT}
    assert kept >= {"D-124", "D-128", "D-129"}
