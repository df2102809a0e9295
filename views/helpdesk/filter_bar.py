# SPDX-License-Identifier: GPL-3.0-only
"""The filter of the list: one line to type, menus that write into it, searches that are kept.
Used by the list page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from PyQt6.QtCore import QStringListModel, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QCompleter, QLineEdit, QMenu, QToolButton, QWidget

from resources.texts import N_, _
from session.protocol.helpdesk.log_list import LogCounts
from views.helpdesk.filter_language import (
    ANY,
    KEYS,
    LONGEST,
    TypedFilter,
    add_token,
    completions,
    parse,
    without_field,
)
from views.helpdesk.page_acts import KeepSearches
from views.helpdesk.trouble_search import trouble_words
from views.helpdesk.words import PARTS, STATES
from views.widgets.parts import FlowLayout, column, label, push_button, restyle, row, tool_button
from views.widgets.plain_words import face_words
from views.widgets.theme import SPACE, size_icons

START = "depuis:7j"
PERIODS: tuple[tuple[str, str], ...] = (
    ("jour:aujourd'hui", N_("Today")),
    ("jour:hier", N_("Yesterday")),
    (START, N_("7 days")),
    ("depuis:31j", N_("31 days")),
    ("", N_("All")),
)
MENUS: tuple[tuple[str, str, str], ...] = (
    ("sites", N_("Site"), "home"),
    ("kiosks", N_("Kiosk"), "housing"),
    ("services", N_("Service"), "queue"),
    ("troubles", N_("What failed"), "error"),
    ("parts", N_("Part"), "filter"),
    ("states", N_("State"), "info"),
)
ORGANISATIONS = ("organisations", N_("Organisation"), "mdi6.bank-outline")
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""Field -> (what the filter gets, what the menu shows)."""


