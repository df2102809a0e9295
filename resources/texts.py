# SPDX-License-Identifier: GPL-3.0-only
"""The language of the screen: gettext catalogues, French first. Source strings are English.

Used by views (`from resources.texts import _`) and by documents for printed text.
"""

from __future__ import annotations

import gettext

from resources import ROOT

LANGUAGES = ("fr", "en")
DOMAIN = "expert_app"

_active: list[gettext.NullTranslations] = [gettext.NullTranslations()]
_language = ["en"]


def use_language(language: str) -> None:
    """Makes `language` ("fr" or "en") the language of every text from now on."""
    _active[0] = gettext.translation(DOMAIN, ROOT / "locale", [language], fallback=language == "en")
    _language[0] = language


def language() -> str:
    """The language in use, "fr" or "en"."""
    return _language[0]


def _(text: str) -> str:
    """The text in the language in use."""
    return _active[0].gettext(text) if text else ""


def N_(text: str) -> str:  # noqa: N802
    """Marks a text for translation where it is declared; translated later by `_`."""
    return text
