# SPDX-License-Identifier: GPL-3.0-only
"""Frame, arrow and proposal: what the agent shows the caller, and the one touch that takes a
value.
"""

from __future__ import annotations

import asyncio

from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QColor

from session.protocol.conversation.messages import Grant
from tests.integration.remote_control.stage import ControlStage
from tests.support.qt_loop import QtLoop


def colour_at(stage: ControlStage, x: float, y: float) -> QColor:
    """What the kiosk's screen shows at a point of its page."""
    at = stage.page.view.mapTo(stage.browser, QPoint(round(x), round(y)))
    return stage.browser.grab().toImage().pixelColor(at)


def is_red(colour: QColor) -> bool:
    return colour.red() > 180 and colour.green() < 90 and colour.blue() < 90


def test_a_frame_is_drawn_around_an_element_and_follows_it(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html(
            "<p style='height:200px'></p><button id=b>x</button><p style='height:3000px'></p>"
        )
        spot = await stage.spot("#b")
        stage.control.highlight(spot.epoch, spot.node)
        assert (await stage.answer()).code == ""
        await stage.until(lambda: stage.page.cover.marks.frame is not None)
        box = await stage.in_page(
            "(() => { const b = document.querySelector('#b').getBoundingClientRect(); return "
            "[b.left, b.top] })()"
        )
        assert is_red(colour_at(stage, box[0] - 5, box[1] + 5))
        assert "frame" not in await stage.in_page("document.documentElement.outerHTML")
        await stage.in_page("scrollTo(0, 100)")
        await stage.until(lambda: abs(stage.page.cover.marks.frame.y() - (box[1] - 100)) < 1)  # type: ignore[union-attr]
        stage.control.remove_marks()
        await stage.until(lambda: stage.page.cover.marks.frame is None)

    qt_loop.run(stage.play(story()))


def test_an_arrow_is_drawn_where_the_agent_drew_it(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<p style='height:3000px'></p>")
        view = stage.page.view
        stage.control.draw_arrow((0.2, 0.5), (0.6, 0.5))
        assert (await stage.answer()).code == ""
        assert is_red(colour_at(stage, view.width() * 0.4, view.height() * 0.5))
        await stage.in_page("location.href = '/t/autre.html'")
        await stage.until(lambda: stage.page.cover.marks.arrow is None)

    qt_loop.run(stage.play(story()))


def test_taking_back_the_power_to_point_removes_every_mark(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button>")
        stage.control.draw_arrow((0.2, 0.5), (0.6, 0.5))
        await stage.answer()
        stage.consent.take_back(Grant.POINT)
        assert stage.page.cover.marks.arrow is None

    qt_loop.run(stage.play(story()))


def test_a_proposed_value_is_written_by_one_touch_of_the_caller(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html(
            "<label>Salaire <input id=n></label><script>n.onchange = () => { document.title = "
            "n.value }</script>"
        )
        stage.consent.take_back(Grant.CONTROL, Grant.TYPE)
        picked = await stage.pick("#n")
        await stage.in_page("scrollTo(0, 2000)")
        stage.control.propose(picked.epoch, picked.field, "1 204,50 €")
        await stage.until(lambda: stage.browser.controlled.proposal.isVisible())
        assert stage.browser.controlled.proposal.value() == "1 204,50 €"
        assert await stage.in_page("scrollY < 100"), "the caller sees the field that is meant"
        assert "Salaire" in stage.browser.controlled.proposal.take.accessibleName()
        assert await stage.in_page("n.value") == ""
        await stage.until(lambda: stage.browser.controlled.proposal.takes_value)
        stage.browser.controlled.proposal.take.click()
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === '1 204,50 €'")
        assert not stage.browser.controlled.proposal.isVisible()
        assert stage.browser.controlled.proposal.value() == ""

    qt_loop.run(stage.play(story()))


def test_a_proposal_that_is_left_writes_nothing(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<input id=n>")
        picked = await stage.pick("#n")
        stage.control.propose(picked.epoch, picked.field, "non")
        await stage.until(lambda: stage.browser.controlled.proposal.isVisible())
        stage.browser.controlled.proposal.leave.click()
        assert (await stage.answer()).code == "proposal_refused"
        assert await stage.in_page("n.value") == ""
        stage.control.propose(picked.epoch, picked.field, "un")
        await stage.until(lambda: stage.browser.controlled.proposal.value() == "un")
        stage.control.propose(picked.epoch, picked.field, "deux")
        assert (await stage.answer()).code == "proposal_refused", "the next one takes its place"
        await stage.until(lambda: stage.browser.controlled.proposal.value() == "deux")
        stage.consent.take_back(Grant.POINT)
        assert (await stage.answer()).code == "proposal_refused"
        await asyncio.sleep(0.1)
        assert not stage.browser.controlled.proposal.isVisible()
        assert await stage.in_page("n.value") == ""

    qt_loop.run(stage.play(story()))


def test_the_caller_sees_that_the_agent_may_act_and_takes_it_back(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button>")
        strip = stage.browser.controlled.act_strip
        assert strip.isVisible()
        before = strip.words()
        await stage.click("#b")
        assert strip.words() != before
        amber = colour_at(stage, 2, stage.page.view.height() / 2)
        assert (amber.red() > 230, amber.blue() < 90) == (True, True)
        stage.consent.take_back(Grant.CONTROL, Grant.TYPE)
        assert not strip.isVisible()
        assert (await stage.click("#b")).code == "grant_missing"

    qt_loop.run(stage.play(story()))
