# SPDX-License-Identifier: GPL-3.0-only
"""The reference kiosk, the whole program with its window, browser and devices, keeps the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.conformance.findings import Finding, Verdict
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.run import KIOSK, try_end
from expert_app.conformance.stage import Case
from tests.conformance.kiosk_program import KioskProgram

SLOW = {"P-104", "P-124", "P-128", "P-129", "P-211", "P-219"}
"""Tried at the example kiosk, and by the unit tests of consent."""

NO_BUTTON = {"P-122"}
"""This kiosk's agent ends the conversation; its caller just goes."""


async def tried(tmp_path: Path, cases: list[Case[KioskStage]]) -> list[Finding]:
    """What is found of the program in these stories."""
    folder = tmp_path / "kiosk"
    folder.mkdir()
    kiosk = KioskProgram(folder)
    try:
        return await try_end(KIOSK, tmp_path, kiosk, cases=cases, patience=2.0)
    finally:
        await kiosk.close()


async def test_the_reference_kiosk_keeps_the_rules_of_a_conversation(tmp_path: Path) -> None:
    findings = await tried(tmp_path, KIOSK.chosen(rules=["P-110"]))
    assert {one.rule: one.seen for one in findings if one.verdict is not Verdict.KEPT} == {}
    assert {"P-110", "P-120", "P-130"} <= {one.rule for one in findings}


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_the_reference_kiosk_keeps_every_rule(tmp_path: Path) -> None:
    findings = await tried(tmp_path, [case for case in KIOSK.chosen() if not case.slow])
    assert {one.rule: one.seen for one in findings if one.verdict is Verdict.BROKEN} == {}
    assert {one.rule for one in findings if one.verdict is Verdict.UNTRIED} == NO_BUTTON
    assert SLOW & {one.rule for one in findings} == set()
