# SPDX-License-Identifier: GPL-3.0-only
"""The form of a caller number, key by key, before it is sent.
Used by the kiosk's number page and by the desk's card for a new dossier.

The hub checks again. Kinds are those of `Service.number_kind`.
Pure: text in, verdict out; nothing is kept.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from enum import StrEnum

DIGITS = string.digits
LETTERS = string.ascii_uppercase
PHONE = "phone"
"""Not a caller number: the telephone at which a caller wants to be called."""

TICKET = "ticket"
"""Not a caller number: the short word of a ticket, "L042", typed by a caller who comes back."""


class NumberState(StrEnum):
    """Verdict on what was typed so far."""

    PARTIAL = "partial"
    COMPLETE = "complete"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class NumberForm:
    """The shape of one kind of caller number.

    Attributes:
        kind: as in `Service.number_kind`.
        lengths: allowed numbers of characters, ascending.
        groups: how the characters are grouped on the screen.
    """

    kind: str
    lengths: tuple[int, ...]
    groups: tuple[int, ...]


FORMS: dict[str, NumberForm] = {
    # CAF: seven digits, no public key.
    "allocataire": NumberForm(kind="allocataire", lengths=(7,), groups=(3, 4)),
    # France Travail: seven digits and a letter, or the eleven digits of the newer identifier.
    "france_travail": NumberForm(kind="france_travail", lengths=(8, 11), groups=(4, 4, 3)),
    # INSEE: thirteen characters and a two-digit key;
    # 2A and 2B for people born in Corsica since 1976.
    "nir": NumberForm(kind="nir", lengths=(15,), groups=(1, 2, 2, 2, 3, 3, 2)),
    # ARCEP's numbering plan: ten digits; 08 is nobody's own number.
    PHONE: NumberForm(kind=PHONE, lengths=(10,), groups=(2, 2, 2, 2, 2)),
    TICKET: NumberForm(kind=TICKET, lengths=(4,), groups=(1, 3)),
}
"""The kinds we know; a service with another kind (or none) asks for no number."""

_NIR_DEPARTMENT = 5
_FRANCE_TRAVAIL_LETTER = 7


_ALLOCATAIRE_WITH_LETTER = re.compile(r"[0-9]{7}[A-Z]")


def written_number(kind: str, typed: str) -> str:
    """A number in its one written form: capitals, without spaces, dots and hyphens; not checked.
    CAF letters print another letter behind the seven digits: it is no part of the number.
    """
    number = re.sub(r"[\s.-]", "", typed).upper()
    if kind == "allocataire" and _ALLOCATAIRE_WITH_LETTER.fullmatch(number):
        return number[:-1]
    return number


def is_same_number(first: str, other: str) -> bool:
    """True for two written numbers that are one, also where only one has CAF's letter."""
    has_letter = [bool(_ALLOCATAIRE_WITH_LETTER.fullmatch(number)) for number in (first, other)]
    if has_letter[0] == has_letter[1]:
        return first == other
    return written_number("allocataire", first) == written_number("allocataire", other)


def next_characters(kind: str, text: str) -> str:
    """The characters that may follow `text`; empty when the number is full."""
    form = FORMS[kind]
    at = len(text)
    if at >= form.lengths[-1] or (kind == "france_travail" and text[-1:].isalpha()):
        return ""
    if kind == TICKET and at == 0:
        return LETTERS
    if kind == PHONE and at < 2:
        if at == 0:
            return "0"
        return "12345679"
    if kind == "france_travail" and at == _FRANCE_TRAVAIL_LETTER:
        return DIGITS + LETTERS
    if kind == "nir" and at == 0:
        return "123478"  # 1 and 2; 3, 4, 7 and 8 while the civil status is being established
    if kind == "nir" and at == _NIR_DEPARTMENT + 1 and text[-1] == "2":
        return DIGITS + "AB"
    return DIGITS


def check_number(kind: str, text: str) -> NumberState:
    """Return whether `text` (no spaces, capitals) is a number of this kind, may become one,
    or is wrong.

    Raises:
        KeyError: `kind` is not in `FORMS`.
    """
    for at, character in enumerate(text):
        if character not in next_characters(kind, text[:at]):
            return NumberState.WRONG
    form = FORMS[kind]
    full = len(text) in form.lengths
    if kind == "france_travail" and len(text) == form.lengths[0]:
        full = text[-1].isalpha()
    if not full:
        return NumberState.PARTIAL
    if kind == "nir":
        from stdnum.fr import nir  # 2 MB with all that it brings

        if not nir.is_valid(text):
            return NumberState.WRONG
    return NumberState.COMPLETE


def grouped(kind: str, text: str) -> str:
    """`text` with spaces as people read it: "295109912611193" -> "2 95 10 99 126 111 93"."""
    parts, rest = [], text
    for size in FORMS[kind].groups:
        parts.append(rest[:size])
        rest = rest[size:]
    return " ".join(part for part in [*parts, rest] if part)
