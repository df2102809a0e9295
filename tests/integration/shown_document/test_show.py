# SPDX-License-Identifier: GPL-3.0-only
"""The agent shows a document, turns its pages and draws on them:
what the caller sees, and that nothing of it stays.
"""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage

from session.protocol.conversation.shown_document import (
    MAX_MARKS,
    Mark,
    MarkKind,
    ShowEnded,
    ShownPageOffered,
    ShownPageRequested,
    ShowStarted,
)
from tests.support.qt_loop import QtLoop
from tests.support.screens.fingers import key
from tests.support.shown_documents import ARROW, FRAME, ShowStage, invented_pdf, invented_picture
from tests.support.waiting import until
from views.desk.shared_page.shown_document_view import Pen
from views.widgets.document_sheet import DocumentSheet


def _likeness(one: DocumentSheet, other: DocumentSheet) -> float:
    """Part of the pixels that are the same on both sheets, as they are on the screen."""
    size = (200, 280)
    pictures = [
        sheet.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8).scaled(*size)
        for sheet in (one, other)
    ]
    same = sum(
        abs(pictures[0].pixelColor(x, y).lightness() - pictures[1].pixelColor(x, y).lightness())
        < 60
        for x in range(0, size[0], 4)
        for y in range(0, size[1], 4)
    )
    return same / (size[0] // 4 * size[1] // 4)


def _has_red(sheet: DocumentSheet, x: float, y: float) -> bool:
    """A mark's red is near this fraction of the page."""
    image = sheet.grab().toImage()
    at = sheet.place(x, y)
    colours = [
        image.pixelColor(round(at.x()) + across, round(at.y()) + down)
        for across in range(-8, 9, 2)
        for down in range(-8, 9, 2)
    ]
    return any(
        colour.red() > 180 and colour.green() < 90 and colour.blue() < 100 for colour in colours
    )


def test_both_ends_see_the_same_page_and_the_agent_turns_it(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(3), "Attestation de droits")
        assert stage.pane.isVisible()
        assert not stage.window.session_page.stage.browser.isVisible()
        await until(lambda: stage.view.sheet.page == 0)
        assert _likeness(stage.pane.sheet, stage.view.sheet) > 0.97
        stage.view.setFocus()
        key(stage.view, Qt.Key.Key_PageDown)
        await stage.seen(1)
        assert stage.view.sheet.page == stage.pane.sheet.page == 1
        assert _likeness(stage.pane.sheet, stage.view.sheet) > 0.97
        key(stage.view, Qt.Key.Key_End)
        await stage.seen(2)
        assert stage.logged[1:4] == [0, 1, 2]

    qt_loop.run(story())


def test_a_picture_is_shown_as_well(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_picture(kind="JPEG"))
        await until(lambda: stage.view.sheet.page == 0)
        assert _likeness(stage.pane.sheet, stage.view.sheet) > 0.97

    qt_loop.run(story())


def test_only_pixels_cross_and_only_of_pages_that_are_looked_at(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(9))
        await until(
            lambda: any(
                isinstance(one, ShownPageRequested) and one.page == 1
                for one in stage.kiosk_line.sent
            )
        )

        def offered() -> set[int]:
            return {one.page for one in stage.desk_line.sent if isinstance(one, ShownPageOffered)}

        await until(lambda: offered() >= {0, 1})
        await asyncio.sleep(0.3)
        assert offered() == {0, 1}, "the page in view and the next one"
        whole = b"".join(stage.raw)
        assert whole.startswith(b"RIFF")
        assert b"%PDF" not in whole
        assert b"Attestation" not in whole

    qt_loop.run(story())


def test_the_agent_draws_and_the_caller_sees_it_at_the_same_place(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(2))
        await until(lambda: stage.view.sheet.page == 0)
        stage.take(Pen.ARROW)
        stage.drag((0.2, 0.3), (0.4, 0.35), (0.6, 0.4))
        await stage.seen(0, marks=1)
        stage.take(Pen.FRAME)
        stage.drag((0.1, 0.6), (0.7, 0.8))
        stage.take(Pen.LINE)
        stage.drag(*[(0.1 + step / 20, 0.9 - step / 100) for step in range(10)])
        await stage.seen(0, marks=3)
        kinds = [mark.kind for mark in stage.pane.sheet.marks]
        assert kinds == [MarkKind.ARROW, MarkKind.FRAME, MarkKind.LINE]
        for x, y in ((0.4, 0.35), (0.1, 0.7), (0.3, 0.86)):
            assert _has_red(stage.pane.sheet, x, y), (x, y)
            assert _has_red(stage.view.sheet, x, y), (x, y)
        assert stage.logged[2:] == ["arrow", "frame", "line"]

    qt_loop.run(story())


def test_marks_belong_to_their_page_and_are_still_there_when_it_comes_back(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(2))
        stage.desk.add_mark(ARROW)
        stage.desk.add_mark(FRAME)
        await stage.seen(0, marks=2)
        stage.desk.turn(1)
        await stage.seen(1)
        assert not stage.pane.sheet.marks
        stage.painted.clear()
        stage.desk.turn(0)
        await stage.seen(0, marks=2)
        stage.view.remove_button.click()
        await stage.seen(0, marks=0)
        assert not stage.pane.sheet.marks

    qt_loop.run(story())


def test_the_laser_is_seen_while_it_moves_and_goes_with_the_mouse(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        stage.desk.move_pointer(0.5, 0.2)
        await until(lambda: stage.painted[-1].pointer)
        assert _has_red(stage.pane.sheet, 0.5, 0.2)
        stage.desk.hide_pointer()
        await until(lambda: not stage.painted[-1].pointer)

    qt_loop.run(story())


def test_of_too_many_marks_the_oldest_go(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        for number in range(MAX_MARKS + 3):
            stage.desk.add_mark(Mark(kind=MarkKind.ARROW, points=[0.1, 0.1, 0.5, number / 100]))
        await stage.seen(0, marks=MAX_MARKS)
        await until(lambda: stage.pane.sheet.marks[-1].points[-1] == (MAX_MARKS + 2) / 100)
        assert len(stage.pane.sheet.marks) == MAX_MARKS

    qt_loop.run(story())


def test_the_caller_closes_it_and_the_agent_hears(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(2))
        stage.pane.close_button.click()
        assert not stage.pane.isVisible()
        assert stage.pane.sheet.is_empty
        await until(lambda: stage.ended)
        assert stage.ended[0].by_caller
        assert stage.desk.shown is None
        assert stage.view.sheet.page == -1
        assert stage.logged[-1] is True
        started = next(one for one in stage.desk_line.sent if isinstance(one, ShowStarted))
        await stage.desk_line.send("show", started)  # a repeat that was on its way
        await asyncio.sleep(0.1)
        assert not stage.pane.is_open, "what the caller closed does not come back by itself"

    qt_loop.run(story())


def test_stop_closes_it_too(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        stage.window.session_page.bar.stop.click()
        await until(lambda: stage.ended)
        assert stage.ended[0].by_caller
        assert stage.pane.sheet.is_empty

    qt_loop.run(story())


def test_the_agent_ends_it_and_the_face_is_alone_again(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        stage.desk.stop()
        await until(lambda: not stage.pane.is_open)
        assert not stage.pane.isVisible()
        assert stage.logged[-1] is False

    qt_loop.run(story())


def test_a_page_on_its_way_is_told_in_per_cent_and_can_be_cancelled(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        stage.narrow(kbps=60)
        await stage.begin(invented_pdf(4))
        await until(lambda: any(0 < percent < 100 for percent in stage.progress))
        await until(lambda: stage.pane._progress.value() > 0)
        sent = len(stage.raw)
        stage.desk.stop()
        await until(lambda: not stage.pane.is_open)
        await asyncio.sleep(0.5)
        assert len(stage.raw) <= sent + 2, "nothing more is sent of what nobody wants"

    qt_loop.run(story())


def test_a_page_is_sent_at_the_pace_of_the_line(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        stage.narrow(kbps=240)
        started_s = stage.clock.monotonic_s()
        await stage.show(invented_pdf(1))
        took_s = stage.clock.monotonic_s() - started_s
        assert took_s >= 0.7 * sum(map(len, stage.raw[:-1])) * 8 / 240_000

    qt_loop.run(story())


def test_lost_pieces_are_asked_for_again(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        lost: list[int] = []

        def lose(_topic: str, _payload: bytes, headers: object) -> bool:
            lost.append(1)
            return len(lost) in (1, 3)

        stage.narrow(kbps=4000)
        stage.desk_line.drop_raw = lose
        await stage.show(invented_pdf(1))
        assert len(lost) > 3

    qt_loop.run(story())


def test_a_kiosk_that_was_restarted_shows_it_again_with_its_marks(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(2))
        stage.desk.turn(1)
        stage.desk.add_mark(FRAME)
        await stage.seen(1, marks=1)
        stage.kiosk._forget()
        stage.painted.clear()
        stage.desk.repeat()
        await stage.seen(1, marks=1)
        assert stage.pane.isVisible()

    qt_loop.run(story())


def test_a_desk_that_was_restarted_takes_away_what_it_does_not_know(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        stage.desk._forget()
        stage.desk.repeat()
        await until(lambda: not stage.pane.is_open)

    qt_loop.run(story())


def test_the_line_was_away_for_a_moment(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(2))
        stage.desk_line.cut = stage.kiosk_line.cut = True
        stage.desk.turn(1)
        await asyncio.sleep(0.6)
        assert stage.pane.sheet.page == 0
        stage.desk_line.cut = stage.kiosk_line.cut = False
        await stage.seen(1)

    qt_loop.run(story())


@pytest.mark.parametrize("data", [b"RIFF no picture", b"\x89PNG\r\n\x1a\n", invented_picture()])
def test_the_kiosk_shows_nothing_but_the_kind_of_picture_that_was_agreed(
    qt_loop: QtLoop, stage: ShowStage, data: bytes
) -> None:
    async def story() -> None:
        async def draw(_page: int) -> object:
            from session.desk.cobrowse.shown_document import DrawnPicture

            return DrawnPicture(data, 10, 10)

        stage.desk.start("x", 1, draw)  # type: ignore[arg-type]
        await until(lambda: stage.ended)
        assert stage.ended[0].code == "page_unreadable"
        assert not stage.pane.is_open

    qt_loop.run(story())


def test_nothing_is_left_when_the_session_ends(qt_loop: QtLoop, stage: ShowStage) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(3))
        stage.desk.add_mark(ARROW)
        await stage.seen(0, marks=1)
        assert stage.kiosk.close() == 0
        assert stage.pane.sheet.is_empty
        assert not stage.pane.is_open
        assert "Attestation" not in stage.pane.accessibleName()
        await stage.desk_line.send("show", ShowStarted(show_id="late", title="x", pages=1))
        await asyncio.sleep(0.05)
        assert not stage.pane.is_open, "nobody listens any more"

    qt_loop.run(story())


def test_an_end_that_names_another_document_changes_nothing(
    qt_loop: QtLoop, stage: ShowStage
) -> None:
    async def story() -> None:
        await stage.show(invented_pdf(1))
        await stage.desk_line.send("show", ShowEnded(show_id="another"))
        await asyncio.sleep(0.05)
        assert stage.pane.is_open

    qt_loop.run(story())
