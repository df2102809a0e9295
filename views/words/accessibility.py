# SPDX-License-Identifier: GPL-3.0-only
"""The statement of accessibility in a few sentences, for desk and kiosk; the whole of it,
criterion by criterion, is docs/accessibilite.md. French law asks for it in every public service.
"""

from __future__ import annotations

from resources.texts import N_, _

_STATE = N_("Accessibility: partially compliant")
_CHECKED = N_(
    "The authors have checked this program against EN 301 549, WCAG 2.2 AA and RGAA 4.1. No "
    "independent body has audited it yet."
)
_MISSING = N_(
    "Still missing: captions of what is said, and text that appears letter by letter. The "
    "accessibility of other organisations' web pages depends on them."
)
_REMEDY = N_(
    "Without an answer you can turn to the Défenseur des droits: www.defenseurdesdroits.fr, "
    "telephone 09 69 39 00 00."
)


def statement_title() -> str:
    """The words that the law asks for, with the state."""
    return _(_STATE)


def statement(*, has: str, tell: str) -> list[str]:
    """The paragraphs: what people can count on in this window (`has`), and whom they tell what
    keeps them from using it (`tell`).
    """
    return [_(words) for words in (_CHECKED, has, _MISSING, tell, _REMEDY)]
