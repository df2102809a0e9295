# SPDX-License-Identifier: GPL-3.0-only
"""The lists of rules are the document's, and each rule is tried by some case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from expert_app.conformance.desks.rules import DESK_RULES
from expert_app.conformance.desks.run import DESK_CASES
from expert_app.conformance.desks.talk import LAST as DESK_LAST
from expert_app.conformance.kiosks.run import CASES
from expert_app.conformance.kiosks.talk import LAST
from expert_app.conformance.rules import RULES, ProtocolLevel, as_table

ROOT = Path(__file__).parents[4]

BOTH: list[Any] = [
    pytest.param("kiosk", RULES, CASES, (*LAST.rules, "P-101"), id="kiosk"),
    pytest.param("desk", DESK_RULES, DESK_CASES, (*DESK_LAST.rules, "D-101"), id="desk"),
]


@pytest.mark.parametrize(("end", "rules", "cases", "beside"), BOTH)
def test_the_document_lists_the_rules(end: str, rules: Any, cases: Any, beside: Any) -> None:
    assert as_table(rules, end) in (ROOT / "docs/conformance.md").read_text("utf-8")


@pytest.mark.parametrize(("end", "rules", "cases", "beside"), BOTH)
def test_every_rule_is_under_a_heading_of_the_protocol(
    end: str, rules: Any, cases: Any, beside: Any
) -> None:
    text = (ROOT / "docs/protocol.md").read_text("utf-8")
    headings = {one.replace("*", "") for one in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert {rule.under for rule in rules.values()} - headings == set()


@pytest.mark.parametrize(("end", "rules", "cases", "beside"), BOTH)
def test_every_rule_of_a_level_that_is_played_is_tried(
    end: str, rules: Any, cases: Any, beside: Any
) -> None:
    for level in ProtocolLevel:
        if level in cases:
            tried = {rule for case in cases[level] for rule in case.rules} | {*beside}
            of_level = {number for number, rule in rules.items() if rule.level is level}
            assert of_level - tried == set()
