# SPDX-License-Identifier: GPL-3.0-only
"""Texts from a catalogue of a test's own: longer ones, shouted ones, an uncompiled translation."""

from __future__ import annotations

import gettext

from resources import texts


def use_words(catalogue: gettext.NullTranslations) -> None:
    """Say every text as this catalogue has it; a test begins with the texts of the source again
    (`tests/conftest.py`).
    """
    texts._active[0] = catalogue
