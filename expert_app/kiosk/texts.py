# SPDX-License-Identifier: GPL-3.0-only
"""Texts of the kiosk that an organisation says in other words: the file that `texts` of the
settings names, and what is wrong with it.

Used by the kiosk's wiring, the process of its browser, and `expert-app doctor`. The file is TOML: a
table for each language, in it the text as the program says it = the text as it is to be said.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from expert_app.runtime.config import SettingsWrong
from resources.texts import CALLER_LANGUAGES, _, texts_of
from session.core.field_types import NOT_DECODED

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def corrections_of(file: str) -> dict[str, dict[str, str]]:
    """Language -> text of the program -> text of the organisation; none for "".

    Raises:
        SettingsWrong: the file cannot be used.
    """
    if not file:
        return {}
    path = Path(file)
    try:
        corrections = msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, str]])
    except (OSError, *NOT_DECODED) as error:
        raise SettingsWrong(path, str(error)) from error
    for language, texts in corrections.items():
        if language not in CALLER_LANGUAGES:
            words = _("[{language}] is no language of the kiosk. It has: {known}.")
            languages = ", ".join(CALLER_LANGUAGES)
            raise SettingsWrong(path, words.format(language=language, known=languages))
        for text, instead in texts.items():
            if why := _refused(text, instead):
                raise SettingsWrong(path, f"[{language}] “{text}”: {why}")
    return corrections


def _refused(text: str, instead: str) -> str:
    if not instead.strip():
        return _("There are no words instead. Remove the line to keep the program's own.")
    placeholders, new_placeholders = (
        sorted(_PLACEHOLDER.findall(each)) for each in (text, instead)
    )
    if placeholders != new_placeholders:
        words = _("These must stay as they are: {wanted}. Found: {found}.")
        return words.format(
            wanted=" ".join(placeholders) or "—", found=" ".join(new_placeholders) or "—"
        )
    return ""


def unknown_texts(corrections: dict[str, dict[str, str]]) -> list[str]:
    """Corrections of a text that the program does not say (any more), one line each; they do
    nothing.
    """
    return [
        f"[{language}] “{text}”"
        for language, texts in corrections.items()
        for text in sorted(set(texts) - texts_of(language))
    ]
