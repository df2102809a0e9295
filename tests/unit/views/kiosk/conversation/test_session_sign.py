# SPDX-License-Identifier: GPL-3.0-only
"""A question of the kiosk bears a sign where no page can paint; one that a page draws does not."""

from __future__ import annotations

import itertools

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QLabel, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from session.protocol.conversation.messages import Grant
from tests.support.screens.kiosk_gallery import session_facts
from views.kiosk.conversation.session_sign import COLOURS, PICTURES, chosen_sign
from views.kiosk.widgets.icons import SERVICE_ICONS, find_icon
from views.kiosk.window import KioskWindow

SIZES = [(1280, 720), (1920, 1080), (1080, 1920)]


def place_of(window: KioskWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def picture(window: KioskWindow) -> QImage:
    window.session_page.stage.finish_slides()
    window.repaint()
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("size", SIZES)
def test_a_page_that_draws_a_question_reaches_neither_the_band_nor_the_edge(
    visit: KioskVisit, window: KioskWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    page = window.session_page
    visit.show_session(session_facts())
    window.session_page.stage.show_page(True)
    before = picture(window)
    window.session_page.ask((Grant.CONTROL,))
    asked = picture(window)
    assert not page.stage.browser.isVisible(), "nothing of the page stands beside a question"
    sign = page.band.sign
    assert sign is not None
    band, foot = place_of(window, page.band), place_of(window, page.bar.sign)
    assert (band.left(), band.right()) == (0, window.width() - 1)
    beside_picture = QPoint(foot.center().x(), foot.top() + foot.height() // 10)
    for at in (band.topLeft(), band.topRight(), beside_picture):
        assert asked.pixelColor(at).name() == sign.colour.lower()
    question = window.grab(place_of(window, page.consent))
    window.session_page.end_question((Grant.CONTROL,))
    browser = place_of(window, page.stage.browser)
    imitation = QLabel(page.stage.browser)
    imitation.setPixmap(question.scaled(browser.size()))
    imitation.resize(browser.size())
    imitation.show()
    after = picture(window)
    assert after != before, "the page has drawn something"
    for y in range(before.height()):
        for x in range(0, before.width(), 7):
            if not browser.contains(x, y):
                assert before.pixel(x, y) == after.pixel(x, y)
    assert not foot.intersects(browser)
    assert browser.left() > 0
    assert browser.right() < window.width() - 1


def test_every_question_bears_the_sign_of_the_conversation_and_the_next_one_has_another(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    page = window.session_page
    seen = []
    for _ in range(5):
        visit.show_session(session_facts())
        seen.append(page.band.sign)
    for one, other in itertools.pairwise(seen):
        assert one is not None
        assert other is not None
        assert one.colour != other.colour
        assert one.picture != other.picture
    assert seen[-1] is not None
    assert page.bar.sign.name == seen[-1].picture


def test_a_sign_is_one_of_many_that_can_be_seen() -> None:
    assert len({chosen_sign() for _ in range(2000)}) == len(COLOURS) * len(PICTURES)
    unknown = find_icon("no such picture", "#ffffff").pixmap(32).toImage()
    assert SERVICE_ICONS["help"]
    for name in PICTURES:
        assert find_icon(name, "#ffffff").pixmap(32).toImage() != unknown
