# SPDX-License-Identifier: GPL-3.0-only
"""A page that the dossier has already:
the agent reads it, sees both pages side by side, and nothing is refused.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication

from documents.pages.clean import CleanPage
from documents.pdf.assemble import assemble
from expert_app.desk.dossier.pieces import DeskPieces, DuplicatePage
from expert_app.desk.filing import CleanedPage
from expert_app.desk.wiring.pieces import PieceConnections
from session.core.clock import ManualClock
from session.core.dossier_model import SeenPage
from session.core.errors import HubUnreachable
from session.core.signals import Signal
from session.protocol.dossier.pieces import SeenAnswer, SeenRequest
from tests.unit.documents.store.filled_store import NINE
from views.desk.window import DeskWindow
from views.widgets.pdf_picture import pdf_page

SEEN = SeenPage(page=0, document_id="d1", name="Bulletin", of_page=2, filed_at_utc=NINE, same=False)


def _jpeg(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (165, 234), colour).save(file, "JPEG", dpi=(20, 20), quality=95)
    return file.getvalue()


NEW, PDF = _jpeg("#c00000"), assemble([_jpeg("#ffffff"), _jpeg("#0000c0")], "Bulletin", NINE)


class _Desk:
    """A desk in a session, as far as pieces ask for it; its store may be away."""

    def __init__(self) -> None:
        self.away = False
        self.page_cleaned: Signal[CleanedPage] = Signal()
        self.dossier_changed: Signal[Any] = Signal()
        self.session = SimpleNamespace(facts=SimpleNamespace(id="s1"))
        self.dossier = SimpleNamespace(number="D1", pieces=[])
        self.work: list[Coroutine[Any, Any, Any]] = []

    def do(self, work: Coroutine[Any, Any, Any], _name: str) -> None:
        self.work.append(work)

    def kept_page(self, _page_id: str) -> Any:
        return SimpleNamespace(sha256="0" * 64)

    async def document(self, _session_id: str, _document_id: str) -> bytes:
        if self.away:
            raise HubUnreachable
        return PDF

    @property
    def bus(self) -> _Desk:
        return self

    async def ask(self, _request: SeenRequest) -> SeenAnswer:
        return SeenAnswer(seen=[SEEN])


async def _doubles(desk: _Desk) -> list[DuplicatePage]:
    as_any = cast(Any, desk)
    pieces = DeskPieces(
        as_any,
        as_any,
        link=as_any,
        clock=ManualClock(),
    )
    found: list[DuplicatePage] = []
    pieces.duplicate_found.connect(found.append)
    pieces.start()
    clean = cast(CleanPage, SimpleNamespace(jpeg=NEW, blank=False, flaws=()))
    desk.page_cleaned.emit(CleanedPage("p1", clean))
    await asyncio.gather(*desk.work)
    return found


async def test_the_earlier_page_comes_with_the_warning() -> None:
    assert await _doubles(_Desk()) == [DuplicatePage("p1", SEEN, NEW, PDF)]


async def test_without_the_earlier_page_the_warning_stands() -> None:
    desk = _Desk()
    desk.away = True
    assert await _doubles(desk) == [DuplicatePage("p1", SEEN, NEW, b"")]


class _Window:
    """The desk's window, with its wrap-up in front or not."""

    def __init__(self, *, in_wrap_up: bool = False) -> None:
        self.wrap_up = SimpleNamespace(isVisible=lambda: in_wrap_up)
        self.shown: list[tuple[str, QImage, str]] = []
        self.lines: list[tuple[str, Any]] = []
        self.messages = self.paper = self

    def show_picture(self, title: str, image: QImage, note: str) -> None:
        self.shown.append((title, image, note))

    def show_message(self, _level: object, text: str, *, key: str, action: Any) -> None:
        self.lines.append((text, action))


def test_who_ends_the_wrap_up_reads_the_warning_and_opens_the_pages_on_wish(
    qapp: QApplication,
) -> None:
    window = _Window(in_wrap_up=True)
    connections = PieceConnections.__new__(PieceConnections)
    connections._window = cast(DeskWindow, window)
    connections._on_duplicate(DuplicatePage("p1", SEEN, NEW, PDF))
    ((_text, action),) = window.lines
    assert window.shown == []
    action.act()
    assert len(window.shown) == 1


@pytest.mark.parametrize("document", [PDF, b""])
def test_both_pages_are_shown_side_by_side_and_again_on_wish(
    qapp: QApplication, document: bytes
) -> None:
    window = _Window()
    connections = PieceConnections.__new__(PieceConnections)
    connections._window = cast(DeskWindow, window)
    connections._on_duplicate(DuplicatePage("p1", SEEN, NEW, document))
    ((text, action),) = window.lines
    assert "page 2" in text
    assert "Bulletin" in text
    action.act()
    assert len(window.shown) == 2
    _title, image, note = window.shown[0]
    assert note == text
    left, right = (image.pixelColor(image.width() * n // 4, image.height() // 2) for n in (1, 3))
    assert left.red() > 150 > left.blue()
    if document:
        assert right.blue() > 150 > right.red()  # page 2, not page 1
    else:
        assert right == QColor("white")


def test_a_page_that_is_not_there_is_no_picture(qapp: QApplication) -> None:
    assert pdf_page(PDF, 3) is None
    assert pdf_page(b"no pdf", 1) is None
