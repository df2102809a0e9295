# SPDX-License-Identifier: GPL-3.0-only
"""Paints the lines of the list of documents: a group's heading, a document with its small picture.
Used by the documents view.
"""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources.plain_text import plain_text
from views.desk.dossier.document_model import DocumentLine, DocumentModel, Heading
from views.widgets.icons import icon
from views.widgets.theme import SPACE, Tokens, tokens_for

_PAPER = 0.72
"""Width of a picture's place by its height: a sheet."""


class DocumentDelegate(QStyledItemDelegate):
    """Paints the lines of `model` in a list; their heights follow the list's letters."""

    def __init__(self, model: DocumentModel, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._view = view
        self.use_font(view.font())

    def use_font(self, font: QFont) -> None:
        """Sizes of all lines, taken once: a long list asks for them at each change."""
        letters = QFontMetrics(font)
        self._strong = QFont(font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._small = QFont(font)
        self._small.setPixelSize(max(12, round(letters.height() * 0.66)))
        tall = round(letters.height() * 2.7)
        self._paper = QSize(round(tall * _PAPER), tall)
        self._sizes = {
            Heading: QSize(120, round(letters.height() * 1.8)),
            DocumentLine: QSize(120, tall + 2 * SPACE[0] + 2),
        }
        self._earlier = QSize(120, round(letters.height() * 2.2))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Room for two lines of words beside a sheet."""
        line = self._model.line(index.row())
        if isinstance(line, DocumentLine) and line.is_earlier:
            return self._earlier
        return self._sizes[type(line)] if line is not None else QSize()

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """One line."""
        line = self._model.line(index.row())
        if painter is None or line is None:
            return
        tokens = tokens_for(option.palette)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        if isinstance(line, Heading):
            self._paint_heading(painter, option.rect, line, tokens)
        else:
            self._paint_document(painter, option, line, tokens)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, rect: QRect, heading: Heading, tokens: Tokens
    ) -> None:
        inside = rect.adjusted(SPACE[1], 0, -SPACE[1], -SPACE[0])
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        count = str(heading.size)
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.soft))
        low = int(Qt.AlignmentFlag.AlignBottom)
        painter.drawText(inside, low | int(Qt.AlignmentFlag.AlignRight), count)
        inside.setRight(inside.right() - painter.fontMetrics().horizontalAdvance(count) - SPACE[1])
        painter.setFont(self._strong)
        _draw_words(painter, inside, heading.words, low)

    def _paint_document(
        self, painter: QPainter, option: QStyleOptionViewItem, line: DocumentLine, tokens: Tokens
    ) -> None:
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            edge = tokens.focus if self._view.hasFocus() else tokens.accent
            painter.setPen(QPen(QColor(edge), 2 if self._view.hasFocus() else 1))
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 6, 6)
        inside = option.rect.adjusted(SPACE[1], 0, -SPACE[1], 0)
        paper = QRect(QPoint(inside.left(), inside.top() + SPACE[0] + 1), self._paper)
        if not line.is_earlier:
            self._paint_paper(painter, paper, line, tokens)
        inside.setLeft(paper.right() + SPACE[1] + 2)
        self._paint_words(painter, inside, line, tokens)

    def _paint_paper(
        self, painter: QPainter, paper: QRect, line: DocumentLine, tokens: Tokens
    ) -> None:
        picture = self._model.sketches.see(line.document.id)
        painter.setPen(QPen(QColor(tokens.line_strong), 1))
        if picture is None or picture.isNull():
            painter.setBrush(QColor(tokens.sunken))
            painter.drawRoundedRect(paper, 3, 3)
            side = round(paper.width() * 0.6)
            sign = QRect(0, 0, side, side)
            sign.moveCenter(paper.center())
            icon("pdf", "soft").paint(painter, sign)
            return
        place = _fitting(picture, paper)
        painter.drawPixmap(place, picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)

    def _paint_words(
        self, painter: QPainter, inside: QRect, line: DocumentLine, tokens: Tokens
    ) -> None:
        small = QFontMetrics(self._small).height()
        strong = QFontMetrics(self._strong).height()
        top = inside.center().y() - (small + strong) // 2
        painter.setPen(QColor(tokens.text))
        painter.setFont(self._small if line.is_earlier else self._strong)
        name = QRect(inside.left(), top, inside.width(), strong)
        _draw_words(painter, name, line.document.name, int(Qt.AlignmentFlag.AlignVCenter))
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.soft))
        facts = QRect(inside.left(), top + strong, inside.width(), small)
        _draw_words(painter, facts, line.facts(), int(Qt.AlignmentFlag.AlignVCenter))


def _draw_words(painter: QPainter, rect: QRect, words: str, flags: int) -> None:
    """Draws words of others on one line, cut where they do not fit."""
    shown = painter.fontMetrics().elidedText(
        plain_text(words), Qt.TextElideMode.ElideRight, rect.width()
    )
    painter.drawText(rect, flags | int(Qt.TextFlag.TextSingleLine), shown)


def _fitting(picture: QPixmap, paper: QRect) -> QRect:
    size = picture.size().scaled(paper.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(QPoint(0, 0), size)
    place.moveCenter(paper.center())
    return place
