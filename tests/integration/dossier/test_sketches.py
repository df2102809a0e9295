# SPDX-License-Identifier: GPL-3.0-only
"""The small picture of a document: asked for over the real bus, drawn by the hub, painted in
the desk's tab.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from documents.store.dossier_store import DossierStore
from documents.workers import Workers
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.clock import SystemClock
from session.core.dossier_model import Dossier
from session.core.errors import NotAllowed
from session.protocol.dossier.pieces import MAX_SKETCH_BYTES, DocumentSketchRequest
from session.protocol.wire.ids import new_id
from tests.integration.dossier.conversation import say
from tests.support.hub_world import World, hub_world
from views.desk.dossier.documents import DocumentsView

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIRST, SECOND = (200, 30, 40), (200, 20, 220)  # no theme paints in these
"""The colours of a document's two pages."""
NEAR = 40


def two_pages() -> bytes:
    """A PDF of one page of each colour."""
    pages = [Image.new("RGB", (1240, 1754), colour) for colour in (FIRST, SECOND)]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return file.getvalue()


def is_near(colour: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return max(abs(one - two) for one, two in zip(colour, other, strict=True)) < NEAR


def painted(view: DocumentsView, colour: tuple[int, int, int]) -> int:
    """How many points of the tab have this colour."""
    image = view.grab().toImage()
    colours = (
        QColor(image.pixel(x, y)).getRgb()
        for x in range(image.width())
        for y in range(image.height())
    )
    return sum(is_near(rgb[:3], colour) for rgb in colours if None not in rgb)


async def _world(world: World, folder: Path, workers: Workers) -> DossierStore:
    store = DossierStore(folder / "store")
    caller = Dossier(number="D-2026-0001", caller_name="Jeanne Exemple", caller_number="1234567")
    store.create_dossier("valdore", caller)
    world.store = DossierAdapter(store, SystemClock(), workers=workers)
    await world.start_hub()
    return store


async def test_the_first_page_of_a_document_is_drawn_in_the_desks_tab(
    tmp_path: Path, qtbot: QtBot
) -> None:
    workers = Workers()
    async with hub_world(tmp_path, with_hub=False) as world:
        store = await _world(world, tmp_path, workers)
        try:
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
            number = (await desk.dossier(facts.id)).number
            await say(desk, kiosk, facts.id, allowed=True)
            filed = await desk.upload(
                facts.id, number, piece_id="", name="Bail", pages=2, data=two_pages()
            )
            request = DocumentSketchRequest(
                session_id=facts.id, dossier=number, document_id=filed.document.id
            )
            jpeg = (await desk.bus.ask(request)).jpeg
            with pytest.raises(NotAllowed):  # of another dossier
                await desk.bus.ask(msgspec.structs.replace(request, document_id=new_id()))
        finally:
            store.close()
            workers.close()

    assert len(jpeg) < MAX_SKETCH_BYTES
    with Image.open(io.BytesIO(jpeg)) as sketch:
        middle = sketch.convert("RGB").getpixel((sketch.width // 2, sketch.height // 2))
    assert isinstance(middle, tuple)
    assert is_near(middle, FIRST)

    view = DocumentsView(lambda _act: None, now=lambda: NOON)
    qtbot.addWidget(view)
    view.resize(420, 500)
    view.show()
    view.show_dossier(filed.dossier)
    assert painted(view, FIRST) == 0
    view.show_sketch(filed.document.id, jpeg)
    assert painted(view, FIRST) > 500
    assert painted(view, SECOND) == 0
