# SPDX-License-Identifier: GPL-3.0-only
"""The language of the screen: gettext catalogues, French first. Source strings are English.
They name commands and pages as a clone of the repository does; a text names those of this machine.

Every program speaks French and English. What a caller sees at the kiosk has more languages, in a
catalogue of its own (`kiosk.po`); what that has not is said in French.
Used by views (`from resources.texts import _`) and by documents for printed text.
"""

from __future__ import annotations

import gettext
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from resources import ROOT
from resources.this_machine import as_here

LANGUAGES = ("fr", "en")
"""Languages of every program."""
CALLER_LANGUAGES = ("fr", "fr_easy", "en", "ar", "es", "it", "pt", "ro", "ru", "tr", "uk")
"""Languages of what callers see; "fr_easy" is French that is easy to read (FALC)."""
RIGHT_TO_LEFT = frozenset({"ar"})
DOMAIN = "expert_app"
CALLER_DOMAIN = "kiosk"

_active: list[gettext.NullTranslations] = [gettext.NullTranslations()]
_language = ["en"]
_here: ContextVar[tuple[str, gettext.NullTranslations] | None] = ContextVar("here", default=None)
_corrections: dict[str, Mapping[str, str]] = {}


def use_language(language: str) -> None:
    """Makes `language`, one of `CALLER_LANGUAGES`, the language of every text from now on."""
    _active[0] = _loaded(language)
    _language[0] = language


def correct_texts(corrections: Mapping[str, Mapping[str, str]]) -> None:
    """Use other words for some texts from now on: language -> text as the program says it ->
    text as an organisation wants it said.
    """
    _corrections.clear()
    _corrections.update(corrections)


def texts_of(language: str) -> frozenset[str]:
    """Every text of a language, each of its plural forms (of French and English the texts of all
    programs), as the compiled catalogue has them: GNU gettext's manual, "The Format of GNU MO
    Files".
    """
    if language in LANGUAGES:
        domain = DOMAIN
    else:
        domain = CALLER_DOMAIN
    data = (ROOT / "locale" / language / "LC_MESSAGES" / f"{domain}.mo").read_bytes()
    _magic, _revision, count, _sources, table = struct.unpack_from("<5I", data)
    texts: set[str] = set()
    for row in range(count):
        length, begin = struct.unpack_from("<2I", data, table + 8 * row)
        texts.update(data[begin : begin + length].decode().split("\0"))
    return frozenset(texts)


def language() -> str:
    """The language in use."""
    here = _here.get()
    return here[0] if here else _language[0]


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Texts for one person in another language than the screen's, French where we do not speak it.
    Holds for this thread or task alone.
    """
    if language not in CALLER_LANGUAGES:
        language = "fr"
    token = _here.set((language, _loaded(language)))
    try:
        yield
    finally:
        _here.reset(token)


@contextmanager
def on_paper() -> Iterator[None]:
    """Texts for a sheet: in French where the language is written from right to left, because our
    sheets are drawn letter by letter.
    """
    if language() in RIGHT_TO_LEFT:
        with in_language("fr"):
            yield
    else:
        yield


def language_tag(language: str) -> str:
    """A language as web pages and voices name it (RFC 5646): easy French is French."""
    return language.partition("_")[0]


def _(text: str) -> str:
    """The text in the language in use."""
    if text:
        return as_here(_corrected(_catalogue().gettext(text)))
    return ""


def ngettext(singular: str, many: str, count: int) -> str:
    """The text for so many things in the language in use; some languages have six forms."""
    return as_here(_corrected(_catalogue().ngettext(singular, many, count)))


def N_(text: str) -> str:  # noqa: N802
    """Marks a text for translation where it is declared; translated later by `_`."""
    return text


def _catalogue() -> gettext.NullTranslations:
    here = _here.get()
    return here[1] if here else _active[0]


def _loaded(language: str) -> gettext.NullTranslations:
    if language in LANGUAGES:
        first = language
    else:
        first = "fr"
    catalogue = gettext.translation(DOMAIN, ROOT / "locale", [first], fallback=first == "en")
    if language not in LANGUAGES:
        french, catalogue = (
            catalogue,
            gettext.translation(CALLER_DOMAIN, ROOT / "locale", [language]),
        )
        catalogue.add_fallback(french)
    return catalogue


def _corrected(text: str) -> str:
    return _corrections.get(language(), {}).get(text, text)
