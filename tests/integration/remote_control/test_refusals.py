# SPDX-License-Identifier: GPL-3.0-only
"""What the kiosk refuses to do for the agent, whatever the desk sends:
told, logged, and without effect.
"""

from __future__ import annotations

import asyncio

import pytest

from session.desk.cobrowse.remote_control import DeskRemoteControl, Spot
from session.kiosk.cobrowse.remote_control import Acted
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.remote_control import NEEDED, HistoryStep, PageKey
from tests.integration.remote_control.stage import ALL, ControlStage
from tests.support.qt_loop import QtLoop

FORM = """<form><input id=n><input id=p type=password><input id=f type=file><input id=h type=hidden>
<input id=iban name=iban><input id=s data-sensitive><div
class=sensible><button id=sb type=button>x</button></div>
<select id=nir data-private><option>a<option>b</select><label id=lp>Secret <input
id=p2 type=password></label></form>
<script>document.querySelectorAll('input,button,select').forEach((e) =>
e.addEventListener('click', () => {
  document.title = 'touché ' + e.id; }));</script>"""


def test_no_command_works_without_its_power(stage: ControlStage, qt_loop: QtLoop) -> None:
    """One desk sends every command there is;
    the kiosk does none of them and says which power is missing.
    """

    async def story() -> None:
        await stage.share_html(
            "<input id=n value=a><button id=b>x</button><p style='height:3000px'></p>"
        )
        spot = await stage.spot("#b")
        stage.consent.take_back(Grant.POINT, Grant.CONTROL, Grant.TYPE)
        html = await stage.in_page("document.documentElement.outerHTML")
        for send in _every_command(stage.control, spot):
            send()
            await stage.answer()
        refused = {
            answer.command: (answer.code, answer.detail.get("grant")) for answer in stage.answers
        }
        for command, needed in NEEDED.items():
            if needed is not None:
                assert refused[command] == ("grant_missing", needed.value), command.__name__
        assert await stage.in_page("document.documentElement.outerHTML") == html
        assert await stage.in_page("scrollY") == 0
        logged = {acted.command for acted in stage.acted if acted.code == "grant_missing"}
        assert logged == {
            "click_requested",
            "scroll_requested",
            "history_requested",
            "zoom_requested",
            "text_requested",
            "key_requested",
            "choice_requested",
            "value_requested",
            "value_proposed",
            "highlight_requested",
            "arrow_requested",
        }

    qt_loop.run(stage.play(story()))


def _every_command(control: DeskRemoteControl, spot: Spot) -> list:  # type: ignore[type-arg]  # of calls
    return [
        lambda: control.click(spot),
        lambda: control.scroll(spot, 0, 100),
        lambda: control.go(HistoryStep.RELOAD),
        lambda: control.zoom(1),
        lambda: control.type("x"),
        lambda: control.press(PageKey.ENTER),
        lambda: control.choose(spot.epoch, spot.node, 0),
        lambda: control.set_value(spot.epoch, spot.node, "x"),
        lambda: control.propose(spot.epoch, spot.node, "x"),
        lambda: control.highlight(spot.epoch, spot.node),
        lambda: control.draw_arrow((0.1, 0.1), (0.5, 0.5)),
        control.remove_marks,
    ]


