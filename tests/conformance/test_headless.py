# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's session layer, without a window, keeps every rule of every level."""

from __future__ import annotations

from pathlib import Path

from expert_app.conformance.findings import Verdict
from expert_app.conformance.rules import RULES
from expert_app.conformance.run import CASES, chosen, try_kiosk
from tests.conformance.headless_kiosk import HeadlessKiosk

SLOW = {"P-104", "P-124", "P-128", "P-211"}
"""Tried at the example kiosk, and at the whole program."""


async def test_the_kiosk_keeps_every_rule(tmp_path: Path) -> None:
    cases = [case for case in chosen(CASES) if not case.slow]
    findings = await try_kiosk(tmp_path, HeadlessKiosk(tmp_path / "kiosk"), cases=cases)
    assert [one for one in findings if one.verdict is not Verdict.KEPT] == []
    tried = {one.rule for one in findings}
    played = {number for number, rule in RULES.items() if rule.level in CASES}
    assert played - tried == SLOW
