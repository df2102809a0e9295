# SPDX-License-Identifier: GPL-3.0-only
"""Text as it is compared when people search: without accents, capitals and signs.
Used by filters of lists, at the hub and in windows.
"""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Return the words of a text in small letters: "Mairie de Saint-Oyen" is "mairie de saint
    oyen", "L'Évêché" is "l eveche".
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return _SIGNS.sub(" ", "".join(c for c in apart if not unicodedata.combining(c))).strip()


def has_words(text: str, words: str) -> bool:
    """True when each of the words is a part of the text, however both are written."""
    folded_text = folded(text)
    return all(word in folded_text for word in folded(words).split())
