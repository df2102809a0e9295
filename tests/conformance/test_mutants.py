# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's session layer keeps every rule; each wrong kiosk that is made of it fails, by the
rule that it breaks and by no other.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from expert_app.conformance.findings import Finding, Findings, Verdict
from expert_app.conformance.run import KIOSK, try_at, try_end
from expert_app.conformance.site import page_site
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from tests.conformance.headless_kiosk import HeadlessKiosk
from tests.conformance.mutants import MUTANTS, BriefPowers

pytestmark = pytest.mark.long

HUBS = 6
"""They mostly wait, so several are tried at once, each at a hub of its own."""

PATIENCE = 0.5
"""What is not said within seconds here is never said."""

LAST = {"P-105", "P-106", "P-107"}
"""Found after any story."""


async def tried(world: ThrowAwayHub, folder: Path, wrong: str) -> list[str]:
    """Rules that a wrong kiosk breaks until the first story ends."""
    rule, kiosk = MUTANTS[wrong]
    cases = KIOSK.chosen(rules=["P-122" if rule in LAST else rule])
    findings = Findings(PATIENCE, ends_at_first=True)
    folder.mkdir()
    await try_at(KIOSK, world, kiosk(folder), cases=cases[:1], findings=findings)
    return findings.broken


async def worker(folder: Path, left: list[str], found: dict[str, list[str]]) -> None:
    """Tries what is left, one after the other, at one hub."""
    folder.mkdir()
    with page_site() as pages:
        async with ThrowAwayHub(folder, pages).running() as world:
            while left:
                wrong = left.pop()
                found[wrong] = await tried(world, folder / str(len(left)), wrong)


async def control(folder: Path) -> list[Finding]:
    """What is found of the kiosk of which the wrong ones are made."""
    folder.mkdir()
    cases = [case for case in KIOSK.chosen() if not case.slow]
    return await try_end(KIOSK, folder, HeadlessKiosk(folder / "kiosk"), cases=cases)


PUNCTUAL = KIOSK.chosen(rules=["P-219"])


async def test_a_kiosk_whose_powers_end_at_their_time_keeps_the_rule(tmp_path: Path) -> None:
    found = await try_end(KIOSK, tmp_path, BriefPowers(tmp_path / "kiosk"), cases=PUNCTUAL)
    assert {one.verdict for one in found} == {Verdict.KEPT}
    assert "P-219" in {one.rule for one in found}


@pytest.mark.timeout(400)
async def test_every_wrong_kiosk_fails_by_the_rule_that_it_breaks(tmp_path: Path) -> None:
    left, found = [*MUTANTS], dict[str, list[str]]()
    async with asyncio.TaskGroup() as side_by_side:
        controlled = side_by_side.create_task(control(tmp_path / "control"))
        for n in range(HUBS):
            side_by_side.create_task(worker(tmp_path / f"hub{n}", left, found))
    right = controlled.result()
    assert [one for one in right if one.verdict is not Verdict.KEPT] == []
    tried_at_all = {one.rule for one in right} | {rule for rule, _kiosk in MUTANTS.values()}
    assert KIOSK.rules.keys() - tried_at_all == {
        "P-124",
        "P-128",
        "P-129",
    }  # slow: tried at the example kiosk
    wanted = {wrong: {rule} for wrong, (rule, _kiosk) in MUTANTS.items()}
    # what the hub refuses is wrong in itself, too
    others = {wrong: {*broken} - ({"P-107"} - wanted[wrong]) for wrong, broken in found.items()}
    assert {wrong: broken for wrong, broken in others.items() if broken != wanted[wrong]} == {}
    assert len(found) >= 25
    assert {KIOSK.rules[rule].level for rule, _kiosk in MUTANTS.values()} == {*KIOSK.cases}
