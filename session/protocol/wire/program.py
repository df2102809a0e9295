# SPDX-License-Identifier: GPL-3.0-only
"""The headers by which a program says its version, a desk which computer it is, and what that one
calls itself, with beats and requests; where a newcomer is answered; and what travels beside a
request. Used by clients and the hub.
"""

from __future__ import annotations

PROGRAM = "Program"

DESK = "Desk"
"""Public key of an agent's computer: several may be open for one person, who works at one."""

COMPUTER = "Computer"
"""What a person's computer calls itself, with requests: stands in the register of accesses."""

CERTIFICATE_REFUSED = "Certificate-Refused"
"""How often a program has refused the bus's certificate before it was let in, with its first signs
of life then: no hub hears it earlier.
"""

AUTHORITIES = "Authorities"
"""Whose certificates a program believes, with each sign of life: "KEY:FINGERPRINT,FINGERPRINT", the
first letters of its own key, then the authorities of its file. Only with an authority of our own.
"""

KEY_LETTERS, MOST_AUTHORITIES = 12, 4

ANSWER_TO = "Answer-To"
"""A newcomer's own reply subject once more: the server forgets the other one soon."""

TRACE = "Trace"
"""The id of the act that a request belongs to; each time that the same is asked it is the same."""

SECONDS_LEFT = "Seconds-Left"
"""How long the answer of a request is still waited for, in seconds: "4.875"."""

VERSION_LETTERS = 40
"""Longest version that is kept."""


def header_text(text: str) -> str:
    """A word as a header may have it: letters beyond ASCII become "?"."""
    return text.encode("ascii", "replace").decode()


def authorities_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return what `AUTHORITIES` says: the beginning of a key, and fingerprints; else None."""
    key, colon, names = text[: KEY_LETTERS + 1 + 40 * MOST_AUTHORITIES].partition(":")
    if not colon or not key.isalnum() or not key.isascii():
        return None
    kept = names.split(",")[:MOST_AUTHORITIES]
    return key, tuple(name for name in kept if name.isalnum() and name.isascii())
