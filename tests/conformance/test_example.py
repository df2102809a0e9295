# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk of docs/examples passes the level "talk"; the command says so."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.conformance.findings import Finding, Verdict
from expert_app.conformance.rules import KIOSK_RULES, ProtocolLevel

ROOT = Path(__file__).parents[2]
KIOSK = ROOT / "docs/examples/talk_kiosk.py"


def test_the_example_is_short() -> None:
    lines = KIOSK.read_text("utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 60


def kept(folder: Path, *words: str) -> set[str]:
    """Rules that the example keeps."""
    report, code = folder / "report.json", folder / "code"
    more = ["--driver", f"{sys.executable} {KIOSK}", "--json", str(report)]
    more += ["--folder", str(folder), "--code-file", str(code)]
    assert main(["conformance", "--kiosk", *words, *more]) == 0
    assert code.read_text("ascii").startswith("nats://127.0.0.1:")
    findings = msgspec.json.decode(report.read_bytes(), type=list[Finding])
    return {one.rule for one in findings if one.verdict is Verdict.KEPT}


OF_TALK = {number for number, rule in KIOSK_RULES.items() if rule.level is ProtocolLevel.TALK}
SHUT_OUT = "P-129"
"""It takes more than a minute: the key is away for so long."""


def test_the_example_keeps_every_rule_of_the_level_talk(tmp_path: Path) -> None:
    rules = [word for rule in OF_TALK - {SHUT_OUT} for word in ("--rule", rule)]
    assert kept(tmp_path, "--level", "talk", *rules) == OF_TALK - {SHUT_OUT}


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_example_comes_back_after_it_was_shut_out(tmp_path: Path) -> None:
    assert SHUT_OUT in kept(tmp_path, "--rule", SHUT_OUT)
