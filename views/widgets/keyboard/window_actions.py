# SPDX-License-Identifier: GPL-3.0-only
"""The things that can be done in a window, for its command palette: its shortcuts by their
table of words, and every button that has a name. Used by the desk's and the board's window.

A new button is found without being named anywhere: by its accessible name, its keys and whether
it can be pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PyQt6.QtGui import QAction, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractButton,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QWidget,
)

from resources.texts import _
from views.widgets.icons import icon
from views.widgets.keyboard.command_palette import PaletteEntry
from views.widgets.plain_words import written_words

USUAL = "usual_keys"
"""Property of a shortcut or button whose keys may be changed: those that the program gave it."""

Named = Mapping[str, str]
"""Keys and what they do, in the language of the screen."""


class WindowActions:
    """Collects what a window offers at this moment.

    Args:
        window: searched with all that is in it.
        named: the window's shortcuts with their words.
        folded: panels that are in reach although they are hidden.
        left_out: parts whose buttons are not listed: the palette has their things otherwise.
        why_not: a sentence for keys that do nothing now, or "".
    """

    def __init__(
        self,
        window: QWidget,
        named: Named,
        *,
        folded: Iterable[QWidget] = (),
        left_out: Iterable[QWidget] = (),
        why_not: Callable[[str], str] = lambda _keys: "",
    ) -> None:
        self._window = window
        self._named = named
        self._folded = list(folded)
        self._left_out = list(left_out)
        self._why_not = why_not

    def entries(self) -> list[PaletteEntry]:
        """The shortcuts in the order of their table, then the buttons that have none."""
        buttons = list(self._buttons())
        entries = [
            entry for keys in self._named if (entry := self._of_keys(keys, buttons)) is not None
        ]
        used_keys, names = (
            {_normal(listed.keys) for listed in entries},
            {listed.words for listed in entries},
        )
        for button in buttons:
            keys, words = _keys_of(button), button.accessibleName()
            is_listed = words in names or (keys and _normal(keys) in used_keys)
            if not is_listed and self._in_reach(button):
                names.add(words)
                entries.append(self._of_button(button, keys, words))
        entries += [
            self._of_action(action) for action in self._actions() if action.text() not in names
        ]
        return entries

    def _of_keys(self, keys: str, buttons: Sequence[QAbstractButton]) -> PaletteEntry | None:
        """Return what these keys do: what is in reach, else why it is not; None where a view
        takes them only while the keyboard is in it.
        """
        normal_keys, words = _normal(keys), self._named[keys]
        pressed = [
            candidate for candidate in buttons if _normal(_keys_of(candidate)) == normal_keys
        ]
        shorts = [
            candidate
            for candidate in self._window.findChildren(QShortcut)
            if _of_short(candidate) == normal_keys
        ]
        of_window = [candidate for candidate in shorts if candidate.parent() is self._window]
        for button in pressed:
            if not of_window and self._in_reach(button):
                return self._of_button(button, keys, words)
        for short in shorts:
            owner = short.parent()
            if isinstance(owner, QWidget) and self._in_reach(owner):
                return self._of_shortcut(short, keys, words, *pressed[:1])
        if not pressed and not shorts:
            return None
        nothing = PaletteEntry(id="", words=words, act=lambda: None)
        return replace(
            nothing, icon=icon("keyboard"), keys=keys, why_not=self._why_not(keys) or _not_now()
        )

    # ---- what there is ----

    def _buttons(self) -> Iterator[QAbstractButton]:
        for button in self._window.findChildren(QAbstractButton):
            inside = isinstance(button.parent(), QLineEdit | QTabBar)
            if button.accessibleName() and not inside and not self._is_left_out(button):
                yield button

    def _is_left_out(self, widget: QWidget) -> bool:
        return any(part.isAncestorOf(widget) for part in self._left_out)

    def _actions(self) -> Iterator[QAction]:
        """Acts that a view has by itself; not those of menus, which a button opens."""
        for action in self._window.findChildren(QAction):
            owner = action.parent()
            is_act = bool(action.text()) and not action.shortcut().isEmpty()
            in_menu = isinstance(owner, QMenu | QLineEdit)
            if is_act and not in_menu and isinstance(owner, QWidget) and self._in_reach(owner):
                yield action

    def _in_reach(self, widget: QWidget) -> bool:
        """True if it is seen, or would be when its tab or its panel is opened."""
        here: QWidget | None = widget
        while here is not None and here is not self._window:
            around = here.parentWidget()
            if here.isWindow():
                return False
            if here.isHidden() and here not in self._folded and not _is_tab(here, around):
                return False
            here = around
        return here is not None

    # ---- what it does ----

    def _of_shortcut(
        self, short: QShortcut, keys: str, words: str, button: QAbstractButton | None = None
    ) -> PaletteEntry:
        why_not = self._why_not(keys)
        owner = short.parent()
        if not why_not and isinstance(owner, QWidget) and not owner.isEnabled():
            why_not = _not_now()
        return PaletteEntry(
            id=f"keys {keys}",
            words=words,
            act=short.activated.emit,
            icon=icon("keyboard") if button is None or button.icon().isNull() else button.icon(),
            keys=_shown(short),
            why_not=why_not,
        )

    def _of_button(self, button: QAbstractButton, keys: str, words: str) -> PaletteEntry:
        if button.isEnabled():
            why_not = ""
        else:
            why_not = self._why_not(keys) or _reason_of(button)
        return PaletteEntry(
            id=f"button {button.objectName()}",
            words=words,
            act=partial(_press, button),
            icon=button.icon(),
            keys=str(button.property("keys") or "") if keys else "",
            why_not=why_not,
            more=button.accessibleName(),
        )

    def _of_action(self, action: QAction) -> PaletteEntry:
        return PaletteEntry(
            id=f"action {action.objectName() or action.text()}",
            words=written_words(action.text()),
            act=action.trigger,
            icon=action.icon(),
            keys=action.shortcut().toString(QKeySequence.SequenceFormat.PortableText),
            why_not="" if action.isEnabled() else _not_now(),
        )


def _press(button: QAbstractButton) -> None:
    """Presses it, with the keyboard on it: some want a second press."""
    if button.isVisible():
        button.setFocus()
    button.click()


def _keys_of(button: QAbstractButton) -> str:
    return str(button.property(USUAL) or button.property("keys") or "")


def _of_short(short: QShortcut) -> str:
    return str(short.property(USUAL) or _shown(short))


def _shown(short: QShortcut) -> str:
    return short.key().toString(QKeySequence.SequenceFormat.PortableText)


def _normal(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def _is_tab(page: QWidget, around: QWidget | None) -> bool:
    return isinstance(around, QStackedWidget) and isinstance(around.parentWidget(), QTabWidget)


def _reason_of(button: QAbstractButton) -> str:
    """Return what the button's tool tip says beyond its name, else that it cannot be."""
    tip = button.toolTip()
    says_more = tip and button.accessibleName() not in tip
    if says_more:
        return tip
    return _not_now()


def _not_now() -> str:
    return _("This cannot be done at this moment.")
