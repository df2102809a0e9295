# SPDX-License-Identifier: GPL-3.0-only
"""Letters that can be said on the telephone, and what is typed of them.
Used by codes, by the numbers of conversations, and by what is read from paper.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which are read or heard as something else."""

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def tidy_code(typed: str) -> str:
    """A code as it is compared: capitals, no dash or space, look-alikes as what they stand for."""
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_READ_AS)


def in_groups(letters: str, size: int = 4) -> str:
    """Letters in groups with dashes between them, for people."""
    return "-".join(letters[at : at + size] for at in range(0, len(letters), size))
