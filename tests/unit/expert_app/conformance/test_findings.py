# SPDX-License-Identifier: GPL-3.0-only
"""Verdicts, and how they are reported."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from expert_app.conformance.findings import (
    Finding,
    Findings,
    RuleBroken,
    Verdict,
    as_text,
    write_reports,
)
from expert_app.conformance.rules import RULES


async def test_a_rule_that_was_broken_once_stays_broken(tmp_path: Path) -> None:
    findings = Findings()
    findings.check("P-110", False, "no CallOffered came")
    findings.check("P-110", True)
    findings.check("P-111", True)
    findings.leave_untried(("P-111", "P-112"), "there is no camera")
    await findings.eventually("P-113", lambda: True, within_s=1, otherwise="never")
    with pytest.raises(RuleBroken):
        findings.demand("P-114", False)
    assert findings.broken == ["P-110", "P-114"]
    text = as_text(findings.all())
    assert f"FAIL P-110 {RULES['P-110'].sentence}" in text
    assert "no CallOffered came (docs/protocol.md, “Topics of a session”)" in text
    assert text.endswith("2 kept, 2 broken, 1 untried")
    junit, json = tmp_path / "junit.xml", tmp_path / "report.json"
    write_reports(findings.all(), junit=junit, json=json)
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "2", "1")
    read = msgspec.json.decode(json.read_bytes(), type=list[Finding])
    assert [one.verdict for one in read].count(Verdict.BROKEN) == 2
