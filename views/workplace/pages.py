# SPDX-License-Identifier: GPL-3.0-only
"""Pages of the settings: how it looks, layouts, what tells of a caller, what is kept. Used by the
settings window; each change leaves at once as a signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QPushButton, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.appearance import TEXT_SIZES
from views.widgets.parts import Segments, column, label, push_button, restyle, row
from views.widgets.plain_words import CheckBox, tip_words
from views.widgets.theme import SPACE
from views.widgets.window_settings import fixed_words
from views.workplace.first_bar import LANGUAGE_NAMES
from views.workplace.passphrase import NewPassphrase, SecretLine


class SettingsPage(QWidget):
    """Titled parts under each other; some may be fixed by the organisation."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        edge = SPACE[2]
        self.body = column(self, space=SPACE[1], margins=(edge, edge, edge, edge))
        self._fixed = label(fixed_words(), "soft", f"{name}_fixed", wrap=True)
        self._fixed.hide()
        self.body.addWidget(self._fixed)

    def add_part(self, title: str, *parts: QWidget, words: str = "") -> None:
        """A title, what it means, and what is chosen."""
        self.body.addWidget(label(title, "strong"))
        if words:
            self.body.addWidget(label(words, "soft", wrap=True))
        for part in parts:
            if isinstance(part, QPushButton):  # as wide as its words
                self.body.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                self.body.addWidget(part)
        self.body.addSpacing(SPACE[1])

    def fix(self, *parts: QWidget) -> None:
        """These are shown, and cannot be changed here."""
        for part in parts:
            part.setEnabled(False)
            part.setToolTip(tip_words(fixed_words()))
        self._fixed.setVisible(self._fixed.isVisible() or bool(parts))


class AppearancePage(SettingsPage):
    """Language, theme, text size.

    Signals: language_chosen(str), dark_chosen(bool), text_size_chosen(float).
    """

    language_chosen = pyqtSignal(str)
    dark_chosen = pyqtSignal(bool)
    text_size_chosen = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__("settings_look")
        self.language = Segments(
            "settings_language",
            _("Language"),
            choices=[(key, words, "") for key, words in LANGUAGE_NAMES.items()],
        )
        self.language.chosen.connect(lambda key: self.language_chosen.emit(str(key)))
        self.theme = Segments(
            "settings_theme",
            _("Theme"),
            choices=[("light", _("Light"), "light"), ("dark", _("Dark"), "dark")],
        )
        self.theme.chosen.connect(lambda key: self.dark_chosen.emit(key == "dark"))
        sizes = [(size, f"{round(100 * size)} %", "") for size in TEXT_SIZES]
        self.text_size = Segments("text_size", _("Text size"), choices=sizes)
        self.text_size.chosen.connect(lambda size: self.text_size_chosen.emit(float(str(size))))
        self._later = label("", "soft", "settings_language_later", wrap=True)
        self._later.hide()
        self.add_part(_("Language"), self.language, self._later)
        self.add_part(_("Theme"), self.theme)
        self.add_part(_("Text size"), self.text_size)
        self.body.addStretch(1)

    def show_appearance(self, language: str, *, dark: bool, text_size: float) -> None:
        """Show what holds now."""
        self.language.choose(language)
        self.theme.choose("dark" if dark else "light")
        self.text_size.choose(text_size)

    def show_language_later(self) -> None:
        """A conversation goes on: the windows are not made anew now."""
        self._later.setText(
            _("A conversation is going on: the language changes at the next start.")
        )
        self._later.show()
        announce(self, self._later.text())


class LayoutPage(SettingsPage):
    """The page that says how a shared page opens, and what stands beside it.

    Args:
        layouts: each with its words, in the order in which they are shown.

    Signals: layout_chosen(str): a key of `layouts`. side_chosen(str): "auto", "open" or
    "folded".
    """

    layout_chosen = pyqtSignal(str)
    side_chosen = pyqtSignal(str)

    def __init__(self, layouts: Mapping[str, str]) -> None:
        super().__init__("settings_layouts")
        self.layouts = _combo("settings_layout", _("When a page is shared"), layouts)
        self.layouts.activated.connect(
            lambda _index: self.layout_chosen.emit(str(self.layouts.currentData()))
        )
        sides = {
            "auto": _("Where there is room"),
            "open": _("Always shown"),
            "folded": _("Folded until I want them"),
        }
        self.side = _combo("settings_side", _("Dossier and devices beside it"), sides)
        self.side.activated.connect(
            lambda _index: self.side_chosen.emit(str(self.side.currentData()))
        )
        words = _("This screen remembers it; another one, with another size, has its own.")
        self.add_part(_("When a page is shared"), self.layouts, words=words)
        self.add_part(_("Dossier and devices beside it"), self.side)
        self.body.addStretch(1)

    def show_layout(self, layout: str, side: str) -> None:
        """Show what holds now, on this screen."""
        self.layouts.setCurrentIndex(max(0, self.layouts.findData(layout)))
        self.side.setCurrentIndex(max(0, self.side.findData(side)))


@dataclass(frozen=True)
class NotificationWords:
    """The words of a role: what is rung for, what the desktop is told,
    and what remains without.
    """

    ring: str
    named: str
    silent: str


