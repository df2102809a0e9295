# SPDX-License-Identifier: GPL-3.0-only
"""The lists of rules are the document's, and each rule is tried by some case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from expert_app.conformance.conversation import last_case
from expert_app.conformance.rules import as_table
from expert_app.conformance.run import DESK, KIOSK

ROOT = Path(__file__).parents[4]

BOTH = pytest.mark.parametrize(
    ("name", "end", "letter"),
    [pytest.param("kiosk", KIOSK, "P", id="kiosk"), pytest.param("desk", DESK, "D", id="desk")],
)


@BOTH
def test_the_document_lists_the_rules(name: str, end: Any, letter: str) -> None:
    assert as_table(end.rules, name) in (ROOT / "docs/conformance.md").read_text("utf-8")


@BOTH
def test_every_rule_is_under_a_heading_of_the_protocol(name: str, end: Any, letter: str) -> None:
    text = (ROOT / "docs/protocol.md").read_text("utf-8")
    headings = {one.replace("*", "") for one in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert {rule.under for rule in end.rules.values()} - headings == set()


@BOTH
def test_every_rule_of_a_level_that_is_played_is_tried(name: str, end: Any, letter: str) -> None:
    beside = {f"{letter}-101", *last_case(letter).rules}
    tried = {rule for cases in end.cases.values() for case in cases for rule in case.rules}
    assert end.rules.keys() - tried - beside == set()
