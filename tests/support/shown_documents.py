# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a shown document: a kiosk's window and a desk's view, joined in memory, and
documents to show.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from functools import partial
from typing import Any

from PIL import Image
from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from documents.pdf.showing import DrawnPage, count_shown, draw_shown
from documents.workers import Workers
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.cobrowse.shown_document import DeskShownDocument, DrawnPicture, Ended
from session.kiosk.cobrowse.shown_document import KioskShownDocument
from session.protocol.conversation.shown_document import Mark, MarkKind, ShownPagePainted
from session.protocol.endpoints.chunks import ChunkPace
from tests.support.memory.channel import channel_pair
from tests.support.screens.kiosk_gallery import kiosk_visit, session_facts
from tests.support.waiting import until
from views.desk.shared_page import acts
from views.desk.shared_page.shown_document_view import Pen, ShownDocumentView

_canvas: Any = canvas
ARROW = Mark(kind=MarkKind.ARROW, points=[0.2, 0.2, 0.6, 0.3])
FRAME = Mark(kind=MarkKind.FRAME, points=[0.1, 0.6, 0.7, 0.8])


def invented_pdf(pages: int, colour: tuple[float, float, float] = (0.1, 0.2, 0.6)) -> bytes:
    """A document whose pages have their number, big, on a band of their own height."""
    file = io.BytesIO()
    drawn: Any = _canvas.Canvas(file, pagesize=A4)
    for number in range(1, pages + 1):
        drawn.setFillColorRGB(*colour)
        drawn.rect(0, 842 - 60 * number, 595, 50, fill=1, stroke=0)
        drawn.setFillColorRGB(0, 0, 0)
        drawn.setFont("Helvetica", 200)
        drawn.drawString(200, 300, str(number))
        drawn.setFont("Helvetica", 12)
        for line in range(12):
            drawn.drawString(
                60, 270 - line * 16, f"Attestation de droits, page {number}, ligne {line}"
            )
        drawn.showPage()
    drawn.save()
    return file.getvalue()


def invented_picture(width: int = 800, height: int = 500, kind: str = "PNG") -> bytes:
    """A picture, half red, half white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste((200, 20, 30), (0, 0, width // 2, height))
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


class ShowStage:
    """A kiosk and a desk.

    Attributes:
        painted: what the kiosk said that it has on its screen.
        ended: what the desk heard of the end.
        progress: per cent that the agent saw.
        logged: what the kiosk's log would get.
    """

    def __init__(self, workers: Workers) -> None:
        self.workers, self.tasks, self.clock = workers, Tasks(), SystemClock()
        self.kiosk_line, self.desk_line = channel_pair()
        self.visit = kiosk_visit()
        self.window = self.visit.window
        self.pane = self.window.session_page.document
        self.view = ShownDocumentView()
        self.kiosk = KioskShownDocument(
            self.kiosk_line, self.pane, clock=self.clock, tasks=self.tasks
        )
        self.desk = DeskShownDocument(self.desk_line, self.clock, tasks=self.tasks, kbps=4000)
        self.painted: list[ShownPagePainted] = []
        self.ended: list[Ended] = []
        self.progress: list[int] = []
        self.logged: list[object] = []
        self.raw: list[bytes] = []
        self._connect()

    def _connect(self) -> None:
        desk, view, kiosk = self.desk, self.view, self.kiosk
        desk.painted.connect(self.painted.append)
        desk.painted.connect(lambda painted: view.show_painted(painted.page))
        desk.ended.connect(self.ended.append)
        desk.progressed.connect(self.progress.append)
        desk.progressed.connect(view.show_progress)
        desk.changed.connect(
            lambda shown: view.show_document(*shown) if shown is not None else view.clear()
        )
        desk.drawn.connect(lambda drawn: view.show_picture(drawn[0], drawn[1].data))
        desk.marks_changed.connect(view.show_marks)
        view.acted.connect(self._on_act)
        for fact in (kiosk.opened, kiosk.painted, kiosk.marked, kiosk.ended):
            fact.connect(self.logged.append)
        self.desk_line.drop_raw = self._on_line

    def _on_act(self, act: acts.DocumentAct) -> None:
        match act:
            case acts.TurnDocument(page):
                self.desk.turn(page)
            case acts.MarkDocument(mark):
                self.desk.add_mark(mark)
            case acts.PointInDocument(x, y):
                self.desk.move_pointer(x, y)
            case acts.DocumentPress.HIDE_POINTER:
                self.desk.hide_pointer()
            case acts.DocumentPress.REMOVE_MARKS:
                self.desk.remove_marks()
            case acts.DocumentPress.STOP:
                self.desk.stop()

    def _on_line(self, _topic: str, payload: bytes, _headers: Mapping[str, str]) -> bool:
        self.raw.append(payload)
        return False

    @classmethod
    async def build(cls, workers: Workers) -> ShowStage:
        stage = cls(workers)
        stage.window.resize(1280, 800)
        stage.window.show()
        stage.visit.show_session(session_facts())
        stage.view.resize(820, 700)
        stage.view.show()
        await asyncio.sleep(0)
        return stage

    def narrow(self, kbps: int) -> None:
        """From now on the line bears no more than this; pages go in small pieces."""
        self.desk._chunks._pace = ChunkPace(kbps, self.clock)
        self.desk._chunks.chunk_bytes = 1024

    async def show(self, document: bytes, title: str = "Attestation") -> None:
        """The agent shows a document, until the caller sees its first page."""
        await self.begin(document, title)
        await self.seen(0)

    async def begin(self, document: bytes, title: str = "Attestation") -> None:
        """The agent shows a document."""
        pages = await asyncio.wrap_future(self.workers.submit(count_shown, document))
        self.desk.start(title, pages, partial(self._draw, document))

    async def _draw(self, document: bytes, page: int) -> DrawnPicture:
        drawn: DrawnPage = await asyncio.wrap_future(
            self.workers.submit(draw_shown, document, page)
        )
        return DrawnPicture(drawn.data, drawn.width_px, drawn.height_px)

    async def seen(self, page: int, marks: int = 0) -> None:
        """Until the kiosk says that it has this page with so many marks on its screen."""
        await until(lambda: any((one.page, one.marks) == (page, marks) for one in self.painted))

    def drag(self, *places: tuple[float, float]) -> None:
        """The agent's mouse is pressed, moved and let go, at fractions of the page."""
        sheet = self.view.sheet
        left = Qt.MouseButton.LeftButton
        none = Qt.MouseButton.NoButton
        keys = Qt.KeyboardModifier.NoModifier
        kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(places) - 1)]
        for kind, place in zip(kinds, places, strict=True):
            at = QPointF(sheet.place(*place))
            button = left if kind is QEvent.Type.MouseButtonPress else none
            QCoreApplication.sendEvent(sheet, QMouseEvent(kind, at, at, button, left, keys))
        at = QPointF(sheet.place(*places[-1]))
        QCoreApplication.sendEvent(
            sheet, QMouseEvent(QEvent.Type.MouseButtonRelease, at, at, left, none, keys)
        )

    def take(self, pen: Pen) -> None:
        """The agent takes a pen."""
        self.view.pens[pen].click()

    async def close(self) -> None:
        """Takes both ends down in order."""
        self.desk.close()
        self.kiosk.close()
        self.visit.timer.stop()
        self.window.hide()
        self.view.hide()
        for widget in (self.window, self.view):
            widget.deleteLater()
        await asyncio.sleep(0.02)
        await self.tasks.close()
