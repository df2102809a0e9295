# SPDX-License-Identifier: GPL-3.0-only
"""Verdicts, and how they are reported."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from expert_app.conformance.command import exit_code
from expert_app.conformance.findings import (
    Finding,
    Findings,
    RuleBroken,
    Verdict,
    as_text,
    write_reports,
)
from expert_app.conformance.rules import KIOSK_RULES


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
    assert f"FAIL P-110 {KIOSK_RULES['P-110'].sentence}" in text
    assert "no CallOffered came (docs/protocol.md, “Topics of a session”)" in text
    assert text.endswith("2 kept, 2 broken, 1 untried\nlevel talk: broken (2 rules)")
    junit, json = tmp_path / "junit.xml", tmp_path / "report.json"
    write_reports(findings.all(), junit=junit, json=json)
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "2", "1")
    read = msgspec.json.decode(json.read_bytes(), type=list[Finding])
    assert [one.verdict for one in read].count(Verdict.BROKEN) == 2


def test_what_was_not_tried_is_not_passed() -> None:
    findings = Findings()
    findings.check("P-110", True)
    assert exit_code(findings.all()) == 0
    findings.leave_untried(("P-117",), "nobody pauses")
    assert exit_code(findings.all()) == 3
    assert exit_code(findings.all(), ("P-110",)) == 0
    assert exit_code(findings.all(), ("P-110", "P-117")) == 3
    assert as_text(findings.all()).endswith("level talk: not shown (1 rules not tried)")
    findings.check("P-117", False)
    assert exit_code(findings.all(), ("P-110",)) == 1


def test_a_level_is_kept_when_all_its_rules_are() -> None:
    findings = Findings()
    findings.check("P-110", True)
    assert as_text(findings.all()).endswith("level talk: kept")
