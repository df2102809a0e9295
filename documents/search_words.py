# SPDX-License-Identifier: GPL-3.0-only
"""Texts as they are searched: without accents, capitals and punctuation.
Used by the store's index.
"""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 12
MAX_TEXT = 200_000

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_WORD = re.compile(r"[a-z0-9]+")


def folded(text: str) -> str:
    """Words in small letters without accents, one space between;
    at most `MAX_TEXT` characters are looked at.
    """
    apart = unicodedata.normalize("NFKD", text[:MAX_TEXT].translate(_LIGATURES)).lower()
    return " ".join(
        _WORD.findall("".join(letter for letter in apart if not unicodedata.combining(letter)))
    )


def asked(text: str) -> list[str]:
    """The words of a question, at most `MAX_WORDS`; each finds words that begin with it."""
    return folded(text).split()[:MAX_WORDS]


def owner_word(organisation: str) -> str:
    """A word that stands in each document of an organisation, so that the index itself keeps them
    apart.
    """
    return "org" + organisation.encode().hex()
