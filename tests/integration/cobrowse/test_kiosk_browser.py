# SPDX-License-Identifier: GPL-3.0-only
"""The caller's side of the shared page: big buttons, plain notices, two languages."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.widgets.theme import MIN_TOUCH_PX, apply_unit, unit_px


def buttons(stage: Stage) -> dict[str, BigButton]:
    found = stage.browser.findChildren(BigButton)
    return {
        button.objectName(): button
        for button in found
        if button.objectName().startswith("browser_")
    }


def notice(stage: Stage) -> QLabel:
    found = stage.browser.findChild(QLabel, "browser_notice")
    assert found is not None
    return found


def test_every_button_is_large_enough_for_a_finger_and_has_a_name(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        window = QWidget()
        QVBoxLayout(window).addWidget(stage.browser)
        for width, height in ((800, 700), (640, 900)):
            window.resize(width, height)
            apply_unit(window, unit_px(1280, 800))
            window.show()
            await stage.share(stage.web.site + "index.html")
            stage.browser.controlled.show_acting(True)
            stage.browser.controlled.propose("Nom", "Exemple")
            await stage.until(lambda: all(button.isVisible() for button in buttons(stage).values()))
            for button in buttons(stage).values():
                assert min(button.width(), button.height()) >= MIN_TOUCH_PX
                assert button.accessibleName()
        stage.browser.setParent(None)
        window.close()

    qt_loop.run(stage.play(story()))


def test_the_eye_is_there_exactly_while_the_agent_sees(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        eye = stage.browser.bar.seen
        await stage.open(stage.web.site + "index.html")
        assert not eye.isVisible()
        stage.consent.give(Grant.SEE_PAGE)
        assert eye.isVisible()
        stage.consent.take_back(Grant.SEE_PAGE)
        assert not eye.isVisible()

    qt_loop.run(stage.play(story()))


def test_back_works_only_when_there_is_a_way_back(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        back = buttons(stage)["browser_back"]
        await stage.open(stage.web.site + "index.html")
        assert not back.isEnabled()
        await stage.open(stage.web.site + "droits.html")
        assert back.isEnabled()
        before = len(stage.pages)
        stage.consent.give(Grant.SEE_PAGE)
        back.click()
        await stage.until(
            lambda: any(page.title.startswith("Accueil") for page in stage.pages[before:])
        )

    qt_loop.run(stage.play(story()))


def test_the_page_scrolls_by_buttons(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "formulaire.html")
        await stage.mirrored("document.querySelector('h1') !== null")
        buttons(stage)["browser_down"].click()
        await stage.mirrored("document.defaultView.scrollY > 200")
        buttons(stage)["browser_up"].click()
        await stage.mirrored("document.defaultView.scrollY < 50")

    qt_loop.run(stage.play(story()))


def test_a_refused_way_is_said_in_plain_words(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.site + "index.html")
        await stage.in_page("document.querySelector('.pied a').click()")
        await stage.more(stage.refused, 0)
        assert stage.page.cover.refusal.isVisible()
        assert stage.page.cover.refusal.accessibleName().startswith("This page does not open here.")

    qt_loop.run(stage.play(story()))


def test_no_file_is_saved(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        stage.web.pages["/t/fichier.bin"] = ("application/octet-stream", b"x" * 100)
        await stage.open(
            stage.web.page(
                "/t/lien.html", "<body><a id=f download href='/t/fichier.bin'>f</a></body>"
            )
        )
        await stage.in_page("document.getElementById('f').click()")
        await stage.until(lambda: notice(stage).isVisible())
        assert "saved" in notice(stage).text()

    qt_loop.run(stage.play(story()))


def test_many_callers_one_after_the_other_leave_a_browser_that_works(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        for _caller in range(10):
            stage.browser.set_allowed([stage.web.site])
            before = len(stage.events)
            await stage.open(stage.web.site + "index.html")
            stage.consent.give(Grant.SEE_PAGE)
            await stage.more(stage.events, before)
            stage.consent.take_back(Grant.SEE_PAGE)
            assert await stage.wipe()

    qt_loop.run(stage.play(story()))


def test_a_browser_goes_in_peace_after_it_was_shared(web: WebServer, qt_loop: QtLoop) -> None:
    async def story() -> None:
        for _time in range(8):
            stage = await Stage.build(web)
            await stage.open(web.site + "index.html")
            stage.consent.give(Grant.SEE_PAGE)
            await stage.close()

    qt_loop.run(story())


def test_pages_follow_the_callers_contrast_and_the_adviser_sees_them_as_they_are(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        def is_dark() -> bool:
            picture = stage.page.view.grab().toImage()
            ground = picture.pixelColor(picture.width() - 12, picture.height() - 12)
            return ground.lightness() < 60

        await stage.share(stage.web.site + "formulaire.html")
        assert not is_dark()
        stage.browser.show_choices(1.0, True)
        await stage.until(is_dark)
        await stage.open(stage.web.site + "droits.html")
        await stage.until(is_dark)
        ground = "document.defaultView.getComputedStyle(document.body).backgroundColor"
        await stage.mirrored(f"{ground} !== 'rgb(0, 0, 0)'")
        stage.browser.show_choices(1.0, False)
        await stage.until(lambda: not is_dark())

    qt_loop.run(stage.play(story()))
