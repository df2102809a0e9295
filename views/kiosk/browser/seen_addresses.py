# SPDX-License-Identifier: GPL-3.0-only
"""The pictures, fonts and style sheets that a caller's page loaded, under the names by which a desk
may ask for them.

Used by `views.kiosk.browser.profile`. What stands behind the question mark of an address may be a
secret of the caller, and digits in its path may be somebody's number. Of such an address the
recorder (`spokenAddress` in `resources/pages/record.js`) says the site and a mark; both make the
same mark, of a salt that is new for each caller.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

MOST = 20_000
FEW_DIGITS = 1
"""As many in a path are no number of anybody."""

_ROUNDS = ((2654435761, 7), (1597334677, 11))
_WHOLE = 0xFFFFFFFF
_NO_PART = re.compile(r"%[0-9a-fA-F]{2}|[^a-zA-Z0-9/?]")
_DIGIT = re.compile(r"[0-9]")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def mark(place: str, salt: str) -> str:
    """Sixteen letters that stand for a path and a query; letters only, because the guards of the
    shared page take hexadecimal digits for account numbers, once in twenty.
    """
    sums = [0xDEADBEEF, 0x41C6CE57]
    for sign in salt + _NO_PART.sub("", place):
        for index, (factor, turn) in enumerate(_ROUNDS):
            mixed = (sums[index] ^ ord(sign)) * factor & _WHOLE
            sums[index] = (mixed << turn | mixed >> (32 - turn)) & _WHOLE
        first, second = sums
        sums = [first ^ second >> 3, second ^ first >> 5]
    return "".join(f"{each:08x}" for each in sums).translate(_LETTERS)


class SeenAddresses:
    """Addresses by what a desk calls them; none is forgotten while the caller is here."""

    def __init__(self) -> None:
        self.salt = secrets.token_hex(16)
        self._seen: dict[str, str] = {}

    def add(self, address: str) -> None:
        """The page loaded this."""
        if len(self._seen) < MOST:
            self._seen[self.spoken(address)] = address

    def spoken(self, address: str) -> str:
        """Return what a desk is told instead of an address."""
        parts = urlsplit(address)
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if not parts.query and len(_DIGIT.findall(parts.path)) <= FEW_DIGITS:
            return site + parts.path
        return f"{site}/{mark(f'{parts.path}?{parts.query}', self.salt)}"

    def find(self, spoken: str) -> str | None:
        """The address that is meant, None when the page did not load it."""
        return self._seen.get(spoken.partition("#")[0])

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self._seen.get(self.spoken(address)) == address

    def clear(self) -> None:
        """The caller is gone."""
        self._seen.clear()
