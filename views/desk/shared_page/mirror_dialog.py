# SPDX-License-Identifier: GPL-3.0-only
"""A card over the mirror with what the kiosk shows beside the page - a question to the caller,
a file, a print.

Used by `views.desk.shared_page.view`.
It does not copy the kiosk's widget: it says what is shown there, and that the caller answers.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QFrame, QWidget

from resources.texts import N_, _
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from views.widgets.icons import IconLabel
from views.widgets.parts import column, label, row, tool_button
from views.widgets.theme import SPACE

NOTE_STAYS_MS = 12_000
"""A card about something that was not done needs no answer and closes after this time."""

_WORDS: dict[DialogKind, tuple[str, str, str]] = {
    DialogKind.ALERT: (
        "info",
        N_("The kiosk shows a message"),
        N_("The caller closes it on the kiosk."),
    ),
    DialogKind.CONFIRM: (
        "ask",
        N_("The kiosk asks the caller a question"),
        N_("The caller answers on the kiosk."),
    ),
    DialogKind.PROMPT: (
        "keyboard",
        N_("The kiosk asks the caller to type"),
        N_("The caller answers on the kiosk."),
    ),
    DialogKind.FILE: (
        "file",
        N_("The page asks for a file"),
        N_("The kiosk has no files. Scan the paper instead."),
    ),
    DialogKind.DOWNLOAD: (
        "file",
        N_("The page offers a file to save"),
        N_("The kiosk saves no files."),
    ),
    DialogKind.PDF: ("pdf", N_("The page opens a PDF document"), N_("The kiosk does not show it.")),
    DialogKind.PRINT: (
        "printer",
        N_("The page wants to be printed"),
        N_("The kiosk prints only what you send it."),
    ),
}
"""Icon, what it is, and what happens with it."""

_WIDTH_PX = 460


class MirrorDialog(QFrame):
    """The card; it stands at the upper edge of the widget it is given, in the middle, over
    everything in it.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("mirror_dialog")
        self.setProperty("card", True)
        self._shown: DialogShown | None = None
        self._icon = IconLabel("info", "accent", size_px=24)
        self._title = label("", "title", "mirror_dialog_title", wrap=True)
        self._text = label("", "body", "mirror_dialog_text", wrap=True)
        self._advice = label("", "soft", "mirror_dialog_advice", wrap=True)
        self._close = tool_button(_("Close this note"), "close", "mirror_dialog_close")
        self._close.clicked.connect(self.clear)
        words = column(None, self._title, self._text, self._advice, space=SPACE[0])
        layout = row(
            self,
            self._icon,
            words,
            self._close,
            space=SPACE[2],
            margins=(SPACE[3], SPACE[2], SPACE[2], SPACE[2]),
        )
        layout.setStretch(1, 1)
        layout.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        layout.setAlignment(self._close, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NOTE_STAYS_MS)
        self._timer.timeout.connect(self.clear)
        over.installEventFilter(self)
        self.hide()

    def show_dialog(self, dialog: DialogShown) -> None:
        """The kiosk shows this, or did not do it."""
        waiting = self._shown is not None and self._shown.waits
        if waiting and not dialog.waits:
            return  # a question that waits is more than a note
        icon_name, title, advice = _WORDS[dialog.kind]
        self._shown = dialog
        self._icon.set_icon(icon_name, "accent" if dialog.waits else "warn")
        self._title.setText(_(title))
        self._text.setText(_("“{text}”").format(text=dialog.text) if dialog.text else "")
        self._text.setVisible(bool(dialog.text))
        self._advice.setText(_(advice))
        self.setAccessibleName(f"{_(title)}. {dialog.text}")
        self._close.setVisible(not dialog.waits)
        self._timer.stop()
        if not dialog.waits:
            self._timer.start()
        self._place()
        self.show()
        self.raise_()

    def end_dialog(self, dialog_id: str) -> None:
        """The caller answered, or the page is gone."""
        if self._shown is not None and self._shown.dialog_id == dialog_id:
            self.clear()

    def clear(self) -> None:
        """Shows nothing and forgets everything."""
        self._timer.stop()
        self._shown = None
        self._text.clear()
        self.hide()

    def _place(self) -> None:
        over = self.parentWidget()
        layout = self.layout()
        assert over is not None
        assert layout is not None
        width = max(200, min(_WIDTH_PX, over.width() - 2 * SPACE[3]))
        height = max(layout.totalHeightForWidth(width), layout.minimumSize().height())
        self.setGeometry((over.width() - width) // 2, SPACE[3], width, min(height, over.height()))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keeps the card in the middle when the pane changes its size."""
        if event is not None and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
