# SPDX-License-Identifier: GPL-3.0-only
"""The desk's session layer keeps every rule of a desk; the command says so."""

from __future__ import annotations

from pathlib import Path

from expert_app.conformance.findings import Verdict
from expert_app.conformance.run import DESK, try_end
from tests.conformance.headless_desk import HeadlessDesk


async def test_the_desk_keeps_every_rule(tmp_path: Path) -> None:
    cases = [case for case in DESK.chosen() if not case.slow]
    findings = await try_end(DESK, tmp_path, HeadlessDesk(tmp_path / "desk"), cases=cases)
    assert [one for one in findings if one.verdict is not Verdict.KEPT] == []
    assert DESK.rules.keys() - {one.rule for one in findings} == {"D-124", "D-128", "D-129"}  # slow
