# SPDX-License-Identifier: GPL-3.0-only
"""Words of a test's own, as longer ones, which French has: for tests and pictures."""

from __future__ import annotations

import gettext

from resources import texts


class Longer(gettext.NullTranslations):
    """A language whose words are a third longer than English."""

    def gettext(self, message: str) -> str:
        """The text with more letters at its end."""
        return message + "éûàèïô"[: max(1, len(message) // 3)]


def use_words(catalogue: gettext.NullTranslations) -> None:
    """Say every text as this catalogue has it; a test begins with the texts of the source again
    (`tests/conftest.py`).
    """
    texts._active[0] = catalogue
