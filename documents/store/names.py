# SPDX-License-Identifier: GPL-3.0-only
"""The comparison of people's names: accents, capitals, hyphens, apostrophes and the order of
given names do not count, and a slip of the keyboard is a likeness. Used by the store.
"""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.82
"""Two names are alike from this share of common letters on, from 0 to 1."""

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´ʹ′"))
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"}
)
"""Letters that Unicode does not take apart."""


def name_words(name: str) -> list[str]:
    """The words of a name in their plain form, in any script."""
    plain = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold()
    plain = plain.translate(_LETTERS).translate(_APOSTROPHES)
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isalnum() else " " for letter in letters).split()


def search_key(family_name: str, given_names: str = "") -> str:
    """By what a dossier is found: the words of the family name and of the given names, with "|"
    between; only words where it is not known which is which.
    """
    words = " ".join(name_words(family_name))
    if given_names:
        return f"{words}|{' '.join(sorted(name_words(given_names)))}"
    return words


def likeness(asked_family: str, asked_given: str, key: str) -> float:
    """Return how much a `search_key` is like a name: 1.0 the same, from `ALIKE` on similar,
    else 0.0.

    The same: one family name, and no given name that the other has not. Without given names the
    family name alone decides.
    """
    family, given_names = name_words(asked_family), name_words(asked_given)
    known_family, known_given = (part.split() for part in _parts(key))
    if not known_given:  # the parts of the name are not known
        every = {*family, *given_names}
        if every <= set(known_family):
            return 1.0
        return _alike("".join(sorted(every)), "".join(sorted(known_family)))
    same_family = "".join(family) == "".join(known_family)
    if same_family and (
        not given_names
        or set(given_names) <= set(known_given)
        or set(known_given) <= set(given_names)
    ):
        return 1.0
    if same_family:
        by_family = 1.0
    else:
        by_family = _alike("".join(family), "".join(known_family))
    if not by_family and set(family) & set(known_family):
        by_family = ALIKE  # one of two names, as after a marriage
    by_given = max(
        (_alike(name, other) for name in given_names for other in known_given), default=1.0
    )
    if by_family and by_given:
        return min(by_family, by_given, 0.99)
    crossed = _alike(
        "".join(sorted([*family, *given_names])), "".join(sorted([*known_family, *known_given]))
    )
    return min(crossed, 0.99)  # family and given names in each other's place


def _parts(key: str) -> tuple[str, str]:
    family, _, given_names = key.partition("|")
    return family, given_names


def _alike(name: str, other: str) -> float:
    if not name or not other:
        return 0.0
    ratio = SequenceMatcher(None, name, other, autojunk=False).ratio()
    if ratio >= ALIKE:
        return ratio
    return 0.0
