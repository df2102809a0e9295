# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk of docs/examples passes the level "talk"; the command says so."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.conformance.findings import Finding, Verdict
from expert_app.conformance.rules import RULES, ProtocolLevel

ROOT = Path(__file__).parents[2]
KIOSK = ROOT / "docs/examples/talk_kiosk.py"


def test_the_example_is_short() -> None:
    lines = KIOSK.read_text("utf-8").partition("CLOCK, TASKS")[2].splitlines()
    assert len([line for line in lines if line.strip()]) <= 70


def test_the_example_keeps_every_rule_of_the_level_talk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, code = tmp_path / "report.json", tmp_path / "code"
    words = ["--level", "talk", "--driver", f"{sys.executable} {KIOSK}", "--json", str(report)]
    words += ["--folder", str(tmp_path), "--code-file", str(code)]
    assert main(["conformance", "--kiosk", *words]) == 0, capsys.readouterr().out
    findings = msgspec.json.decode(report.read_bytes(), type=list[Finding])
    kept = {one.rule for one in findings if one.verdict is Verdict.KEPT}
    assert kept == {number for number, rule in RULES.items() if rule.level is ProtocolLevel.TALK}
    assert code.read_text("ascii").startswith("nats://127.0.0.1:")
