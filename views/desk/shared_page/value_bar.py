# SPDX-License-Identifier: GPL-3.0-only
"""A whole value for one field of the caller's page:
written by the agent, or proposed to the caller.

Used by the shared page's view for dates and the like, because the browser's own pickers are windows
that the mirror does not show, and for proposals of any field.
"""

from __future__ import annotations

from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QDateEdit, QFrame, QLineEdit, QStackedWidget, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _
from views.desk.shared_page.acts import ProposeValue, WriteValue
from views.desk.shared_page.mirror_pane import Pick
from views.widgets.parts import ElidedLabel, push_button, row
from views.widgets.theme import SPACE

_HINTS = {
    "time": N_("hours and minutes, 14:30"),
    "month": N_("year and month, 2026-03"),
    "week": N_("year and week, 2026-W10"),
    "datetime-local": N_("date and time, 2026-03-02T14:30"),
    "color": N_("colour, #1d4e9e"),
    "range": N_("a number"),
    "number": N_("a number, 1204.50"),
}


class ValueBar(QFrame):
    """The field's name, its value, and what to do with it.

    Signals:
        acted(object): `WriteValue` or `ProposeValue`.
        closed(): nothing is to be done.
    """

    acted = pyqtSignal(object)
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("value_bar")
        self._pick: Pick | None = None
        self._may_write = False
        self._name = ElidedLabel("", "small", name="value_field")
        self._text = QLineEdit()
        self._date = QDateEdit()
        self._choice = QComboBox()
        self._text.setObjectName("value_text")
        self._text.setMaxLength(500)
        self._date.setObjectName("value_date")
        self._date.setCalendarPopup(True)
        self._date.setDisplayFormat("dd/MM/yyyy")
        self._choice.setObjectName("value_choice")
        self._edits = QStackedWidget()
        for edit in (self._text, self._date, self._choice):
            edit.setAccessibleName(_("Value of the field"))
            self._edits.addWidget(edit)
        self._edits.setMaximumHeight(self._text.sizeHint().height() + 4)
        self._write = push_button(_("Write"), "keyboard", "primary", name="value_write")
        self._propose = push_button(_("Propose to the caller"), "propose", name="value_propose")
        self._close = push_button(_("Cancel"), "cancel", "quiet", name="value_close")
        self._write.clicked.connect(lambda: self._send(WriteValue))
        self._propose.clicked.connect(lambda: self._send(ProposeValue))
        self._close.clicked.connect(self.close_bar)
        self._text.returnPressed.connect(self._on_return)
        box = row(self, margins=(SPACE[2], SPACE[0], SPACE[2], SPACE[0]), space=SPACE[1])
        box.addWidget(self._name, 2)
        box.addWidget(self._edits, 3)
        for button in (self._write, self._propose, self._close):
            box.addWidget(button)
        self.hide()

    def open_for(self, pick: Pick, may_write: bool) -> None:
        """Asks for the value of a field; only proposes it when the agent may not type."""
        self._pick = pick
        self._may_write = may_write
        self._name.setText(pick.label or _("Value of the field"))
        self._write.setVisible(may_write)
        self._text.setText("" if "•" in pick.value else pick.value)
        self._text.setPlaceholderText(_(_HINTS.get(pick.type, "")))
        date = QDate.fromString(pick.value, "yyyy-MM-dd")
        self._date.setDate(date if date.isValid() else QDate.currentDate())
        self._choice.clear()
        for option in pick.options:
            if not option.off:
                self._choice.addItem(plain_text(option.text), option.text)
        edit: QWidget = self._text
        if pick.kind == "choice":
            edit = self._choice
        elif pick.type == "date":
            edit = self._date
        self._edits.setCurrentWidget(edit)
        self.show()
        edit.setFocus()

    def close_bar(self) -> None:
        """Nothing is to be done, and nothing of the field stays."""
        self._pick = None
        self._text.setText("")  # `clear` could be undone
        self._choice.clear()
        self._name.setText("")
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def value(self) -> str:
        """The value as the page wants it; dates as in HTML."""
        edit = self._edits.currentWidget()
        if edit is self._date:
            return self._date.date().toString("yyyy-MM-dd")
        if edit is self._choice:
            return str(self._choice.currentData() or "")
        return self._text.text()

    def _on_return(self) -> None:
        (self._write if self._may_write else self._propose).click()

    def _send(self, kind: type[WriteValue | ProposeValue]) -> None:
        pick, value = self._pick, self.value()
        if pick is not None and value:
            self.acted.emit(kind(pick.epoch, pick.field, value))
            self.close_bar()
