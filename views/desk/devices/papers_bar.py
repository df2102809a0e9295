# SPDX-License-Identifier: GPL-3.0-only
"""Several papers were found on one page: make a page of each, or leave it.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.widgets.parts import ElidedLabel, push_button, row, tool_button


class PapersBar(QWidget):
    """One line under the pages, for the first page on which several papers lie.

    Args:
        separate, leave: called with the id of the page.
    """

    def __init__(self, separate: Callable[[str], None], leave: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("papers_bar")
        self._page_id = ""
        self._words = ElidedLabel(role="strong", name="papers_words")
        split = push_button(
            _("Separate"), "split", "primary", name="papers_split", keys="Ctrl+Shift+K"
        )
        stay = tool_button(_("Leave it so"), "close", "papers_leave")
        split.clicked.connect(lambda: separate(self._page_id))
        stay.clicked.connect(lambda: leave(self._page_id))
        box = row(self)
        box.addWidget(self._words, 1)
        box.addWidget(split)
        box.addWidget(stay)
        self.hide()

    def show_papers(self, page_id: str, number: int, papers: int) -> None:
        """`papers` were found on page `number`; an empty id: on none."""
        self._page_id = page_id
        if page_id:
            words = _("Page {number}: {papers} papers")
            self._words.setText(words.format(number=number, papers=papers))
        self.setVisible(bool(page_id))
