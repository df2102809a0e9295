# SPDX-License-Identifier: GPL-3.0-only
"""Which program this is: version, licence, what others made of it, the statement of accessibility.
Used by the settings of every role.
"""

from __future__ import annotations

import importlib.metadata

from PyQt6.QtCore import QT_VERSION_STR, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QTabWidget, QWidget

from resources.texts import N_, _
from session.core.program_version import program_version
from views.widgets.parts import column, label, push_button, row, scroll_area
from views.widgets.theme import SPACE, text_scale
from views.words.accessibility import statement, statement_title

_HAS = N_(
    "You can count on: everything by keyboard, text up to twice as large, words that stand out in "
    "a light and a dark look, and a screen reader that is told what happens."
)
_TELL = N_("If something keeps you from working, tell your organisation's help desk.")
_WIDTH_PX, _HEIGHT_PX = 700, 520
_BESIDE = (
    ("Qt", "LGPL-3.0 / GPL-3.0", "https://www.qt.io"),
    ("Chromium (QtWebEngine)", "BSD-3-Clause, LGPL-2.1, MPL-2.0 …", "https://www.chromium.org"),
    ("FFmpeg (av)", "LGPL-2.1 / GPL-2.0", "https://ffmpeg.org"),
    ("nats-server", "Apache-2.0", "https://nats.io"),
    ("rrweb", "MIT", "https://www.rrweb.io"),
    ("Inter", "OFL-1.1", "https://rsms.me/inter"),
    ("Material Design Icons", "Apache-2.0", "https://pictogrammers.com"),
)
"""What is not a Python package, or comes inside one."""


def notices() -> str:
    """Each part that others made: name, version, licence."""
    lines = [f"{name} — {licence} — {where}" for name, licence, where in _BESIDE]
    packages = {}
    for distribution in importlib.metadata.distributions():
        metadata = distribution.metadata
        name = metadata["Name"]
        if name and name != "expert-app":
            packages[name] = f"{name} {distribution.version} — {_licence(metadata)}"
    rest = [packages[name] for name in sorted(packages, key=str.lower)]
    return "\n".join([*lines, "", *rest])


def _licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """In a few words: the expression, else the classifier, else the first line of the text."""
    expression = metadata.get("License-Expression", "")
    if expression:
        return str(expression)
    for classifier in metadata.get_all("Classifier", []):
        if classifier.startswith("License ::"):
            return str(classifier.rsplit("::", 1)[1].strip())
    return str(metadata.get("License", "")).strip().split("\n")[0][:60] or "?"


class AboutWindow(QDialog):
    """Three pages: the program, what others made, accessibility.

    Signals: support_requested(): make a file for the help desk.
    """

    support_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(_("About the program"))
        self.setModal(False)
        self._pages = QTabWidget()
        self._pages.setObjectName("about_pages")
        self._pages.setAccessibleName(_("About the program"))
        self._notices = QPlainTextEdit()
        self._notices.setObjectName("about_notices")
        self._notices.setAccessibleName(_("Made by others"))
        self._notices.setReadOnly(True)
        self._notices.setTabChangesFocus(True)
        self._pages.addTab(scroll_area(self._program()), _("Program"))
        self._pages.addTab(self._notices, _("Made by others"))
        self._pages.addTab(scroll_area(self._accessibility()), _("Accessibility"))
        close = push_button(_("Close"), kind="primary", name="about_close")
        close.clicked.connect(self.close)
        support = push_button(_("File for the help desk"), name="about_support")
        support.clicked.connect(self.support_requested)
        edge = SPACE[2]
        box = column(self, margins=(edge, edge, edge, edge))
        box.addWidget(self._pages, 1)
        box.addLayout(row(None, support, 0, close))

    def showEvent(self, event: QShowEvent | None) -> None:
        """The notices are read from the packages when somebody wants them."""
        super().showEvent(event)
        scale, screen = max(1.0, text_scale()), self.screen()
        if screen is not None:
            room = screen.availableGeometry()
            self.resize(
                min(round(_WIDTH_PX * scale), room.width()),
                min(round(_HEIGHT_PX * scale), room.height() - 40),
            )
        if not self._notices.toPlainText():
            QTimer.singleShot(0, self._fill)

    def _fill(self) -> None:
        self._notices.setPlainText(notices())

    def _program(self) -> QWidget:
        page, edge = QWidget(), SPACE[2]
        words = _(
            "Free software: GNU General Public License, version 3. You may use, study, share and "
            "change it; it comes without any warranty."
        )
        column(
            page,
            label(
                _("Poste Expert {version}").format(version=program_version()),
                "large",
                "about_version",
            ),
            _selectable(label(f"Qt {QT_VERSION_STR}", "soft")),
            label(words, wrap=True),
            label(_("No program updates itself: your organisation installs it."), wrap=True),
            0,
            margins=(edge, edge, edge, edge),
        )
        return page

    def _accessibility(self) -> QWidget:
        page, edge = QWidget(), SPACE[2]
        parts = [label(statement_title(), "strong", wrap=True)]
        parts += [label(words, wrap=True) for words in statement(has=_HAS, tell=_TELL)]
        column(page, *map(_selectable, parts), 0, margins=(edge, edge, edge, edge))
        return page


def _selectable(words: QLabel) -> QLabel:
    """Text that can be marked and copied, by the keyboard too."""
    flags = Qt.TextInteractionFlag
    words.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    return words
