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
from expert_app.conformance.rules import KIOSK_RULES, ProtocolLevel
from tests.integration.javascript.browsers import needs

WHOLE = {
    ProtocolLevel.TALK,
    ProtocolLevel.PAPERS,
    ProtocolLevel.HOSTILE,
    ProtocolLevel.SEALED,
}
SHUT_OUT = "P-129"
"""It takes more than a minute: the key is away for so long."""

IMPOSTOR = "P-133"
"""A browser looks at certificates by itself, and takes no authority from a page."""

OF_WHOLE = {number for number, rule in KIOSK_RULES.items() if rule.level in WHOLE}


def tried(browser: str, folder: Path, *words: str) -> dict[str, Finding]:
    """What `expert-app conformance` found of the page in this browser."""
    report = folder / "report.json"
    driver = f"{sys.executable} -m tests.integration.javascript.driver {browser}"
    where = ["--json", str(report), "--folder", str(folder)]
    main(["conformance", "--kiosk", "--driver", driver, *where, *words])
    findings = msgspec.json.decode(report.read_bytes(), type=list[Finding])
    return {one.rule: one for one in findings}


def check(browser: str, folder: Path, rules: set[str]) -> None:
    """The page keeps these rules, and breaks none."""
    words = [word for rule in sorted(rules) for word in ("--rule", rule)]
    found = tried(browser, folder, *words)
    wrong = {rule: one.seen for rule, one in found.items() if one.verdict is Verdict.BROKEN}
    assert wrong == {}
    kept = {rule for rule, one in found.items() if one.verdict is Verdict.KEPT}
    assert rules - kept == set()


@needs("chromium")
def test_the_page_keeps_every_rule_in_chromium(tmp_path: Path) -> None:
    check("chromium", tmp_path, OF_WHOLE - {SHUT_OUT, IMPOSTOR})


@pytest.mark.long
@pytest.mark.timeout(300)
@needs("chromium")
def test_the_page_comes_back_after_it_was_shut_out(tmp_path: Path) -> None:
    check("chromium", tmp_path, {SHUT_OUT})


@pytest.mark.long
@pytest.mark.timeout(300)
@needs("firefox")
def test_the_page_keeps_every_rule_in_firefox(tmp_path: Path) -> None:
    check("firefox", tmp_path, OF_WHOLE - {SHUT_OUT, IMPOSTOR})
