# SPDX-License-Identifier: GPL-3.0-only
"""What a page shows beside itself - lists, questions, files, paper - is shown at the desk as what
it is.
"""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import QPoint

from session.kiosk.cobrowse.browser_messages import PageLoaded
from session.kiosk.cobrowse.shared_page import NOTICES_BURST
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from tests.support.cobrowse_stage import Stage, click, script
from tests.support.qt_loop import QtLoop
from views.kiosk.browser.dialogs import BURST
from views.kiosk.widgets.theme import MIN_TOUCH_PX

LIST = """<body style="margin:0"><select id=mois
style="position:absolute;left:20px;top:20px;width:160px">
<option>janvier<option selected>février<option>NIR 1 85 05 78 006 084 91</select></body>"""
CHOICES = "[...document.querySelectorAll('.choices li')].map((line) => line.textContent).join('|')"


def test_the_choices_of_a_list_are_shown_while_it_is_open(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        await stage.share(stage.web.page("/t/list.html", LIST))
        await stage.mirrored("document.getElementById('mois') !== null")

        def open_list() -> None:
            click(stage, QPoint(60, 30))

        open_list()
        await stage.shown(f"{CHOICES} === 'janvier|février|NIR •••'", again=open_list)
        assert (
            await script(
                stage.pane.engine.page, "document.querySelector('.choices .chosen').textContent"
            )
            == "février"
        )
        await stage.in_page("document.getElementById('mois').remove()")
        await stage.shown("document.querySelector('.choices') === null")

    qt_loop.run(stage.play(story()))


ASKING = (
    """<body><p id=r>?</p><a id=pdf href=/t/avis.pdf>avis</a><input id=file type=file></body>"""
)
STRICT = "default-src 'none'; script-src 'unsafe-inline'; require-trusted-types-for 'script'"


class Told:
    """What the desk hears of the page's dialogs."""

    def __init__(self, stage: Stage) -> None:
        self.shown: list[DialogShown] = []
        self.closed: list[str] = []
        stage.desk.dialog_shown.connect(self.shown.append)
        stage.desk.dialog_closed.connect(self.closed.append)


def ask_later(code: str) -> str:
    """Code that asks in a moment and writes the answer into the page;
    asking at once would keep this test waiting.
    """
    return (
        f"setTimeout(() => {{ document.getElementById('r').textContent = String({code}) }}, 30); 0"
    )


@pytest.mark.parametrize(
    ("code", "kind", "touch", "answer"),
    [
        ("alert('Bonjour')", DialogKind.ALERT, "yes", "undefined"),
        (
            "confirm('Supprimer le FR7630006000011234567890189 ?')",
            DialogKind.CONFIRM,
            "yes",
            "true",
        ),
        ("confirm('Supprimer ?')", DialogKind.CONFIRM, "no", "false"),
        ("prompt('Votre prénom', 'Zoé')", DialogKind.PROMPT, "yes", "Zoé-Anaïs"),
        ("prompt('Votre prénom')", DialogKind.PROMPT, "no", "null"),
    ],
)
def test_the_caller_answers_the_page_in_the_kiosks_own_window(
    stage: Stage, qt_loop: QtLoop, code: str, kind: DialogKind, touch: str, answer: str
) -> None:
    async def story() -> None:
        told = Told(stage)
        stage.web.policies["/t/ask.html"] = STRICT
        await stage.share(stage.web.page("/t/ask.html", ASKING))
        await stage.in_page(ask_later(code))
        await stage.until(lambda: told.shown)
        assert (told.shown[0].kind, told.shown[0].waits) == (kind, True)
        assert "7630006" not in told.shown[0].text
        card = stage.page.cover.dialog
        assert card.isVisible()
        assert card.no.isVisible() is (kind is not DialogKind.ALERT)
        assert all(
            min(button.width(), button.height()) >= MIN_TOUCH_PX for button in (card.yes, card.no)
        )
        assert card.yes.accessibleName()
        stage.desk.request_snapshot()  # a desk that comes late hears of it again
        await stage.until(lambda: len(told.shown) == 2)
        card.entry.setText(card.entry.text() + "-Anaïs")
        (card.yes if touch == "yes" else card.no).click()
        await stage.mirrored(f"document.getElementById('r').textContent === '{answer}'")
        await stage.until(lambda: told.closed == [told.shown[0].dialog_id])
        assert not card.isVisible()
        assert card.entry.text() == ""

    qt_loop.run(stage.play(story()))


def test_a_page_that_asks_without_end_is_answered_for_the_caller(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        told = Told(stage)
        await stage.share(stage.web.page("/t/ask.html", ASKING))
        stage.page.cover.dialog.answered.connect(lambda *answer: None)
        await stage.in_page(
            ask_later("Array.from({length: 30}, () => confirm('Encore ?')).filter(Boolean).length")
        )
        for count in range(1, BURST + 1):
            await stage.more(told.shown, count - 1)
            stage.page.cover.dialog.yes.click()
        await stage.mirrored(f"document.getElementById('r').textContent === '{BURST}'")

    qt_loop.run(stage.play(story()))


def test_an_agent_can_lead_away_from_a_page_that_waits(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        told = Told(stage)
        await stage.share(stage.web.page("/t/ask.html", ASKING))
        await stage.in_page(ask_later("confirm('Rester ?')"))
        await stage.until(lambda: told.shown)
        await stage.open(stage.web.site + "droits.html")
        await stage.until(lambda: told.closed)
        assert not stage.page.cover.dialog.isVisible()

    qt_loop.run(stage.play(story()))


def test_a_caller_who_leaves_in_the_middle_of_a_question_leaves_nothing(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        told = Told(stage)
        await stage.share(stage.web.page("/t/ask.html", ASKING))
        await stage.in_page(ask_later("prompt('Votre prénom', 'Zoé')"))
        await stage.until(lambda: told.shown)
        assert await stage.wipe()
        assert not stage.page.cover.dialog.isVisible()
        assert stage.page.cover.dialog.entry.text() == ""

    qt_loop.run(stage.play(story()))


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("document.getElementById('pdf').click()", DialogKind.PDF, "avis.pdf"),
        ("print()", DialogKind.PRINT, "Demande"),
        ("location.href = '/t/donnees.bin'", DialogKind.DOWNLOAD, "donnees.bin"),
    ],
)
def test_what_a_kiosk_does_not_do_is_told_as_what_it_is(
    stage: Stage, qt_loop: QtLoop, code: str, kind: DialogKind, text: str
) -> None:
    async def story() -> None:
        told = Told(stage)
        stage.web.pages["/t/avis.pdf"] = ("application/pdf", b"%PDF-1.7 avis")
        stage.web.pages["/t/donnees.bin"] = ("application/octet-stream", b"0101")
        await stage.share(stage.web.page("/t/ask.html", "<title>Demande</title>" + ASKING))
        await stage.in_page(f"setTimeout(() => {{ {code} }}, 30); 0")
        await stage.until(lambda: told.shown)
        assert (told.shown[0].kind, told.shown[0].text, told.shown[0].waits) == (kind, text, False)

    qt_loop.run(stage.play(story()))


def test_a_file_chooser_is_told_and_does_not_open(stage: Stage, qt_loop: QtLoop) -> None:
    async def story() -> None:
        told = Told(stage)
        picker = "<input type=file style='position:absolute;left:0;top:0;width:400px;height:100px'>"
        await stage.share(stage.web.page("/t/file.html", f"<body>{picker}</body>"))
        for _ in range(100):
            click(stage, QPoint(40, 20))
            await asyncio.sleep(0.2)
            if told.shown:
                break
        assert told.shown[0].kind is DialogKind.FILE

    qt_loop.run(stage.play(story()))


def test_a_question_asked_while_nothing_is_shared_is_not_told(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        told = Told(stage)
        await stage.open(stage.web.page("/t/ask.html", ASKING))
        await stage.in_page(ask_later("confirm('Seul ?')"))
        await stage.until(stage.page.cover.dialog.isVisible)
        await asyncio.sleep(0.1)
        assert not told.shown
        stage.consent.give(Grant.SEE_PAGE)
        await stage.until(lambda: told.shown)
        stage.page.cover.dialog.yes.click()
        await stage.in_page_until("document.getElementById('r').textContent === 'true'")

    qt_loop.run(stage.play(story()))


def test_a_page_that_wants_paper_and_loads_again_all_the_time_tells_the_desk_seldom(
    stage: Stage, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        told = Told(stage)
        await stage.share(stage.web.page("/t/busy.html", "<title>Bonjour</title><body>x</body>"))
        address, before = stage.web.page("/t/busy.html", "<body>x</body>"), len(stage.pages)
        await stage.in_page("for (let turn = 0; turn < 300; turn++) print(); 0")
        await stage.until(lambda: told.shown)
        for turn in range(300):
            stage.browser.reported.emit(PageLoaded(address, f"Titre {turn}", 800, 600), b"")
        await stage.until(lambda: stage.pages[-1].title == "Titre 299")
        assert len(stage.pages) - before < 20
        assert len(told.shown) <= NOTICES_BURST + 1
        assert {dialog.waits for dialog in told.shown} == {False}

    qt_loop.run(stage.play(story()))
