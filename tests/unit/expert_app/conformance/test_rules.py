# SPDX-License-Identifier: GPL-3.0-only
"""The list of rules is the document's, and each rule is tried by some case."""

from __future__ import annotations

from pathlib import Path

from expert_app.conformance.rules import RULES, KioskLevel, as_table
from expert_app.conformance.run import CASES
from expert_app.conformance.talk import LAST

ROOT = Path(__file__).parents[4]


def test_the_document_lists_the_rules() -> None:
    assert as_table() in (ROOT / "docs/conformance.md").read_text("utf-8")


def test_every_rule_of_a_level_that_is_played_is_tried() -> None:
    for level in KioskLevel:
        if level in CASES:
            tried = {rule for case in CASES[level] for rule in case.rules} | {*LAST.rules, "P-101"}
            of_level = {number for number, rule in RULES.items() if rule.level is level}
            assert of_level - tried == set()
