# SPDX-License-Identifier: GPL-3.0-only
"""Every code of /healthz has a sentence for the operator, and the same row in the documentation."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from expert_app.register.words import AWAY
from session.protocol.hub.site import HubTrouble
from views.words.troubles import known_troubles, part_words, trouble_sentence

ROOT = Path(__file__).parents[4]


def test_the_operators_page_lists_the_same_codes() -> None:
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| (?:oui|non) \|", text, re.MULTILINE)
    assert set(rows) == known_troubles()


@pytest.mark.parametrize("code", sorted(known_troubles()))
def test_each_says_something_whole_also_without_its_values(code: str) -> None:
    words = trouble_sentence(HubTrouble(code=code))
    assert words.endswith(".")
    assert not [name for _, name, _, _ in string.Formatter().parse(words) if name]


def test_a_newer_hubs_code_is_shown_as_it_is() -> None:
    trouble = HubTrouble(code="never_heard_of", detail={"days": 3})
    assert trouble_sentence(trouble) == "never_heard_of, days: 3"


def test_a_part_of_the_store_has_a_name_for_people() -> None:
    assert part_words("LOGS_caf") == "the journals of caf"
    assert part_words("tickets") == "requests and callers"
    assert part_words("KV_new") == "KV_new"


@pytest.mark.parametrize("why", AWAY)
def test_why_a_register_is_away_is_no_code(why: str) -> None:
    said = trouble_sentence(
        HubTrouble(code="register_away", detail={"organisation": "caf", "why": why})
    )
    assert f"({why})" not in said
    assert "caf" in said
