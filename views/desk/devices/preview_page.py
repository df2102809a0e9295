# SPDX-License-Identifier: GPL-3.0-only
"""The preview with what can be done to its marks. Used by the devices view."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.desk.devices.preview import PreviewArea
from views.widgets.parts import column, label, push_button, row, tool_button
from views.widgets.theme import SPACE


class PreviewPage(QWidget):
    """Picture of the flatbed above, words and buttons below."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = PreviewArea()
        self._words = label(role="small", name="preview_area")
        self._add = tool_button(_("One more area"), "add", "preview_add", keys="Ins")
        self._remove = tool_button(_("Remove the area"), "remove", "preview_remove", keys="Del")
        self._found = push_button(_("As found"), "cleaned", "quiet", name="preview_found")
        self._whole = push_button(_("Whole glass"), kind="quiet", name="preview_whole", keys="Esc")
        self._add.clicked.connect(self.picture.add_mark)
        self._remove.clicked.connect(self.picture.remove_mark)
        self._found.clicked.connect(self.picture.take_proposal)
        self._whole.clicked.connect(self.picture.clear_marks)
        self.picture.areas_changed.connect(lambda _areas: self._show())
        box = column(self, space=SPACE[0])
        box.addWidget(self.picture, 1)
        box.addLayout(
            row(None, self._words, 0, self._add, self._remove, self._found, self._whole, space=2)
        )
        self._show()

    def _show(self) -> None:
        marks = self.picture.areas()
        self._words.setText(self.picture.words())
        self._remove.setEnabled(bool(marks))
        self._whole.setEnabled(bool(marks))
        self._found.setVisible(self.picture.has_proposal)
