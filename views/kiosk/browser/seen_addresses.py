# SPDX-License-Identifier: GPL-3.0-only
"""The pictures, fonts and style sheets that a caller's page loaded, under the names by which a desk
may ask for them.

Used by `views.kiosk.browser.profile`. What stands behind the question mark of an address may be a
secret of the caller, so the recorder (`spokenAddress` in `resources/pages/record.js`) says a mark
of it instead; both make the same mark, of a salt that is new for each caller.
"""

from __future__ import annotations

import re
import secrets

MOST = 20_000
_ROUNDS = ((2654435761, 7), (1597334677, 11))
_WHOLE = 0xFFFFFFFF
_NO_PART = re.compile(r"%[0-9a-fA-F]{2}|[^a-zA-Z0-9]")


def mark(query: str, salt: str) -> str:
    """Sixteen hexadecimal digits that stand for a query."""
    sums = [0xDEADBEEF, 0x41C6CE57]
    for sign in salt + _NO_PART.sub("", query):
        for index, (factor, turn) in enumerate(_ROUNDS):
            mixed = (sums[index] ^ ord(sign)) * factor & _WHOLE
            sums[index] = (mixed << turn | mixed >> (32 - turn)) & _WHOLE
        first, second = sums
        sums = [first ^ second >> 3, second ^ first >> 5]
    return "".join(f"{each:08x}" for each in sums)


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
        """What a desk is told instead of an address."""
        plain = address.partition("#")[0]
        start, _, query = plain.partition("?")
        return f"{start}?{mark(query, self.salt)}" if query else start

    def find(self, spoken: str) -> str | None:
        """The address that is meant, None when the page did not load it."""
        return self._seen.get(spoken.partition("#")[0])

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self._seen.get(self.spoken(address)) == address

    def clear(self) -> None:
        """The caller is gone."""
        self._seen.clear()
