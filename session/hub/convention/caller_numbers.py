# SPDX-License-Identifier: GPL-3.0-only
"""Checks caller numbers and telephone numbers. Used by the hub's rules.
The kiosk checks before, so that the caller sees a mistake at once.
"""

from __future__ import annotations

import re

from session.core.errors import CallerNumberInvalid
from session.protocol.hub.number_check import written_number

NUMBER_KINDS = ("", "allocataire", "france_travail", "nir")

_ALLOCATAIRE = re.compile(r"[0-9]{7}")
_FRANCE_TRAVAIL = re.compile(r"[0-9]{7}[A-Z]|[0-9]{11}")
_PHONE = re.compile(r"0[1-79][0-9]{8}")


def checked_number(kind: str, typed: str) -> str:
    """The number in its one written form, "" when the caller gave none.

    Args:
        kind: "allocataire" (7 digits; a letter behind them is left out),
            "france_travail" (7 digits and a letter, or 11 digits),
            "nir" (13 characters and a key of 2; Corsica's 2A and 2B too) or "" (any 1 to 20 letters
            and digits).

    Raises:
        CallerNumberInvalid: it is not one.
    """
    number = written_number(kind, typed)
    if not number:
        return ""
    if kind == "allocataire":
        good = _ALLOCATAIRE.fullmatch(number) is not None
    elif kind == "france_travail":
        good = _FRANCE_TRAVAIL.fullmatch(number) is not None
    elif kind == "nir":
        from stdnum.fr import nir  # 2 MB with all that it brings

        good = len(number) == 15 and bool(nir.is_valid(number))
    else:
        good = re.fullmatch(r"[0-9A-Z]{1,20}", number) is not None
    if not good:
        raise CallerNumberInvalid(kind=kind)
    return number


def checked_phone(typed: str) -> str:
    """A French telephone number as ten digits; +33 and 0033 become 0.
    Numbers that begin with 08 are refused: they belong to no person.

    Raises:
        CallerNumberInvalid: it is not one.
    """
    number = re.sub(r"[\s.-]", "", typed)
    number = re.sub(r"^(\+|00)33(?=[1-9])", "0", number)
    if not _PHONE.fullmatch(number):
        raise CallerNumberInvalid(kind="phone")
    return number
