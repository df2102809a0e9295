# SPDX-License-Identifier: GPL-3.0-only
"""The reference kiosk, the whole program with its window, browser and devices, keeps the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.conformance.findings import Verdict
from expert_app.conformance.kiosks.run import CASES, chosen, try_kiosk
from tests.conformance.kiosk_program import KioskProgram

pytestmark = pytest.mark.long

SLOW = {"P-104", "P-124", "P-128", "P-129", "P-211"}
"""Tried at the example kiosk, and by the unit tests of consent."""

NO_BUTTON = {"P-122"}
"""This kiosk's agent ends the conversation; its caller just goes."""


@pytest.mark.timeout(400)
async def test_the_reference_kiosk_keeps_every_rule(tmp_path: Path) -> None:
    cases = [case for case in chosen(CASES) if not case.slow]
    folder = tmp_path / "kiosk"
    folder.mkdir()
    kiosk = KioskProgram(folder)
    try:
        findings = await try_kiosk(tmp_path, kiosk, cases=cases, patience=2.0)
    finally:
        await kiosk.close()
    assert [one for one in findings if one.verdict is Verdict.BROKEN] == []
    assert {one.rule for one in findings if one.verdict is Verdict.UNTRIED} == NO_BUTTON
    assert SLOW & {one.rule for one in findings} == set()
