# SPDX-License-Identifier: GPL-3.0-only
"""A page of the kiosk seen at the desk: what is shown, typed, opened, refused and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PyQt6.QtGui import QMouseEvent

from session.desk.cobrowse import shared_page as cobrowse
from session.protocol.conversation.messages import Grant, SharingChanged
from tests.support.cobrowse_stage import Stage, click, type_text
from tests.support.qt_loop import QtLoop
from views.desk.shared_page.overlay import Tool


def touched(stage: Stage, refused_before: int) -> bool:
    """Touches the page's corner; true once that had an address refused."""
    click(stage, QPoint(20, 20))
    return len(stage.refused) > refused_before


def is_red(stage: Stage, at: QPoint) -> bool:
    """True when the screen of the kiosk has the pointer's red there."""
    colour = stage.browser.grab().toImage().pixelColor(at)
    return colour.red() > 180 and colour.green() < 90 and colour.blue() < 90


def test_the_desk_opens_a_page_and_sees_it_once_the_caller_agrees(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.open(stage.web.site + "formulaire.html?dossier=0042#haut")
        assert stage.pages[-1].title.startswith("Déclarer mes ressources")
        assert stage.pages[-1].address == stage.web.site + "formulaire.html"
        assert not stage.events
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored(
            "document.querySelector('h1')?.textContent.includes('Déclaration trimestrielle')"
        )
        assert stage.desk.sharing
        assert stage.pane.placement.viewport.width() == stage.pages[-1].width_px
        assert (await stage.facts())["sandbox"] == "allow-same-origin"
        assert (await stage.facts())["warnings"] == 0

    qt_loop.run(stage.play(story()))


def test_what_the_caller_types_and_ticks_is_mirrored(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "formulaire.html")
        stage.browser.activateWindow()
        stage.page.view.setFocus()
        await stage.in_page("document.getElementById('prenom').focus()")
        type_text(stage, "Anaïs-Zoé")
        await stage.mirrored("document.getElementById('prenom').value === 'Anaïs-Zoé'")
        await stage.in_page("document.getElementById('couple').click()")
        await stage.mirrored("document.getElementById('couple').checked")
        await stage.in_page("document.getElementById('janvier').value = '1204.5'")
        await stage.mirrored("document.getElementById('janvier').value === '1204.5'")
        await stage.in_page("document.getElementById('valider').click()")
        await stage.mirrored(
            "document.getElementById('message').textContent.startsWith('Indiquez')"
        )

    qt_loop.run(stage.play(story()))


def test_a_link_leads_both_to_the_next_page(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        first_epoch = stage.events[-1].epoch
        await stage.in_page("document.querySelector('a[href=\"transports.html\"]').click()")
        await stage.mirrored("document.querySelector('h1')?.textContent === 'Venir en bus'")
        assert stage.events[-1].epoch == first_epoch + 1
        await stage.until(lambda: stage.pages[-1].epoch == first_epoch + 1)
        stage.browser.go_back()
        await stage.mirrored("document.querySelector('h1')?.textContent.startsWith('Bonjour')")

    qt_loop.run(stage.play(story()))


def test_pictures_come_through_the_kiosk_only(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        await stage.mirrored(
            "[...document.images].length === 4 && [...document.images].every(i => i.naturalWidth > "
            "0)"
        )
        assert {size > 0 for _address, size in stage.resources} == {True}
        assert stage.pane.engine.blocked_requests == 0
        assert await stage.desk.fetch(stage.web.site + "droits.html") == (b"", "")

    qt_loop.run(stage.play(story()))


def test_pictures_of_other_sites_come_too_and_nothing_is_said_to_the_caller(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        other = stage.web.site.replace("127.0.0.1", "localhost") + "logo.svg"
        # in clear only from listed hosts
        stage.browser.set_allowed([stage.web.address + "/t/", other])
        await stage.share(stage.web.page("/t/ailleurs.html", f"<body><img src='{other}'></body>"))
        await stage.mirrored("document.images[0]?.naturalWidth > 0")
        assert not stage.browser.notice.label.isVisible()

    qt_loop.run(stage.play(story()))


def test_a_lost_chunk_of_a_picture_is_asked_for_again(stage: Stage, qt_loop: QtLoop) -> None:
    lost: list[str] = []

    def lose_one(topic: str, _payload: bytes, headers: Mapping[str, str]) -> bool:
        if topic != "chunk" or headers["Index"] != "1" or lost:
            return False
        lost.append(headers["Item"])
        return True

    async def story() -> None:
        import session.desk.cobrowse.shared_page as desk_end

        big = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400
        stage.web.pages["/t/big.png"] = ("image/png", big)
        stage.lose = lose_one
        desk_end_quiet, desk_end.RESOURCE_QUIET_S = desk_end.RESOURCE_QUIET_S, 0.2
        try:
            await stage.share(stage.web.page("/t/big.html", '<body><img src="big.png"></body>'))
            await stage.until(lambda: any(size == len(big) for _address, size in stage.resources))
        finally:
            desk_end.RESOURCE_QUIET_S = desk_end_quiet
        assert lost

    qt_loop.run(stage.play(story()))


def test_addresses_outside_the_list_are_refused_at_the_kiosk(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        for address in (
            "https://ailleurs.invalid/",
            stage.web.address + "/autre/",
            stage.web.site.replace("127.0.0.1", "localhost"),
            "file:///etc/passwd",
            "javascript:alert(1)",
        ):
            before = len(stage.refused)
            stage.desk.open_address(address)
            await stage.more(stage.refused, before)
            assert stage.refused[-1].code == "address_not_allowed"
        assert stage.web.asked == []
        assert not stage.pages

    qt_loop.run(stage.play(story()))


def test_a_page_cannot_lead_the_kiosk_out_of_the_list(stage: Stage, qt_loop: QtLoop) -> None:
    out = stage.web.page("/autre/", "<body>dehors</body>")
    fill = "style='position:absolute;inset:0'"
    stage.web.page(
        "/t/tours.html",
        f"<a {fill} target=_blank href='{out}'>b</a><a id=l href='{out}?nom=Zoe'>l</a>",
    )
    ways = (
        "document.getElementById('l').click()",
        "",
        f"location.href = '{out}'",
        "location.href = 'file:///etc/passwd'",
    )

    async def story() -> None:
        stage.consent.give(Grant.SEE_PAGE)
        for way in ways:
            await stage.open(stage.web.address + "/t/tours.html")
            before = len(stage.refused)
            if way:
                await stage.in_page(way)
            else:
                # The link to a new window needs a real touch, and touches count only once the page
                # is painted.
                await stage.until(partial(touched, stage, before))
            if "file:" not in way:  # Chromium itself refuses that one, and says nothing
                await stage.more(stage.refused, before)
                assert "?" not in stage.refused[-1].address
            await asyncio.sleep(0.1)
            assert await stage.in_page("location.pathname") == "/t/tours.html"
        assert not [path for path in stage.web.asked if path.startswith("/autre")]

    qt_loop.run(stage.play(story()))


def test_the_pointer_is_painted_where_the_agent_points(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        view = stage.page.view
        at = stage.pane.placement.place(0.25, 0.5)
        stage.pane.overlay.set_tool(Tool.POINT)
        overlay = stage.pane.childAt(at.toPoint())
        assert overlay is not None
        nothing = Qt.MouseButton.NoButton
        move = QMouseEvent(
            QEvent.Type.MouseMove, at, at, nothing, nothing, Qt.KeyboardModifier.NoModifier
        )
        stage.pane.pointed.connect(stage.desk.move_pointer)
        stage.pane.pointer_left.connect(stage.desk.hide_pointer)
        QCoreApplication.sendEvent(overlay, move)
        await stage.until(lambda: stage.pointers)
        shown = stage.pointers[-1]
        assert abs(shown.x_px - view.width() * 0.25) <= 2
        assert abs(shown.y_px - view.height() * 0.5) <= 2
        on_screen = view.mapTo(stage.browser, QPoint(shown.x_px, shown.y_px))
        assert is_red(stage, on_screen)
        assert "pointer" not in await stage.in_page(
            "document.documentElement.outerHTML.toLowerCase()"
        )
        stage.desk.hide_pointer()
        await stage.until(lambda: not is_red(stage, on_screen))

    qt_loop.run(stage.play(story()))


def test_no_pointer_without_the_grant_nor_for_a_page_that_is_gone(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        stage.consent.take_back(Grant.POINT)
        stage.desk.move_pointer(0.5, 0.5)
        await asyncio.sleep(0.3)
        stage.consent.give(Grant.POINT)
        stage.kiosk._epoch += 1  # the kiosk is a page further than the desk knows
        stage.desk.move_pointer(0.5, 0.5)
        await asyncio.sleep(0.3)
        assert not stage.pointers

    qt_loop.run(stage.play(story()))


def test_nothing_leaves_after_the_caller_stops(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "formulaire.html")
        await stage.mirrored("document.getElementById('nom') !== null")
        stage.consent.take_back(Grant.SEE_PAGE, Grant.POINT)
        await stage.until(lambda: not stage.desk.sharing)
        seen, size = len(stage.events), len(stage.raw)
        await stage.in_page(
            "document.body.append('APRES-COUP'); document.getElementById('nom').value = "
            "'APRES-COUP'"
        )
        stage.desk.request_snapshot()
        await stage.in_page("document.querySelector('a[href=\"droits.html\"]').click()")
        await asyncio.sleep(0.8)
        assert (len(stage.events), len(stage.raw)) == (seen, size)
        assert await stage.in_recorder("typeof window.posteRecorder") == "undefined"
        stage.consent.give(Grant.SEE_PAGE)
        await stage.mirrored("document.querySelector('h1')?.textContent === 'Mes droits'")

    qt_loop.run(stage.play(story()))


def test_where_the_caller_goes_alone_is_not_told(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.open(stage.web.site + "index.html")
        told = len(stage.kiosk_line.sent)
        await stage.in_page("document.querySelector('a[href=\"droits.html\"]').click()")
        await stage.in_page_until(
            "document.readyState === 'complete' && document.title.startsWith('Mes droits')"
        )
        await stage.in_page("location.href = 'https://ailleurs.invalid/'")
        await asyncio.sleep(0.5)
        assert len(stage.kiosk_line.sent) == told
        stage.consent.give(Grant.SEE_PAGE)
        await stage.until(lambda: stage.pages[-1].title.startswith("Mes droits"))

    qt_loop.run(stage.play(story()))


def test_a_page_that_does_not_answer_is_told_as_such(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        nobody = "http://127.0.0.1:9/"  # the discard port: nobody listens
        stage.browser.set_allowed([nobody])
        stage.desk.open_address(nobody)
        await stage.more(stage.refused, 0)
        assert stage.refused[-1].code == "unexpected"

    qt_loop.run(stage.play(story()))


def test_a_lost_event_is_healed_by_a_full_picture(stage: Stage, qt_loop: QtLoop) -> None:
    drop, lost = [False], list[str]()

    def lose(topic: str, _payload: bytes, _headers: Mapping[str, str]) -> bool:
        if topic == "mirror" and drop[0]:
            lost.append(topic)
            return True
        return False

    async def story() -> None:
        stage.lose = lose
        await stage.share(stage.web.site + "droits.html")
        drop[0] = True
        await stage.in_page("document.querySelector('h1').textContent = 'Perdu en route'")
        await asyncio.sleep(0.2)
        await stage.until(lambda: lost)
        drop[0] = False
        seen = len(stage.events)
        await stage.in_page("document.querySelector('h2').textContent = 'Suite'")
        await stage.mirrored("document.querySelector('h1').textContent === 'Perdu en route'")
        assert stage.events[seen].is_snapshot

    qt_loop.run(stage.play(story()))


def test_messages_that_overtake_each_other_do_no_harm(
    stage: Stage, qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cobrowse, "GAP_S", 10.0)  # a busy machine is not a gap
    held: list[tuple[str, bytes, dict[str, str]]] = []

    def swap(topic: str, payload: bytes, headers: Mapping[str, str]) -> bool:
        """Every message of the mirror is overtaken by the one after it, as with two hubs."""
        if topic != "mirror" or headers.get("Late"):
            return False
        if not held:
            held.append((topic, payload, {**headers, "Late": "1"}))
            stage.tasks.start(late(), name="test-late")
            return True
        return False

    async def late() -> None:
        await asyncio.sleep(0.05)
        topic, payload, headers = held.pop()
        await stage.kiosk_line.send_raw(topic, payload, headers)

    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        await stage.mirrored("document.querySelector('h1') !== null")
        await asyncio.sleep(0.5)
        pictures = sum(received.is_snapshot for received in stage.events)
        stage.kiosk_line.drop_raw = swap
        for number in range(12):
            await stage.in_page(f"document.querySelector('h1').textContent = 'Tour {number}'")
            await asyncio.sleep(0.03)
        await stage.mirrored("document.querySelector('h1').textContent === 'Tour 11'")
        assert sum(received.is_snapshot for received in stage.events) == pictures

    qt_loop.run(stage.play(story()))


def test_a_desk_that_comes_late_gets_the_page_by_asking(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        seen, told = len(stage.events), len(stage.pages)
        stage.desk.request_snapshot()
        await stage.until(lambda: len(stage.events) > seen and len(stage.pages) > told)
        assert any(events.is_snapshot for events in stage.events[seen:])
        told_sharing = [
            message.sharing
            for message in stage.kiosk_line.sent
            if isinstance(message, SharingChanged)
        ]
        assert told_sharing == [True, True]

    qt_loop.run(stage.play(story()))


def test_a_line_that_was_away_for_a_while_brings_the_page_back(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        stage.kiosk_line.cut = True
        await stage.in_page("document.querySelector('h1').textContent = 'Pendant la coupure'")
        await asyncio.sleep(0.3)
        stage.kiosk_line.cut = False
        await stage.in_page("document.querySelector('h2').textContent = 'Après'")
        await stage.mirrored("document.querySelector('h1').textContent === 'Pendant la coupure'")

    qt_loop.run(stage.play(story()))


def test_a_large_page_travels_in_parts(stage: Stage, qt_loop: QtLoop) -> None:
    words = "".join(
        f"<p>{n * 7919 % 99991} {n * n % 7919:x} {n**3 % 999983:o}</p>" for n in range(9000)
    )
    parts: list[str] = []

    async def story() -> None:
        def watch(topic: str, _payload: bytes, headers: Mapping[str, str]) -> bool:
            if len(numbers := headers.get("Frame", "").split()) == 4:
                parts.append(numbers[3])
            return False

        stage.lose = watch
        await stage.share(stage.web.page("/t/long.html", f"<body>{words}<p id=fin>fin</p></body>"))
        await stage.mirrored("document.getElementById('fin')?.textContent === 'fin'", timeout_s=20)
        assert parts

    qt_loop.run(stage.play(story()))


def test_the_wiped_browser_knows_nothing_of_the_caller(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "droits.html")
        await stage.in_page(
            "document.cookie = 'qui=Zoe; max-age=9999'; localStorage.setItem('qui', 'Zoe')"
        )
        assert await stage.wipe()
        assert await stage.in_page("location.href") == "about:blank"
        stage.browser.set_allowed([stage.web.site])
        before = len(stage.pages)
        assert stage.browser.open(stage.web.site + "droits.html")
        await stage.until(lambda: len(stage.pages) > before)
        assert (
            await stage.in_page("document.cookie + String(localStorage.getItem('qui'))") == "null"
        )
        assert await stage.in_page("history.length") == 1

    qt_loop.run(stage.play(story()))
