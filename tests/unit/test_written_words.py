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
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "resources" / "locale"
STRAIGHT = re.compile(r"[A-Za-zÀ-ÿœ]'[A-Za-zÀ-ÿœ]")
LOOSE = re.compile(r"\S (?:[:;?!](?:\s|$)|»)|« \S")
SENTENCE = re.compile(r"[.?!]\s+|\n")
MOST_WORDS = {"fr": 20, "fr_easy": 12}
"""Words of any sentence at the kiosk."""
USUAL_WORDS = {"fr": 10, "fr_easy": 9}
"""Words of a usual one: nine in ten have no more."""
MOST_LIX = {"fr": 30.5, "fr_easy": 28.0}
"""Björnsson's measure: words of a sentence, and how many in a hundred words have more than six
letters. Below 30 a text is for children, below 40 it is a story.
"""
COUNTED = re.compile(r"s\s?: \{(?:count|pages)\}\.?$")
COUNTERS = 10
"""Texts that still put a number behind a colon; the count may only fall."""


def catalogue(language: str) -> Catalog:
    domain = "expert_app" if language == "fr" else "kiosk"
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file)


def texts(language: str, *, only_kiosk: bool) -> Iterator[str]:
    """Return every text in a language; `only_kiosk`: what a caller sees, which alone is in easy
    French.
    """
    for_callers = {str(message.id) for message in catalogue("fr_easy")}
    for message in catalogue(language):
        if message.id and (not only_kiosk or str(message.id) in for_callers):
            said = message.string or ""
            yield from (said,) if isinstance(said, str) else said


def words_of(text: str) -> list[list[str]]:
    """Return the words of each sentence; one of a word or two is a label."""
    found = [
        [word for word in part.split() if any(map(str.isalnum, word))]
        for part in SENTENCE.split(text)
    ]
    return [sentence for sentence in found if len(sentence) > 2]


@pytest.mark.parametrize("language", ["fr", "fr_easy"])
def test_apostrophes_are_curly_and_no_sign_begins_a_line(language: str) -> None:
    parts = [re.sub("`[^`]*`", "x", text) for text in texts(language, only_kiosk=False)]
    assert [text for text in parts if STRAIGHT.search(text)] == []
    assert [text for text in parts if LOOSE.search(text)] == []


@pytest.mark.parametrize("language", ["fr", "fr_easy"])
def test_what_a_caller_reads_is_short(language: str) -> None:
    sentences = [words for text in texts(language, only_kiosk=True) for words in words_of(text)]
    long = [" ".join(words) for words in sentences if len(words) > MOST_WORDS[language]]
    assert long == []
    lengths = [len(words) for words in sentences]
    assert statistics.quantiles(lengths, n=10)[-1] <= USUAL_WORDS[language]
    letters = [sum(map(str.isalnum, word)) for words in sentences for word in words]
    long_words = 100 * sum(count > 6 for count in letters) / len(letters)
    assert statistics.mean(lengths) + long_words <= MOST_LIX[language]


def test_a_number_stands_before_what_it_counts() -> None:
    counters = [text for text in texts("fr", only_kiosk=False) if COUNTED.search(text)]
    assert len(counters) <= COUNTERS, counters
