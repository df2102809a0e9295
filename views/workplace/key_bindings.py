# SPDX-License-Identifier: GPL-3.0-only
"""Which keys do what in a window, as this person changed them. Used by the settings and by the
programs that have them.

A shortcut and a button are found by the keys that the program gave them; those they keep as their
name. So a new one can be changed without being named anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QAbstractButton, QWidget

from resources.texts import N_, _
from session.core.signals import Signal
from views.widgets.keyboard.window_actions import USUAL
from views.widgets.parts import OWN_KEYS, name_button, native_keys
from views.widgets.window_settings import WindowSettings

_SETTING = "keys"
_NEEDED = {
    "Esc": N_("it closes what lies on top"),
    "Tab": N_("it goes to the next part"),
    "Shift+Tab": N_("it goes to the part before"),
    "Return": N_("it presses"),
    "Space": N_("it presses"),
    "Ctrl+C": N_("it copies"),
    "Ctrl+X": N_("it cuts out"),
    "Ctrl+V": N_("it pastes"),
    "Ctrl+A": N_("it marks everything"),
    "Ctrl+Z": N_("it takes the last act back"),
    "Alt+F4": N_("it closes the window"),
    "F1": N_("it is for help, in every program"),
}
"""What a person's hands, and Qt's own fields, take for granted."""


@dataclass(frozen=True)
class KeyConflict:
    """Why some keys cannot be chosen: a sentence."""

    text: str


def normal(keys: str) -> str:
    """The one spelling of some keys."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: str) -> str:
    """Return keys as the keyboard of this system names them."""
    return native_keys(keys)


class KeyBindings:
    """The keys of one window.

    Args:
        window: whose shortcuts and buttons, with all that is in it.
        named: usual keys -> what they do, in the order in which a person reads them.
        settings: where the person's own keys are kept.
        local: usual keys that only work inside a view, and cannot be changed.

    Attributes:
        changed: some act has other keys.
    """

    def __init__(
        self,
        window: QWidget,
        named: Mapping[str, str],
        *,
        settings: WindowSettings,
        local: Collection[str] = (),
    ) -> None:
        self._window = window
        self._settings = settings
        self._named = dict(named)
        self._local = frozenset(map(normal, local))
        self.changed: Signal[None] = Signal()
        self._own = dict(_read(settings.read(_SETTING)))
        self.apply()

    def named(self) -> dict[str, str]:
        """Usual keys -> what they do."""
        return dict(self._named)

    def can_change(self, usual: str) -> bool:
        """True if these keys work anywhere in the window, and one press is all of them."""
        normal_keys = normal(usual)
        is_one = QKeySequence(usual).count() == 1
        is_taken = normal_keys in self._local or normal_keys in _NEEDED
        return (
            is_one
            and not is_taken
            and any(_usual(candidate) == normal_keys for candidate in self._shortcuts())
        )

    def keys_of(self, usual: str) -> str:
        """The keys that do now what `usual` does at first."""
        return self._own.get(normal(usual), normal(usual))

    def is_own(self, usual: str) -> bool:
        """True if this person has changed them."""
        return normal(usual) in self._own

    def conflict(self, usual: str, new_keys: str) -> KeyConflict | None:
        """Why `new_keys` cannot be the keys of `usual`; None when they can."""
        keys = normal(new_keys)
        if keys in _NEEDED:
            words = _("{keys} stays as it is: {why}.")
            return KeyConflict(words.format(keys=shown(keys), why=_(_NEEDED[keys])))
        if not _is_command(keys):
            words = _("{keys} alone writes a letter: take it together with Ctrl or Alt.")
            return KeyConflict(words.format(keys=shown(keys)))
        for other, what in self._named.items():
            if normal(other) == normal(usual):
                continue
            if keys in (self.keys_of(other), normal(self.keys_of(other).split(",")[0])):
                words = _("{keys} does “{what}” already: give that other keys first.")
                return KeyConflict(words.format(keys=shown(keys), what=what))
        return None

    def change(self, usual: str, new_keys: str) -> KeyConflict | None:
        """Gives other keys, at once and for the days to come; what is in the way, or None."""
        conflict = self.conflict(usual, new_keys)
        if conflict is None:
            self._own[normal(usual)] = normal(new_keys)
            if normal(new_keys) == normal(usual):
                del self._own[normal(usual)]
            self._keep()
        return conflict

    def reset(self, usual: str) -> KeyConflict | None:
        """The usual keys again; another act may have them now."""
        return self.change(usual, usual)

    def reset_all(self) -> None:
        """Every key as at first."""
        self._own.clear()
        self._keep()

    def apply(self) -> None:
        """Gives the window's shortcuts and buttons the keys that hold now."""
        for window_shortcut in self._shortcuts():
            if (usual := _usual(window_shortcut)) not in self._local:
                window_shortcut.setKey(QKeySequence(self.keys_of(usual)))
        for button in self._window.findChildren(QAbstractButton):
            usual_keys = button.property(USUAL) or button.property("keys")
            if usual_keys and normal(str(usual_keys)) not in self._local:
                self._give(button, str(usual_keys))

    def _give(self, button: QAbstractButton, usual: str) -> None:
        """The tool tip names the keys that hold, whatever the button is called later."""
        had = str(button.property("keys") or "")
        button.setProperty(USUAL, usual)
        button.setProperty(OWN_KEYS, self.keys_of(usual) if self.is_own(usual) else "")
        if normal(had) != self.keys_of(usual):
            name_button(button, button.accessibleName(), usual)

    def _shortcuts(self) -> list[QShortcut]:
        """Return those that work in the whole window."""
        context = Qt.ShortcutContext
        wide = (context.WindowShortcut, context.ApplicationShortcut)
        return [
            candidate
            for candidate in self._window.findChildren(QShortcut)
            if candidate.context() in wide
        ]

    def _keep(self) -> None:
        self._settings.write(_SETTING, ";".join(f"{a}={b}" for a, b in self._own.items()))
        self.apply()
        self.changed.emit(None)


def _usual(short: QShortcut) -> str:
    """The keys that the program gave it; remembered at the first look."""
    usual_keys = short.property(USUAL)
    if usual_keys is None:
        usual_keys = short.key().toString(QKeySequence.SequenceFormat.PortableText)
        short.setProperty(USUAL, usual_keys)
    return str(usual_keys)


def _is_command(keys: str) -> bool:
    """True if no field takes them for a letter."""
    *modifiers, last = keys.replace("++", "+Plus").split("+")
    is_function = last[:1] == "F" and last[1:].isdigit()
    return is_function or "Ctrl" in modifiers or "Alt" in modifiers or "Meta" in modifiers


def _read(setting: str) -> list[tuple[str, str]]:
    """Read what was kept; what is no pair of keys is left out."""
    pairs = [entry.split("=", 1) for entry in setting.split(";") if entry.count("=") >= 1]
    normal_pairs = [(normal(usual), normal(new_keys)) for usual, new_keys in pairs]
    return [
        (usual, new_keys)
        for usual, new_keys in normal_pairs
        if usual and new_keys and _is_command(new_keys)
    ]
