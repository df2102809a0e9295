# SPDX-License-Identifier: GPL-3.0-only
"""The number of a conversation that people say on the telephone: "0125-223B".
Used wherever a conversation is shown, printed or looked for.

It follows from the session's id alone, so nobody has to keep it. 40 bits: of 100,000 conversations
two have the same one with a probability of one in 220; whoever looks for it then sees both.
"""

from __future__ import annotations

import hashlib

from session.core.spoken_letters import ALPHABET, in_groups, tidy_code

LETTERS = 8
BITS = 5
"""Of one letter."""


def short_number(session_id: str) -> str:
    """The conversation's number in two groups; "" for no conversation."""
    if not session_id:
        return ""
    start = int.from_bytes(hashlib.sha256(session_id.encode()).digest()[: LETTERS * BITS // 8])
    places = range((LETTERS - 1) * BITS, -1, -BITS)
    return in_groups("".join(ALPHABET[start >> place & 31] for place in places))


def tidy_short_number(typed: str) -> str:
    """Return what somebody typed as it is written: capitals, one dash, O as 0, I and L as 1;
    "" when it cannot be a conversation's number.
    """
    letters = tidy_code(typed)
    is_number = len(letters) == LETTERS and all(letter in ALPHABET for letter in letters)
    if is_number:
        return in_groups(letters)
    return ""
