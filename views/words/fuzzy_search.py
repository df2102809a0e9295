# SPDX-License-Identifier: GPL-3.0-only
"""Finds texts by words that a person types in a hurry: accents and case do not count, words may be
begun only, and a slip of the finger is forgiven. Used by the command palette and by lists.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})
_LETTERS_FOR_SLIPS = 4
"""A shorter word is not searched with slips: everything would fit. The first letter is right, or
the second of two that were swapped.
"""
_LEAST_ALIKE = 0.7
_WHOLE, _BEGUN, _INSIDE, _WITH_SLIPS = 1.0, 0.9, 0.6, 0.5
_IN_TITLE, _NOTHING_ELSE = 0.2, 0.05


def plain(text: str) -> str:
    """Text without accents and case: "Pièce d'Identité" becomes "piece d'identite"."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


class Searched:
    """A text made ready once, because it is compared at each key.

    Args:
        title: what is shown.
        more: other words by which it is found; they count a little less.
    """

    def __init__(self, title: str, more: str = "") -> None:
        self._title = _words_of(title)
        self._all = (*self._title, *_words_of(more))

    def score(self, query_words: Sequence[str]) -> float:
        """Return how well all wanted words fit, 0 to 1.25;
        0 when one of them does not fit at all.
        """
        total = 0.0
        for word in query_words:
            here = max((_fit(word, candidate) for candidate in self._all), default=0.0)
            if not here:
                return 0.0
            in_title = any(_fit(word, candidate) >= here for candidate in self._title)
            total += here + (_IN_TITLE if in_title else 0.0)
        coverage = min(1.0, len(query_words) / max(1, len(self._title)))
        return total / max(1, len(query_words)) + _NOTHING_ELSE * coverage


def words_wanted(typed: str) -> tuple[str, ...]:
    """The words of what a person typed."""
    return _words_of(typed)


def _words_of(text: str) -> tuple[str, ...]:
    spread = "".join(letter if letter.isalnum() else " " for letter in plain(text))
    return tuple(spread.split())


def _fit(query_word: str, word: str) -> float:
    if word == query_word:
        return _WHOLE
    if word.startswith(query_word):
        return _BEGUN
    if len(query_word) > 1 and query_word in word:
        return _INSIDE
    if len(query_word) < _LETTERS_FOR_SLIPS or query_word[0] not in word[:2]:
        return 0.0
    from rapidfuzz.distance import OSA  # a window opens earlier without it

    # the word may be begun only: as many letters as were typed, or one more or less
    beginnings = {word, *(word[: len(query_word) + step] for step in (-1, 0, 1))}
    alike = max(OSA.normalized_similarity(query_word, beginning) for beginning in beginnings)
    if alike >= _LEAST_ALIKE:
        return _WITH_SLIPS * alike
    return 0.0
