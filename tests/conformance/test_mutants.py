# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's session layer keeps every rule; each wrong kiosk that is made of it fails, by the
rule that it breaks and by no other.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from expert_app.conformance.findings import Finding, Verdict
from expert_app.conformance.run import KIOSK, try_end
from tests.conformance.headless_kiosk import HeadlessKiosk
from tests.conformance.mutants import KIOSKS, BriefPowers
from tests.conformance.trials import Trials

pytestmark = pytest.mark.long

PATIENCE = 0.5
"""What is not said within seconds here is never said."""

PUNCTUAL = KIOSK.chosen(rules=["P-219"])


async def control(folder: Path) -> list[Finding]:
    """What is found of the kiosk of which the wrong ones are made."""
    folder.mkdir()
    cases = [case for case in KIOSK.chosen() if not case.slow]
    return await try_end(KIOSK, folder, HeadlessKiosk(folder / "kiosk"), cases=cases)


async def test_a_kiosk_whose_powers_end_at_their_time_keeps_the_rule(tmp_path: Path) -> None:
    found = await try_end(KIOSK, tmp_path, BriefPowers(tmp_path / "kiosk"), cases=PUNCTUAL)
    assert {one.verdict for one in found} == {Verdict.KEPT}
    assert "P-219" in {one.rule for one in found}


@pytest.mark.timeout(400)
async def test_every_wrong_kiosk_fails_by_the_rule_that_it_breaks(tmp_path: Path) -> None:
    trials = Trials(end=KIOSK, wrong_ends=KIOSKS, hubs=6, patience=PATIENCE, any_story="P-122")
    async with asyncio.TaskGroup() as side_by_side:
        controlled = side_by_side.create_task(control(tmp_path / "control"))
        unlike = side_by_side.create_task(trials.run(tmp_path))
    right = controlled.result()
    assert [one for one in right if one.verdict is not Verdict.KEPT] == []
    tried_at_all = {one.rule for one in right} | {rule for rule, _kiosk in KIOSKS.all.values()}
    # slow: tried at the example kiosk
    assert KIOSK.rules.keys() - tried_at_all == {"P-124", "P-128", "P-129"}
    assert unlike.result() == {}
    assert len(trials.broken) >= 25
    assert {KIOSK.rules[rule].level for rule, _kiosk in KIOSKS.all.values()} == {*KIOSK.cases}