class FilterLine(QLineEdit):
    """Its text is chosen when the keyboard comes to it: the next thing is typed over it."""

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Chooses all of it, unless the mouse says where to go on."""
        super().focusInEvent(event)
        if event is not None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.selectAll()


class FilterBar(QWidget):
    """The line is the only truth: menus and bars write into it.

    Args:
        now: the local time.
        of_all: of several organisations, which can be chosen too.

    Signals:
        filter_changed(object): a `TypedFilter` without errors is wanted.
        filter_refused(): the line is not understood: what is listed is no answer to it.
        acted(KeepSearches): the newest first.
    """

    filter_changed = pyqtSignal(object)
    filter_refused = pyqtSignal()
    acted = pyqtSignal(object)

    def __init__(self, now: Callable[[], datetime], *, of_all: bool = False) -> None:
        super().__init__()
        self._now = now
        if of_all:
            self._menus = (ORGANISATIONS, *MENUS)
        else:
            self._menus = MENUS
        self._choices: dict[str, list[tuple[str, str]]] = {
            "parts": [(code, _(words)) for code, words in PARTS.items()],
            "states": [(code, _(words)) for code, words in STATES.items()],
        }
        self._searches: list[str] = []
        self._build()
        self.line.setText(START)

    # ---- what the page asks ----

    def typed(self) -> TypedFilter:
        """Return what the line says now."""
        sites = [name for name, _shown in self._choices.get("sites", [])]
        kiosks = dict(self._choices.get("kiosks", []))
        return parse(self.line.text(), self._now(), sites, kiosks)

    def apply(self) -> None:
        """Asks for what the line says, or says what is not understood."""
        typed = self.typed()
        self._wrong.setText("\n".join(typed.errors))
        self._wrong.setVisible(bool(typed.errors))
        self.line.setAccessibleDescription(self._wrong.text())
        restyle(self.line, wrong=bool(typed.errors))
        if typed.number or typed.errors:
            self.line.selectAll()  # what is typed next replaces it
        if typed.errors:
            self.filter_refused.emit()
        else:
            self.filter_changed.emit(typed)

    def add(self, field: str, value: str) -> None:
        """One more condition, as by a menu."""
        self.line.setText(add_token(self.line.text(), field, value))
        self.apply()

    def show_counts(self, counts: LogCounts) -> None:
        """Offer what is worth choosing: what there is."""
        for field, counted in (
            ("sites", counts.sites),
            ("kiosks", counts.kiosks),
            ("services", counts.services),
        ):
            names = dict(self._choices.get(field, []))
            names |= {count.name: count.words or count.name for count in counted if count.name}
            self._choices[field] = sorted(names.items())
        troubles = dict(self._choices.get("troubles", []))
        troubles |= {bar.code: trouble_words(bar.code) for bar in counts.troubles}
        self._choices["troubles"] = sorted(troubles.items(), key=lambda choice: choice[1])

    def show_organisations(self, names: Iterable[str]) -> None:
        """Offer the organisations whose conversations there are."""
        names_by_id = dict(self._choices.get("organisations", [])) | {
            name: name for name in names if name
        }
        self._choices["organisations"] = sorted(names_by_id.items())

    def show_searches(self, lines: Sequence[str]) -> None:
        """The lines that were kept."""
        self._searches = list(lines)

    def focus_line(self) -> None:
        """Puts the keyboard into the line, all of it chosen."""
        self.line.setFocus()
        self.line.selectAll()

    # ---- building ----

    def _build(self) -> None:
        self.line = FilterLine()
        self.line.setObjectName("list_filter")
        self.line.setMaxLength(LONGEST)
        self.line.setClearButtonEnabled(True)
        self.line.setPlaceholderText(
            _("0125-223B, a ticket's number, words of what failed, or site:… borne:… depuis:7j")
        )
        self.line.setAccessibleName(_("Filter of the conversations"))
        self.line.returnPressed.connect(self.apply)
        self.line.textEdited.connect(self._complete)
        self._proposals = QStringListModel(self)
        completer = QCompleter(self._proposals, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        search = push_button(_("Search"), "mdi6.magnify", "primary", name="list_search")
        search.clicked.connect(self.apply)
        self._kept = self._menu_button(
            "list_searches", _("Kept searches"), "history", self._fill_searches
        )
        self._wrong = label(role="small", name="list_filter_wrong", wrap=True)
        restyle(self._wrong, tone="bad")
        self._wrong.hide()
        menus = FlowLayout(space=SPACE[0])
        menus.addWidget(
            self._menu_button("filter_period", _("Period"), "appointment", self._fill_periods)
        )
        for field, words, icon_name in self._menus:
            fill = partial(self._fill, field)
            menus.addWidget(self._menu_button(f"filter_{field}", _(words), icon_name, fill))
        column(self, row(None, self.line, search, self._kept), self._wrong, menus, space=SPACE[0])

    def _menu_button(
        self, name: str, words: str, icon_name: str, fill: Callable[[QMenu], None]
    ) -> QToolButton:
        button = tool_button(words, icon_name, name)
        button.setText(words)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        size_icons(button, 24, 17)  # with room before the words
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setObjectName(f"{name}_menu")
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        return button

    # ---- menus ----

    def _fill_periods(self, menu: QMenu) -> None:
        menu.clear()
        for token, words in PERIODS:
            menu.addAction(_(words), partial(self._set_period, token))

    def _set_period(self, token: str) -> None:
        text = self.line.text()
        for field in ("since_utc", "until_utc", "day"):
            text = without_field(text, field)
        self.line.setText(f"{token} {text}".strip())
        self.apply()

    def _fill(self, field: str, menu: QMenu) -> None:
        menu.clear()
        if field == "troubles":
            menu.addAction(_("Any trouble"), partial(self.add, field, ANY))
            menu.addSeparator()
        for value, words in self._choices.get(field, []):
            menu.addAction(face_words(words), partial(self.add, field, value))
        if not menu.actions():
            nothing = menu.addAction(_("Nothing to choose yet"))
            if nothing is not None:
                nothing.setEnabled(False)
        clear = partial(self._clear, field)
        menu.addSeparator()
        menu.addAction(_("No condition"), clear)

    def _clear(self, field: str) -> None:
        self.line.setText(without_field(self.line.text(), field))
        self.apply()

    def _fill_searches(self, menu: QMenu) -> None:
        menu.clear()
        for text in self._searches:
            menu.addAction(face_words(text), partial(self._search, text))
        menu.addSeparator()
        now = self.line.text().strip()
        if now and now in self._searches:
            menu.addAction(_("Forget this search"), partial(self._keep, now, False))
        elif now:
            menu.addAction(_("Keep this search"), partial(self._keep, now, True))

    def _search(self, text: str) -> None:
        self.line.setText(text)
        self.apply()

    def _keep(self, text: str, is_kept: bool) -> None:
        self._searches = [search for search in self._searches if search != text]
        if is_kept:
            self._searches.insert(0, text)
        self.acted.emit(KeepSearches(list(self._searches)))

    # ---- completion ----

    def _complete(self, text: str) -> None:
        self._proposals.setStringList(completions(text, self._known))

    def _known(self, field: str) -> list[str]:
        if field in ("since_utc", "until_utc", "day"):
            return ["aujourd'hui", "hier", "7j", "31j"]
        named = [
            words if field in ("parts", "states") else value
            for value, words in self._choices.get(field, [])
        ]
        if field == "troubles":
            return [ANY, *named]
        return named


def key_of(field: str) -> str:
    """Return how the window writes a field of the filter."""
    return KEYS[field][0]
