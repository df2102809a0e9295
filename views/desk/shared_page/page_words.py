# SPDX-License-Identifier: GPL-3.0-only
"""Parts of the caller's page, and the words for them that a screen reader says.

Used by `views.desk.shared_page.spoken_focus` and `page_contents`. What a part says comes from the
page: it is bounded there (`resources/pages/page_words.js`) and shown as plain text.
"""

from __future__ import annotations

import msgspec

from resources.plain_text import plain_text
from resources.texts import N_, _, ngettext

_KINDS = {
    "heading": N_("heading {level}"),
    "link": N_("link"),
    "button": N_("button"),
    "checkbox": N_("checkbox"),
    "radio": N_("option"),
    "field": N_("field"),
    "choice": N_("list of choices"),
    "alert": N_("message"),
    "picture": N_("picture"),
    "group": N_("group"),
    "table": N_("table"),
}
_REGIONS = {
    "navigation": N_("navigation"),
    "main": N_("main content"),
    "banner": N_("head of the page"),
    "contentinfo": N_("foot of the page"),
    "complementary": N_("beside"),
    "search": N_("search"),
    "form": N_("form"),
}


class PagePart(msgspec.Struct, frozen=True):
    """One element or one text of the mirrored page.

    Attributes:
        node: its number in the mirror, 0 for none.
        kind: a key of the words above, "cell", "region" or "text".
        masked: it holds something that the kiosk does not tell.
        wrong: the page says that the value is not good; `advice` says why.
        head: of the column of a cell; `row` and `column` count from 1.
        letter: behind the caret that was asked about, "" at the end, None where it is not told.
    """

    node: int = 0
    kind: str = "text"
    name: str = ""
    value: str = ""
    advice: str = ""
    region: str = ""
    head: str = ""
    level: int = 0
    row: int = 0
    column: int = 0
    rows: int = 0
    columns: int = 0
    required: bool = False
    wrong: bool = False
    masked: bool = False
    off: bool = False
    checked: bool | None = None
    open: bool | None = None
    letter: str | None = None

    @property
    def takes_value(self) -> bool:
        """True for a field and for a list of choices."""
        return self.kind in ("field", "choice")


class PageParts(msgspec.Struct, frozen=True):
    """A page in the order of reading; `more` of it may not be told."""

    parts: list[PagePart]
    more: bool = False


def spoken(part: PagePart) -> str:
    """Return what is said when the keyboard comes there: the name first."""
    return _sentences(part, [part.name, _kind_words(part), *_states(part)])


def listed(part: PagePart) -> str:
    """Return a line of a list: what it is first, so that a letter goes to the next of its kind."""
    if part.kind == "cell":
        place = _("row {row}, column {column}").format(row=part.row, column=part.column)
        return _sentences(part, [part.head if part.row > 1 else "", part.name, place])
    kind = _kind_words(part)
    return _sentences(part, [kind[:1].upper() + kind[1:], part.name, *_states(part)])


def error_words(part: PagePart) -> str:
    """Return what the page says is wrong there, "" for nothing."""
    if not part.wrong:
        return ""
    if part.advice:
        return _("Error: {why}").format(why=part.advice)
    return _("Error in this field")


def _kind_words(part: PagePart) -> str:
    if part.kind == "region":
        return _(_REGIONS.get(part.region, N_("region")))
    words = _(_KINDS[part.kind]) if part.kind in _KINDS else ""
    return words.format(level=part.level)


def _states(part: PagePart) -> list[str]:
    states = []
    if part.required:
        states.append(_("required"))
    if part.off:
        states.append(_("not available"))
    if part.checked is not None:
        states.append(_("checked") if part.checked else _("not checked"))
    if part.open is not None:
        states.append(_("opened") if part.open else _("folded"))
    if part.rows:
        words = ngettext("{count} row", "{count} rows", part.rows)
        states.append(words.format(count=part.rows))
    if part.columns:
        words = ngettext("{count} column", "{count} columns", part.columns)
        states.append(words.format(count=part.columns))
    if part.takes_value:
        states.append(_value_words(part))
    return states


def _value_words(part: PagePart) -> str:
    if part.masked:
        return _("filled in, hidden from you")
    return part.value or _("empty")


def _sentences(part: PagePart, pieces: list[str]) -> str:
    """Return pieces as one sentence, and what is wrong, or the advice, as another."""
    head = ", ".join(piece for piece in pieces if piece)
    tail = error_words(part) or part.advice
    return plain_text(f"{head.rstrip('.')}. {tail}" if tail else head)
