# SPDX-License-Identifier: GPL-3.0-only
"""A caller number as an agent types it, checked by its kind as the kiosk does.
Used by the cards of the dossier.
"""

from __future__ import annotations

import re

from resources.texts import N_, _
from session.protocol.hub.number_check import FORMS, NumberState, check_number

LONGEST = 24
"""Letters of a number with the spaces in which people read it."""

KINDS: dict[str, tuple[str, str]] = {
    "": (N_("Caller number"), N_("At most 20 letters and figures.")),
    "allocataire": (
        N_("Family allowance number"),
        N_(
            "This number has 7 figures; they are at the top of the letters. A letter behind them "
            "is left out."
        ),
    ),
    "france_travail": (
        N_("Job seeker number"),
        N_("This number has 7 figures and a letter, or 11 figures."),
    ),
    "nir": (
        N_("Social security number"),
        N_("This number has 15 characters, and its key must fit. Read it again from the card."),
    ),
}
"""Name of a kind (those of `Service.number_kind`), and what a good number looks like."""

_ANY = re.compile(r"[0-9A-Z]{1,20}")


def number_name(kind: str) -> str:
    """Return the name of a number of this kind."""
    return _(KINDS.get(kind, KINDS[""])[0])


def number_advice(kind: str) -> str:
    """Return what a good number of this kind looks like."""
    return _(KINDS.get(kind, KINDS[""])[1])


def is_good_number(kind: str, number: str) -> bool:
    """True if a plain number is one of this kind."""
    if kind not in FORMS:
        return _ANY.fullmatch(number) is not None
    return check_number(kind, number) is NumberState.COMPLETE
