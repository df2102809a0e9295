# SPDX-License-Identifier: GPL-3.0-only
"""The rules that an end is tried against, as `rules.toml` lists them. Used by the stories and the
report; `as_table` is their list in docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec


class ProtocolLevel(StrEnum):
    """The levels of what an end can do; each is tried on its own."""

    TALK = "talk"
    PAGE = "page"
    PAPERS = "papers"
    HOSTILE = "hostile"
    SEALED = "sealed"


class Rule(NamedTuple):
    """One sentence that an end keeps to, and the heading of docs/protocol.md it belongs to."""

    level: ProtocolLevel
    sentence: str
    under: str


_Rows = dict[ProtocolLevel, dict[str, tuple[str, str]]]
_ROWS = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=_Rows)


def _rules_of(letter: str) -> dict[str, Rule]:
    rules = {
        number: Rule(level, sentence, under)
        for level, rows in _ROWS.items()
        for numbers, (under, sentence) in rows.items()
        for number in numbers.split()
        if number.startswith(letter)
    }
    return dict(sorted(rules.items()))


KIOSK_RULES = _rules_of("P")
DESK_RULES = _rules_of("D")


def as_table(rules: Mapping[str, Rule], end: str) -> str:
    """Return the rules of an end as the document lists them."""
    rows = [f"| {number} | {rule.level} | {rule.sentence} |" for number, rule in rules.items()]
    return "\n".join([f"| rule | level | a {end} keeps to it |", "|---|---|---|", *rows]) + "\n"
