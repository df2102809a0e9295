# SPDX-License-Identifier: GPL-3.0-only
"""Longer words, as French has them, for tests and pictures of the desk."""

from __future__ import annotations

import gettext


class Longer(gettext.NullTranslations):
    """A language whose words are a third longer than English."""

    def gettext(self, message: str) -> str:
        """The text with more letters at its end."""
        return message + "éûàèïô"[: max(1, len(message) // 3)]
