# SPDX-License-Identifier: GPL-3.0-only
"""The name of a kiosk on a screen, everywhere alike.
Used by the display, the host's window and the board.
"""

from __future__ import annotations

from resources.texts import _


def kiosk_words(name: str, place: int, otherwise: str = "") -> str:
    """The kiosk's name; "Kiosk 2" for the second of a site's kiosks without names.

    Args:
        place: from 1; 0 from an older hub, which does not tell it.
        otherwise: what is known then.
    """
    return name or (_("Kiosk {number}").format(number=place) if place else otherwise)
