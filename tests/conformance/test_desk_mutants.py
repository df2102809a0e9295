# SPDX-License-Identifier: GPL-3.0-only
"""Each wrong desk fails by the rule that it breaks and by no other; the slow stories, which no
wrong desk plays, are kept by the right one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.conformance.findings import Verdict
from expert_app.conformance.run import DESK, try_end
from tests.conformance.desk_mutants import DESKS
from tests.conformance.headless_desk import HeadlessDesk
from tests.conformance.trials import Trials

pytestmark = pytest.mark.long

PATIENCE = 1.0
"""Several run at once: half would do when the machine has nothing else to do."""


@pytest.mark.timeout(400)
async def test_every_wrong_desk_fails_by_the_rule_that_it_breaks(tmp_path: Path) -> None:
    trials = Trials(
        end=DESK,
        wrong_ends=DESKS,
        hubs=4,
        patience=PATIENCE,
        any_story="D-110",
        busy_after="D-120",
    )
    unlike = await trials.run(tmp_path)
    assert not unlike, "\n".join(f"{wrong}: {broken}" for wrong, broken in unlike.items())
    assert len(trials.broken) >= 40
    assert {DESK.rules[rule].level for rule, _desk in DESKS.all.values()} == {*DESK.cases}


@pytest.mark.timeout(400)
async def test_the_desk_goes_on_after_a_restart_and_a_cut(tmp_path: Path) -> None:
    cases = [case for case in DESK.chosen() if case.slow]
    folder = tmp_path / "desk"
    folder.mkdir()
    findings = await try_end(DESK, tmp_path, HeadlessDesk(folder), cases=cases)
    assert [one for one in findings if one.verdict is Verdict.BROKEN] == []
    kept = {one.rule for one in findings if one.verdict is Verdict.KEPT}
    assert kept >= {"D-124", "D-128", "D-129"}