def test_nothing_is_done_in_a_page_that_is_not_shared(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button>")
        spot = await stage.spot("#b")
        stage.consent.take_back(Grant.SEE_PAGE)
        stage.control.click(spot)
        answer = await stage.answer()
        assert (answer.code, answer.detail) == ("grant_missing", {"grant": "see_page"})

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize("selector", ["#p", "#f", "#iban", "#s", "#sb", "#nir", "#lp"])
def test_what_is_private_is_not_clicked(
    stage: ControlStage, qt_loop: QtLoop, selector: str
) -> None:
    async def story() -> None:
        await stage.share_html(FORM)
        assert (await stage.click(selector)).code == "field_private"
        assert await stage.in_page("document.title") == ""
        assert await stage.in_page("document.activeElement === document.body")
        assert stage.acted[-1] == Acted("click_requested", "field_private")

    qt_loop.run(stage.play(story()))


def test_what_is_private_gets_no_value(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(FORM)
        epoch = stage.desk.epoch
        for name in ("p", "f", "h", "iban", "s"):
            node = await stage.in_recorder(
                f"rrweb.record.mirror.getId(document.getElementById('{name}'))"
            )
            for act in (stage.control.set_value, stage.control.propose):
                act(epoch, node, "moi")
                assert (await stage.answer()).code == "field_private", name
        node = await stage.in_recorder("rrweb.record.mirror.getId(document.getElementById('nir'))")
        stage.control.choose(epoch, node, 1)
        assert (await stage.answer()).code == "field_private"
        assert await stage.in_page("[...document.querySelectorAll('input')].every((e) => !e.value)")

    qt_loop.run(stage.play(story()))


def test_nothing_is_typed_where_the_caller_types_a_password(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html(FORM)
        await stage.in_page("p.value = 'abc'; p.focus()")
        assert (await stage.write("x")).code == "field_private"
        stage.control.press(PageKey.BACKSPACE)
        assert (await stage.answer()).code == "field_private"
        stage.control.press(PageKey.BACK_TAB)
        assert (await stage.answer()).code == "", "the agent may lead out of it"
        assert await stage.in_page("p.value") == "abc"

    qt_loop.run(stage.play(story()))


def test_a_password_that_the_page_shows_as_text_stays_private(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        stage.web.page("/t/inner.html", "<body><input id=q type=password></body>")
        await stage.share_html(FORM + "<iframe id=frame src=/t/inner.html></iframe>")
        await stage.mirrored(
            "Boolean(document.getElementById('frame')?.contentDocument?.getElementById('q'))"
        )
        await stage.in_page(
            "p.type = 'text'; frame.contentDocument.getElementById('q').type = 'text'"
        )
        await stage.mirrored("document.getElementById('p').type === 'text'")
        await stage.in_page(
            "for (const e of [p, frame.contentDocument.getElementById('q')]) "
            "e.removeAttribute('data-rr-is-password')"
        )
        assert (await stage.click("#p")).code == "field_private"
        assert (await stage.click("#q", "#frame")).code == "field_private"
        await stage.in_page("p.focus()")
        assert (await stage.write("x")).code == "field_private"
        assert await stage.in_page("p.value") == ""

    qt_loop.run(stage.play(story()))


def test_a_click_is_refused_when_something_lies_over_it(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b style='margin:50px'>x</button>")
        spot = await stage.spot("#b")
        await stage.in_page(
            "b.onclick = () => { document.title = 'touché' };"
            "document.body.insertAdjacentHTML('beforeend', '<div "
            'style="position:fixed;inset:0"></div>\')'
        )
        stage.control.click(spot)
        assert (await stage.answer()).code == "element_covered"
        assert await stage.in_page("document.title") == ""

    qt_loop.run(stage.play(story()))


def test_a_click_is_refused_when_its_element_is_gone(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button>")
        spot = await stage.spot("#b")
        await stage.in_page("b.remove()")
        stage.control.click(spot)
        assert (await stage.answer()).code == "element_gone"
        stage.control.click(spot._replace(node=99_999))
        assert (await stage.answer()).code == "element_gone"

    qt_loop.run(stage.play(story()))


def test_a_click_meant_for_another_page_is_refused(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_all(stage.web.site + "index.html")
        spot = await stage.spot("nav a:nth-of-type(2)")
        await stage.in_page("location.href = 'transports.html'")
        await stage.mirrored("document.querySelector('h1')?.textContent === 'Venir en bus'")
        stage.control.click(spot)
        assert (await stage.answer()).code == "page_changed"

    qt_loop.run(stage.play(story()))


def test_numbers_of_a_page_that_was_just_left_are_never_looked_up_in_the_next(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    """Between the navigation and the first event of the new page both ends still count the old
    one.
    """

    async def story() -> None:
        await stage.share_all(stage.web.site + "index.html")
        spot = await stage.spot("nav a:nth-of-type(2)")
        stage.browser.reported.disconnect(stage.kiosk._on_reported)
        await stage.in_page("location.href = 'transports.html'")
        await stage.page_is(
            "document.readyState === 'complete' && document.title.startsWith('Venir')"
        )
        assert spot.epoch == stage.kiosk.epoch
        stage.control.click(spot)
        assert (await stage.answer()).code == "page_changed"
        stage.browser.reported.connect(stage.kiosk._on_reported)

    qt_loop.run(stage.play(story()))


def test_text_without_a_field_is_refused(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button><input id=r readonly value=a>")
        assert (await stage.write("perdu")).code == "field_not_ready"
        await stage.click("#r")
        assert (await stage.write("perdu")).code == "field_not_ready"
        assert await stage.in_page("r.value") == "a"

    qt_loop.run(stage.play(story()))


def test_a_touch_of_the_caller_pauses_the_agent_for_a_second(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<button id=b>x</button><p>ici</p>")
        await stage.click("#b")
        assert stage.pauses == [], "the agent's own click is no touch"
        stage.touch(300, 300)
        await stage.until(lambda: stage.pauses == [1.0])
        assert (
            stage.browser.controlled.act_strip.words() == "You are in control. Your adviser is "
            "waiting."
        )
        assert (await stage.click("#b")).code == "control_paused"
        await asyncio.sleep(1.05)
        assert (await stage.click("#b")).code == ""

    qt_loop.run(stage.play(story()))


def test_stop_ends_what_waits_too(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<input id=n>")
        await stage.click("#n")
        for letter in "abc":
            stage.control.type(letter)
            stage.control._flush()
        await asyncio.sleep(0)
        stage.consent.take_back(*ALL)
        await stage.until(lambda: len(stage.answers) == 4)
        assert [answer.code for answer in stage.answers[1:]] == ["grant_missing"] * 3
        assert await stage.in_page("n.value") == ""
        assert not stage.browser.controlled.act_strip.isVisible()

    qt_loop.run(stage.play(story()))


def test_a_flood_of_commands_is_refused_beyond_a_limit(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<input id=n>")
        await stage.click("#n")
        for _ in range(200):
            stage.control.press(PageKey.RIGHT)
        await stage.until(lambda: len(stage.answers) >= 130)
        assert [answer.code for answer in stage.answers].count("rate_limited") >= 100

    qt_loop.run(stage.play(story()))
