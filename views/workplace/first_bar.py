# SPDX-License-Identifier: GPL-3.0-only
"""The frame of the first page of a computer that is not known yet: language and text size
above, help, the demonstration and the version below. Used by the desk's sign-in.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QComboBox, QFrame, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.program_version import program_version
from views.widgets.announcer import announce
from views.widgets.appearance import TEXT_SIZES
from views.widgets.parts import Card, Segments, column, label, push_button, row, scroll_area
from views.widgets.theme import SPACE
from views.workplace.handbook import HandbookLink

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
"""Each in its own words: whoever cannot read the other one finds it."""


class FirstPage(QWidget):
    """A page, with what a person who has never seen the program needs around it.

    Attributes:
        handbook: part of the help; offers the page that it is given.

    Args:
        demo: offer the demonstration; False for a person who works here already.

    Signals:
        language_chosen(str): "fr" or "en". text_size_chosen(float): of `TEXT_SIZES`.
        demo_requested(): show the demonstration.
    """

    language_chosen = pyqtSignal(str)
    text_size_chosen = pyqtSignal(float)
    demo_requested = pyqtSignal()

    def __init__(
        self, page: QWidget, *, language: str, text_size: float, demo: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName("first_page")
        self._first: QWidget | None = page.focusWidget()
        self._help, self.handbook = Card("first_help"), HandbookLink("first_handbook", self)
        self._help_button = push_button(_("Help"), "help", name="first_help_button")
        self._help_button.setCheckable(True)
        self._help_button.toggled.connect(self._on_help)
        self._demo = push_button(_("Try the demonstration"), "home", name="first_demo")
        self._demo.clicked.connect(self.demo_requested)
        if not demo:
            self._demo.hide()
        self._said = label("", "soft", "first_said", wrap=True)
        self._said.hide()
        inside = QWidget()
        column(inside, self._help, page, space=0).setStretch(1, 1)
        column(
            self,
            self._above(language, text_size),
            scroll_area(inside),
            self._below(),
            space=0,
        ).setStretch(1, 1)
        self._fill_help()
        self._help.hide()

    def showEvent(self, event: QShowEvent | None) -> None:
        """The keyboard is in the page's own first field: what it was given before it stood in this
        window is lost.
        """
        super().showEvent(event)
        if self._first is not None:
            self._first.setFocus()
            self._first = None

    def show_demo_starting(self) -> None:
        """The demonstration takes its time."""
        self._demo.setEnabled(False)
        self._show_words(
            _(
                "The demonstration starts: a kiosk, a desk and a hub on this computer, with "
                "invented people. It takes some seconds; closing its windows ends it."
            )
        )

    def show_demo_over(self, code: int) -> None:
        """It has ended, or could not start."""
        self._demo.setEnabled(True)
        if code:
            self._show_words(
                _("The demonstration could not run. Tell your help desk (code {code}).").format(
                    code=code
                )
            )
        else:
            self._show_words(_("The demonstration is over; nothing of it stays on this computer."))

    def _show_words(self, words: str) -> None:
        self._said.setText(words)
        self._said.show()
        announce(self, words)

    # ---- parts ----

    def _above(self, language: str, text_size: float) -> QWidget:
        names = [(key, words, "") for key, words in LANGUAGE_NAMES.items()]
        self._language = Segments("first_language", _("Language"), choices=names)
        self._language.choose(language)
        self._language.chosen.connect(lambda key: self.language_chosen.emit(str(key)))
        self._size = QComboBox()
        self._size.setObjectName("first_text_size")
        self._size.setAccessibleName(_("Text size"))
        for size in TEXT_SIZES:
            self._size.addItem(plain_text(f"{round(100 * size)} %"), size)
        self._size.setCurrentIndex(self._size.findData(text_size))
        self._size.activated.connect(
            lambda _index: self.text_size_chosen.emit(float(self._size.currentData()))
        )
        caption = label(_("Text size"), "caption")
        caption.setBuddy(self._size)
        bar = QFrame()
        bar.setObjectName("first_above")
        row(
            bar,
            self._language,
            0,
            caption,
            self._size,
            margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]),
        )
        return bar

    def _below(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("first_below")
        version = label(
            _("Poste Expert {version}").format(version=program_version()),
            "caption",
            "first_version",
        )
        column(
            bar,
            self._said,
            row(None, self._help_button, self._demo, 0, version),
            margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]),
        )
        return bar

    def _fill_help(self) -> None:
        for words in (
            _(
                "Your administrator gives you an invitation: a sheet of paper, or a line of text. "
                "Paste the line, or type it from the sheet: it says where your network is, how to "
                "recognise it, and who you are. The sheet's square code holds the same line."
            ),
            _(
                "It works once and for a limited time. If it is refused, ask for a new one; "
                "nothing here has to be removed before."
            ),
            _(
                "Nothing answers? Check that this computer is on the network, then ask your help "
                "desk; the reason is written on this page."
            ),
            _("Everything works with the keyboard: Tab goes on, Enter presses, Escape closes."),
        ):
            self._help.body.addWidget(label(words, wrap=True))
        self._help.body.addWidget(self.handbook.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._help.body.addWidget(self.handbook.said)

    def _on_help(self, is_shown: bool) -> None:
        self._help.setVisible(is_shown)
        if is_shown:
            words = [text_label.text() for text_label in self._help.findChildren(type(self._said))]
            announce(self, " ".join(words))
