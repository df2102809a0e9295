# SPDX-License-Identifier: GPL-3.0-only
"""The example page of the client is a kiosk that keeps to the protocol, in Chromium and in Firefox.

The page has a content security policy that allows scripts of its own origin only, none from text.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.conformance.findings import Finding, Verdict
from expert_app.conformance.rules import RULES, ProtocolLevel
from tests.integration.javascript.browsers import needs

WHOLE = {ProtocolLevel.TALK, ProtocolLevel.PAPERS, ProtocolLevel.HOSTILE}
CALLS = ("P-101", "P-111", "P-112", "P-118")
"""Of the story that Firefox plays: what another engine could do otherwise."""


def tried(browser: str, folder: Path, *words: str) -> dict[str, Finding]:
    """What `expert-app conformance` found of the page in this browser."""
    report = folder / "report.json"
    driver = f"{sys.executable} -m tests.integration.javascript.driver {browser}"
    where = ["--json", str(report), "--folder", str(folder)]
    main(["conformance", "--kiosk", "--driver", driver, *where, *words])
    findings = msgspec.json.decode(report.read_bytes(), type=list[Finding])
    return {one.rule: one for one in findings}


@needs("chromium")
def test_the_page_keeps_every_rule_in_chromium(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    levels = ",".join(level.value for level in WHOLE)
    found = tried("chromium", tmp_path, "--level", levels)
    kept = {rule for rule, one in found.items() if one.verdict is Verdict.KEPT}
    wanted = {number for number, rule in RULES.items() if rule.level in WHOLE}
    assert wanted - kept == set(), capsys.readouterr().out
    assert Verdict.BROKEN not in {one.verdict for one in found.values()}


@pytest.mark.long
@needs("firefox")
def test_the_page_talks_in_firefox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = [word for rule in CALLS for word in ("--rule", rule)]
    found = tried("firefox", tmp_path, *rules)
    assert {found[rule].verdict for rule in CALLS} == {Verdict.KEPT}, capsys.readouterr().out
    assert Verdict.BROKEN not in {one.verdict for one in found.values()}