def agent_notifications() -> NotificationWords:
    """Return the words for an agent: a caller who is offered."""
    return NotificationWords(
        ring=_("Ring when a caller is offered to me"),
        named=_("It names the service and the place, never the caller."),
        silent=_("Without either, the row in the queue and the card of the offer still stand out."),
    )


def host_notifications() -> NotificationWords:
    """Return the words for a site's host: a kiosk that calls."""
    return NotificationWords(
        ring=_("Ring when a kiosk calls me"),
        named=_("It names the kiosk and the site, never the caller."),
        silent=_("Without either, the kiosk that calls still comes first in the window."),
    )


class NotificationsPage(SettingsPage):
    """The page with the choices of what tells of a caller.

    Signals: chosen(str, str): "ring" or "notify", and "" or "no"; "ring_volume" and 0..100.
        ring_requested(): ring once, to hear it.
    """

    chosen = pyqtSignal(str, str)
    ring_requested = pyqtSignal()

    def __init__(self, words: NotificationWords) -> None:
        super().__init__("settings_notifications")
        self.ring = CheckBox(words.ring)
        self.ring.setObjectName("settings_ring")
        self.ring.clicked.connect(lambda on: self.chosen.emit("ring", "" if on else "no"))
        volumes = {"30": _("Soft"), "60": _("Usual"), "100": _("Loud")}
        self.volume = _combo("settings_ring_volume", _("How loud it rings"), volumes)
        self.volume.activated.connect(
            lambda _index: self.chosen.emit("ring_volume", str(self.volume.currentData()))
        )
        hear = push_button(_("Hear it"), "bell", name="settings_ring_hear")
        hear.clicked.connect(self.ring_requested)
        line = QWidget()
        row(line, self.volume, hear, 0)
        self.notify = CheckBox(_("Notify me on the desktop when I look at another window"))
        self.notify.setObjectName("settings_notify")
        self.notify.clicked.connect(lambda on: self.chosen.emit("notify", "" if on else "no"))
        self.add_part(_("Ring"), self.ring, line)
        self.add_part(_("Desktop"), self.notify, words=words.named)
        self.body.addWidget(label(words.silent, "soft", wrap=True))
        self.body.addStretch(1)

    def show_choices(self, *, ring: bool, volume: str, notify: bool) -> None:
        """Show what holds now."""
        self.ring.setChecked(ring)
        self.volume.setCurrentIndex(max(0, self.volume.findData(volume or "60")))
        self.notify.setChecked(notify)


class PrivacyPage(SettingsPage):
    """The page that says what this program keeps on this computer, and how it is taken away.

    Signals:
        forget_requested(): what was used last.
        reports_requested(): delete the reports of crashes.
        support_requested(): make a file for the help desk.
        passphrase_requested(str, str): the one that holds, and a new one.
    """

    forget_requested = pyqtSignal()
    reports_requested = pyqtSignal()
    support_requested = pyqtSignal()
    passphrase_requested = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__("settings_privacy")
        buttons = (
            (_("Forget what I used last"), "settings_forget", self.forget_requested),
            (_("Delete the reports of crashes"), "settings_reports", self.reports_requested),
            (_("File for the help desk"), "support_file", self.support_requested),
        )
        parts: list[QWidget] = []
        for words, name, signal in buttons:
            button = push_button(words, name=name)
            button.clicked.connect(signal)
            parts.append(button)
        self._said = label("", "soft", "settings_privacy_said", wrap=True)
        self._said.hide()
        self.add_part(
            _("On this computer"),
            *parts,
            self._said,
            words=_(
                "Your choices, the commands you used last, and a log of the program without any "
                "caller's data are kept. Faces and voices are never kept; pages only until they "
                "are filed, encrypted. Camera and microphone are open during a conversation, and "
                "on the page “Sound and picture” while it is shown."
            ),
        )
        self._secret = QWidget()
        self._now = SecretLine("settings_passphrase_now", _("Passphrase that holds now"))
        self._new = NewPassphrase("settings_passphrase")
        self._change = push_button(_("Change the passphrase"), name="settings_passphrase_change")
        self._change.clicked.connect(self._on_change)
        self._new.changed.connect(self._show)
        self._now.line.textChanged.connect(lambda _text: self._show())
        column(
            self._secret,
            label(_("Passphrase of the keys"), "strong"),
            self._now,
            self._new,
            row(None, self._change, 0),
        )
        self.body.addWidget(self._secret)
        self.body.addStretch(1)
        self._secret.hide()
        self._show()

    def offer_passphrase(self, *, offered: bool) -> None:
        """Show whether the keys lie in a file behind a passphrase."""
        self._secret.setVisible(offered)

    def show_done(self, words: str, *, is_wrong: bool = False) -> None:
        """Show what came of it."""
        self._said.setText(words)
        restyle(self._said, tone="bad" if is_wrong else "good")
        self._said.show()
        announce(self, words, urgent=is_wrong)
        if not is_wrong:
            self._now.forget()
            self._new.forget()

    def _on_change(self) -> None:
        self.passphrase_requested.emit(self._now.text(), self._new.good())

    def _show(self) -> None:
        self._change.setEnabled(bool(self._now.text() and self._new.good()))


def _combo(name: str, words: str, entries: Mapping[str, str]) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(words)
    for key, text in entries.items():
        combo.addItem(text, key)
    return combo
