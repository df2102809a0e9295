# SPDX-License-Identifier: GPL-3.0-only
"""The desk, the whole program with its window, keeps the rules of a desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.conformance.findings import Verdict
from expert_app.conformance.run import DESK, try_end
from tests.conformance.desk_program import DeskProgram

pytestmark = pytest.mark.long


@pytest.mark.timeout(900)
async def test_the_desk_program_keeps_every_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    folder = tmp_path / "desk"
    folder.mkdir()
    desk = DeskProgram(folder)
    try:
        findings = await try_end(DESK, tmp_path, desk, cases=DESK.chosen(), patience=2.0)
    finally:
        await desk.close()
    wrong = {one.rule: one.seen for one in findings if one.verdict is not Verdict.KEPT}
    assert wrong == {}
