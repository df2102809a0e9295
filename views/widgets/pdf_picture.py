# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of a PDF's pages, one under the other, for the desk's viewer.
It is given only documents that our store has read back.
"""

from __future__ import annotations

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtPdf import QPdfDocument

MOST_PAGES = 20
WIDTH_PX = 1240
GAP_PX = 16


def pdf_picture(data: bytes) -> QImage | None:
    """All pages (at most `MOST_PAGES`) in one picture, `WIDTH_PX` wide; None when it is no PDF."""
    content = QByteArray(data)
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument(None)
    document.load(buffer)
    pages = [_page(document, number) for number in range(min(document.pageCount(), MOST_PAGES))]
    document.close()
    if pages:
        return _stacked(pages)
    return None


def pdf_page(data: bytes, number: int) -> QImage | None:
    """One page, counted from 1; None when it is no PDF or has fewer."""
    content = QByteArray(data)
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument(None)
    document.load(buffer)
    if 1 <= number <= document.pageCount():
        page = _page(document, number - 1)
    else:
        page = None
    document.close()
    return page


def _page(document: QPdfDocument, number: int) -> QImage:
    size = document.pagePointSize(number)
    height = max(1, round(WIDTH_PX * size.height() / max(1.0, size.width())))
    drawn = document.render(number, QSize(WIDTH_PX, height))
    paper = QImage(drawn.size(), QImage.Format.Format_RGB32)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, drawn)
    painter.end()
    return paper


def _stacked(pages: list[QImage]) -> QImage:
    if len(pages) == 1:
        return pages[0]
    height = sum(page.height() for page in pages) + GAP_PX * (len(pages) - 1)
    picture = QImage(WIDTH_PX, height, QImage.Format.Format_RGB32)
    picture.fill(QColor(128, 128, 128))
    painter = QPainter(picture)
    top = 0
    for page in pages:
        painter.drawImage(0, top, page)
        top += page.height() + GAP_PX
    painter.end()
    return picture
