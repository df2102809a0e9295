# SPDX-License-Identifier: GPL-3.0-only
"""The agent acts in the caller's page, seen at the desk's mirror and done at the kiosk's real
page.
"""

from __future__ import annotations

import asyncio

from session.desk.cobrowse.remote_control import Spot
from session.protocol.conversation.remote_control import (
    ClickRequested,
    FieldKind,
    HistoryStep,
    PageKey,
)
from tests.integration.remote_control.stage import ControlStage
from tests.support.qt_loop import QtLoop
from views.desk.shared_page.mirror_pane import Pick


def test_a_click_is_the_persons_own_and_is_seen_at_the_desk(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    html = """<button id=b style="margin:200px">Suite</button>
    <script>b.onclick = (e) => { b.textContent = e.isTrusted ? 'Fait' : 'Faux'; }</script>"""

    async def story() -> None:
        await stage.share_html(html)
        answer = await stage.click("#b")
        assert (answer.command, answer.code) == (ClickRequested, "")
        await stage.mirrored("document.querySelector('#b').textContent === 'Fait'")
        assert stage.acted[-1].command == "click_requested"

    qt_loop.run(stage.play(story()))


def test_text_of_any_script_is_typed_where_the_click_put_the_keyboard(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    text = "é è ç à ù € œ @ Ÿ « 日本 Ωμέγα"

    async def story() -> None:
        await stage.share_html(
            "<label>Nom <input id=n></label><textarea id=t></textarea><div id=e "
            "contenteditable>a</div>"
            "<script>window.trusted = []; addEventListener('input', (e) => "
            "trusted.push(e.isTrusted), true)</script>"
        )
        assert (await stage.click("#n")).field is FieldKind.TEXT
        assert (await stage.write(text)).code == ""
        await stage.page_is(f"document.getElementById('n').value === {text!r}")
        await stage.mirrored(f"document.getElementById('n').value === {text!r}")
        await stage.click("#t")
        await stage.write("Deux\nlignes")
        await stage.page_is("document.getElementById('t').value.startsWith('Deux')")
        assert (await stage.click("#e")).field is FieldKind.TEXT
        await stage.write("ça")
        await stage.page_is("document.getElementById('e').textContent.includes('ça')")
        assert await stage.in_page("trusted.every(Boolean) && trusted.length >= 3")

    qt_loop.run(stage.play(story()))


def test_keys_move_erase_and_send(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(
            "<form id=f><input id=a><input id=b type=checkbox><button>ok</button></form>"
            "<script>f.onsubmit = (e) => { e.preventDefault(); document.title = 'parti ' + a.value "
            "+ b.checked }"
            "</script>"
        )
        await stage.click("#a")
        await stage.write("abc")
        stage.control.press(PageKey.BACKSPACE)
        await stage.answer()
        stage.control.press(PageKey.LEFT)
        await stage.answer()
        await stage.write("x")
        await stage.page_is("document.getElementById('a').value === 'axb'")
        stage.control.press(PageKey.TAB)
        assert (await stage.answer()).field is FieldKind.BUTTON
        stage.control.press(PageKey.SPACE)
        await stage.answer()
        await stage.page_is("document.getElementById('b').checked")
        stage.control.press(PageKey.BACK_TAB)
        assert (await stage.answer()).field is FieldKind.TEXT
        stage.control.press(PageKey.ENTER)
        await stage.page_is("document.title === 'parti axbtrue'")

    qt_loop.run(stage.play(story()))


def test_the_space_bar_ticks_the_box_that_has_the_keyboard(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html("<input id=a><input id=b type=checkbox>")
        await stage.click("#a")
        stage.control.press(PageKey.TAB)
        await stage.answer()
        assert (await stage.write(" ")).code == ""
        await stage.page_is("document.getElementById('b').checked")
        assert (await stage.write("x")).code == "field_not_ready"

    qt_loop.run(stage.play(story()))


def test_all_of_a_field_is_marked_and_replaced(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html("<p>Nom</p><input id=a value='Jean Dupond'>")
        await stage.click("#a")
        stage.control.press(PageKey.SELECT_ALL)
        assert (await stage.answer()).code == ""
        await stage.page_is("a.selectionStart === 0 && a.selectionEnd === a.value.length")
        await stage.write("Jeanne")
        await stage.page_is("document.getElementById('a').value === 'Jeanne'")

    qt_loop.run(stage.play(story()))


def test_a_checkbox_is_ticked_by_its_label(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(
            "<label id=l style='padding:20px'><input type=checkbox id=c> D'accord</label>"
        )
        await stage.click("#l")
        await stage.page_is("document.getElementById('c').checked")
        await stage.mirrored("document.getElementById('c').checked")

    qt_loop.run(stage.play(story()))


def test_a_choice_is_taken_without_opening_a_window_of_the_system(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html(
            "<select id=s><option>Un</option><option "
            "disabled>Deux</option><option>Trois</option></select>"
            "<script>s.onchange = () => { document.title = 'choisi ' + s.value }</script>"
        )
        picked = await stage.pick("#s")
        assert picked.kind == "choice"
        assert [option.text for option in picked.options] == ["Un", "Deux", "Trois"]
        assert (await stage.click("#s")).field is FieldKind.CHOICE
        stage.control.choose(picked.epoch, picked.field, 1)
        assert (await stage.answer()).code == "value_not_taken"
        stage.control.choose(picked.epoch, picked.field, 2)
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === 'choisi Trois'")
        await stage.mirrored("document.getElementById('s').selectedIndex === 2")

    qt_loop.run(stage.play(story()))


def test_a_date_is_set_as_a_whole(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(
            "<input id=d type=date><script>d.onchange = () => { document.title = d.value }</script>"
        )
        picked = await stage.pick("#d")
        assert (picked.kind, picked.type) == ("value", "date")
        assert (await stage.click("#d")).field is FieldKind.VALUE
        stage.control.set_value(picked.epoch, picked.field, "demain")
        assert (await stage.answer()).code == "value_not_taken"
        stage.control.set_value(picked.epoch, picked.field, "2026-03-02")
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === '2026-03-02'")

    qt_loop.run(stage.play(story()))


def test_the_wheel_scrolls_what_lies_under_it(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(
            "<div id=box style='height:120px;overflow:auto'><p id=in "
            "style='height:500px;margin:0'>dedans</p></div>"
            "<p id=out style='height:3000px;margin:0'>dehors</p>"
        )
        spot = (await stage.spot("#box"))._replace(y=0.2)
        stage.control.scroll(spot, 0, 60)
        stage.control.scroll(spot, 0, 40)
        assert (await stage.answer()).code == ""
        await stage.page_is("document.getElementById('box').scrollTop === 100 && scrollY === 0")
        stage.control.scroll(spot, 0, 2000)
        await stage.answer()
        await stage.page_is("document.getElementById('box').scrollTop === 380")
        stage.control.scroll(spot, 0, 500)
        await stage.answer()
        await stage.page_is("scrollY === 500")
        await stage.mirrored(
            "document.documentElement.scrollTop === 500 || document.scrollingElement.scrollTop === "
            "500"
        )

    qt_loop.run(stage.play(story()))


def test_what_is_out_of_sight_is_brought_into_sight_before_the_click(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share_html(
            "<button id=b>Loin</button><script>b.onclick = () => { document.title = 'cliqué' "
            "}</script>"
            "<div style='height:4000px'></div>"
        )
        spot = await stage.spot("#b")
        await stage.in_page("scrollTo(0, 3000)")
        stage.control.click(spot)
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === 'cliqué'")

    qt_loop.run(stage.play(story()))


def test_a_frame_of_the_same_site_is_acted_in_like_the_page(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        stage.web.page("/t/inner.html", "<body><input id=i><input id=p type=password></body>")
        await stage.share_html(
            "<p>avant</p><iframe id=f src=/t/inner.html style='border:9px "
            "solid;margin:30px'></iframe>"
        )
        answer = await stage.click("#i", "#f")
        assert (answer.code, answer.field) == ("", FieldKind.TEXT)
        assert (await stage.write("dans le cadre")).code == ""
        await stage.page_is(
            "document.getElementById('f').contentDocument.getElementById('i').value === 'dans le "
            "cadre'"
        )
        assert (await stage.click("#p", "#f")).code == "field_private"

    qt_loop.run(stage.play(story()))


def test_a_shadow_root_is_acted_in_like_the_page(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share_html(
            "<div id=h style='margin:40px'></div><script>h.attachShadow({mode: 'open'}).innerHTML "
            "= "
            "'<button>Ombre</button>'; h.shadowRoot.firstChild.onclick = () => { document.title = "
            "'ombre' }</script>"
        )
        await stage.mirrored("document.getElementById('h').shadowRoot !== null")
        x, y = await stage.in_mirror(
            "(() => { const b = "
            "document.getElementById('h').shadowRoot.firstChild.getBoundingClientRect();"
            " const v = mirror.visible().replayer.iframe;"
            " return [(b.left + 5) / v.clientWidth, (b.top + 5) / v.clientHeight]; })()"
        )
        found: list[Pick] = []
        stage.pane.pick_at(x, y, found.append)
        await stage.until(lambda: found)
        stage.control.click(Spot(found[0].epoch, found[0].node, found[0].x, found[0].y))
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === 'ombre'")

    qt_loop.run(stage.play(story()))


def test_back_forward_reload_and_zoom(stage: ControlStage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        zoomed: list[int] = []
        stage.control.zoomed.connect(zoomed.append)
        await stage.share_all(stage.web.site + "index.html")
        await stage.click("nav a:nth-of-type(4)")
        await stage.mirrored("document.querySelector('h1')?.textContent === 'Venir en bus'")
        stage.control.go(HistoryStep.BACK)
        await stage.mirrored("document.querySelector('h1')?.textContent.startsWith('Bonjour')")
        stage.control.go(HistoryStep.FORWARD)
        await stage.mirrored("document.querySelector('h1')?.textContent === 'Venir en bus'")
        loads = stage.web.asked.count("/site/transports.html")
        stage.control.go(HistoryStep.RELOAD)
        await stage.until(lambda: stage.web.asked.count("/site/transports.html") > loads)
        await asyncio.sleep(0.3)
        width = stage.pane.placement.viewport.width()
        stage.control.zoom(1)
        await stage.until(lambda: zoomed == [125])
        await stage.until(lambda: stage.pane.placement.viewport.width() < width * 0.85)
        assert (await stage.click("nav a:nth-of-type(1)")).code == ""
        await stage.mirrored("document.querySelector('h1')?.textContent.startsWith('Bonjour')")

    qt_loop.run(stage.play(story()))


def test_the_same_number_means_the_same_node_after_a_fresh_picture(
    stage: ControlStage, qt_loop: QtLoop
) -> None:
    html = (
        "<p id=x></p><button id=b>Bon</button><button id=c>Autre</button>"
        "<script>for (const e of [b, c]) e.onclick = () => { document.title = e.id }</script>"
    )

    async def story() -> None:
        await stage.share_html(html)
        spot = await stage.spot("#b")
        seen = len(stage.events)
        await stage.in_page("document.getElementById('x').innerHTML = '<i>1</i><i>2</i><i>3</i>'")
        stage.desk.request_snapshot()
        await stage.until(lambda: any(event.is_snapshot for event in stage.events[seen:]))
        await asyncio.sleep(0.2)
        stage.control.click(spot)
        assert (await stage.answer()).code == ""
        await stage.page_is("document.title === 'b'")

    qt_loop.run(stage.play(story()))
