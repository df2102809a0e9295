# SPDX-License-Identifier: GPL-3.0-only
"""Letters that can be said on the telephone, what is typed of them, and the number of a
conversation in them, "0125-223B". Used by codes, by slips, wherever a conversation is shown,
printed or looked for, and by what is read from paper.

A conversation's number follows from the session's id alone, so nobody has to keep it. 40 bits: of
100,000 conversations two have the same one with a probability of one in 220; whoever looks for it
then sees both.
"""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which are read or heard as something else."""

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def tidy_code(typed: str) -> str:
    """A code as it is compared: capitals, no dash or space, look-alikes as what they stand for."""
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_READ_AS)


def in_groups(letters: str, size: int = 4) -> str:
    """Letters in groups with dashes between them, for people."""
    return "-".join(letters[at : at + size] for at in range(0, len(letters), size))


# ---- the number of a conversation

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
