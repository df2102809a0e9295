# SPDX-License-Identifier: GPL-3.0-only
"""The desk's session layer keeps every rule of a desk; the command says so."""

from __future__ import annotations

from pathlib import Path

from expert_app.conformance.desks.rules import DESK_RULES
from expert_app.conformance.desks.run import DESK_CASES, chosen_for_desk, try_desk
from expert_app.conformance.findings import Verdict
from tests.conformance.headless_desk import HeadlessDesk


async def test_the_desk_keeps_every_rule(tmp_path: Path) -> None:
    cases = [case for case in chosen_for_desk(DESK_CASES) if not case.slow]
    findings = await try_desk(tmp_path, HeadlessDesk(tmp_path / "desk"), cases=cases)
    assert [one for one in findings if one.verdict is not Verdict.KEPT] == []
    of_levels = {number for number, rule in DESK_RULES.items() if rule.level in DESK_CASES}
    assert of_levels - {one.rule for one in findings} == {"D-124", "D-128", "D-129"}  # slow
