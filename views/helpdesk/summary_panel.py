# SPDX-License-Identifier: GPL-3.0-only
"""The summary of a conversation: sentences, each a way to its moment. Used by its page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from resources.texts import _
from session.core.clock import instant
from views.widgets.icons import IconLabel
from views.widgets.parts import column, label, restyle, row, scroll_area, tool_button
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE
from views.words.log_summary import SummaryLine, SummaryPart

_ICONS = {
    "failed": ("error", "bad"),
    "next": ("arrow_right", "accent"),
    "came": ("caller", "soft"),
    "done": ("allowed", "good"),
}


class SummaryPanel(QWidget):
    """The first failure, then what to do, why the caller came, what was done.

    Signals:
        moment_requested(float): seconds from the log's first record.
    """

    moment_requested = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("summary")
        self._body = QWidget()
        self._box: QVBoxLayout = column(
            self._body, space=SPACE[0], margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[2])
        )
        column(self, scroll_area(self._body), space=0)

    def show_parts(self, parts: Sequence[SummaryPart], started_at: datetime | None) -> None:
        """Shows a summary.

        Args:
            started_at: of the first record, for the hours beside the sentences.
        """
        while (item := self._box.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for part in parts:
            self._box.addWidget(self._heading(part))
            for line in part.lines:
                self._box.addWidget(self._line(part.key, line, started_at))
        self._box.addStretch(1)

    def sentences(self) -> list[str]:
        """All sentences that stand there."""
        return [sentence.text() for sentence in self._body.findChildren(QLabel, "summary_sentence")]

    def _heading(self, part: SummaryPart) -> QWidget:
        icon_name, tone = _ICONS[part.key]
        heading = QWidget()
        calm = part.key == "failed" and all(line.side == "" for line in part.lines)
        sign = IconLabel("allowed" if calm else icon_name, "good" if calm else tone, size_px=16)
        words = label(part.title, "title", wrap=True)
        row(heading, sign, words, margins=(0, SPACE[1], 0, 0)).setStretch(1, 1)
        return heading

    def _line(self, key: str, line: SummaryLine, started_at: datetime | None) -> QWidget:
        sentence = _Sentence(key, line, started_at=started_at)
        if line.at_s is not None:
            sentence.chosen.connect(self.moment_requested)
        return sentence


class _Sentence(QWidget):
    """One sentence with its hour before it and its side below."""

    chosen = pyqtSignal(float)

    def __init__(self, key: str, line: SummaryLine, *, started_at: datetime | None) -> None:
        super().__init__()
        words = label(line.words, name="summary_sentence", wrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if line.tone in ("good", "soft", "warn", "bad"):
            restyle(words, tone=line.tone)
        right = column(None, words, space=0)
        if line.side:
            side = label(_("On the side of: {side}").format(side=line.side), "small", wrap=True)
            right.addWidget(side)
        box = row(self, space=SPACE[1])
        button = tool_button("", "")
        button.setObjectName(f"summary_{key}")
        button.setAutoRaise(True)
        button.setFixedWidth(button.fontMetrics().horizontalAdvance("00:00:00") + 22)
        at_s = line.at_s
        if at_s is not None and started_at is not None:
            at = instant(started_at.timestamp() + at_s).astimezone()
            button.setText(f"{at:%H:%M:%S}")
            button.setToolTip(tip_words(_("Go to this moment")))
            button.setAccessibleName(f"{at:%H:%M:%S} {line.words}")
            button.clicked.connect(lambda: self.chosen.emit(at_s))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            button.setEnabled(False)
        box.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(right, 1)
