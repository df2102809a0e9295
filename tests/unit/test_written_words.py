# SPDX-License-Identifier: GPL-3.0-only
"""The French of the screens, by the rules of docs/mots.md that can be counted: typography, and the
length of what a caller reads.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "resources" / "locale"
SCREENS = ("views/", "expert_app/desk/", "expert_app/kiosk/", "expert_app/board/")
STRAIGHT = re.compile(r"[A-Za-zÀ-ÿœ]'[A-Za-zÀ-ÿœ]")
LOOSE = re.compile(r"\S (?:[:;?!](?:\s|$)|»)|« \S")
SENTENCE = re.compile(r"[.?!]\s+|\n")
MOST_WORDS = {"fr": 12, "fr_easy": 10}
"""Words of a usual sentence at the kiosk: nine in ten have no more."""


def texts(language: str, *, only_kiosk: bool) -> Iterator[str]:
    domain = "expert_app" if language == "fr" else "kiosk"
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        places = [name for name, _line in message.locations]
        wanted = ("views/kiosk/", "views/words/consent.py") if only_kiosk else SCREENS
        if message.id and places and all(place.startswith(wanted) for place in places):
            said = message.string or ""
            yield from (said,) if isinstance(said, str) else said


@pytest.mark.parametrize("language", ["fr", "fr_easy"])
def test_apostrophes_are_curly_and_no_sign_begins_a_line(language: str) -> None:
    parts = [re.sub("`[^`]*`", "x", text) for text in texts(language, only_kiosk=False)]
    assert [text for text in parts if STRAIGHT.search(text)] == []
    assert [text for text in parts if LOOSE.search(text)] == []


@pytest.mark.parametrize("language", ["fr", "fr_easy"])
def test_what_a_caller_reads_is_short(language: str) -> None:
    sentences = [
        sentence
        for text in texts(language, only_kiosk=True)
        for sentence in SENTENCE.split(text)
        if len(sentence.split()) > 2
    ]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert statistics.quantiles(lengths, n=10)[-1] <= MOST_WORDS[language]
