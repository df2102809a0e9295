# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's window in somebody's conversation; the board stays usable beside it.
Built by `expert_app.board.wiring.visit`.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.media.visit_view import VisitView
from views.widgets.parts import column

SIZE = (1040, 560)


class VisitWindow(QWidget):
    """Two faces and a way out.

    Signals: close_requested(): leave the conversation;
        the window goes when the hub says that the visit is over.
    """

    close_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("desk_root")
        self.setWindowTitle(_("In the conversation, visibly"))
        self.visit_view = VisitView()
        self._may_close = False
        column(self, self.visit_view, space=0)
        self.resize(*SIZE)

    def show_for(self, window: QWidget) -> None:
        """Shows itself over the middle of another window."""
        middle = window.frameGeometry().center()
        self.move(middle.x() - self.width() // 2, middle.y() - self.height() // 2)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_now(self) -> None:
        """Closes; the visit is over."""
        self._may_close = True
        self.close()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Closing is leaving."""
        if a0 is not None and not self._may_close:
            a0.ignore()
            self.close_requested.emit()
