# SPDX-License-Identifier: GPL-3.0-only
"""Every page of the kiosk, walked:
fingers find every button, no text is cut, nothing hides the face or STOP, no word is technical.

A window of one size costs a tenth of a second, so each walk looks for everything.
Words that are a third longer have the least room: every run walks each page on one screen.
Each page on every screen, also in English and on one of twice the size, is for before a release.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import msgspec
import pytest
from PyQt6.QtCore import QEvent, QPoint, QRect
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from resources.texts import CALLER_LANGUAGES, use_language
from session.protocol.hub.requests import ServicesAnswer
from tests.accessibility.layout import flaws, settle, torn_words
from tests.support.matrix import thinned
from tests.support.screens.kiosk_gallery import (
    SCENES,
    kiosk_visit,
    session_facts,
    shared_answer,
)
from tests.support.screens.longer import use_words
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.widgets.theme import MIN_TOUCH_PX, unit_px
from views.kiosk.window import KioskWindow

SIZES = [(1280, 720), (1080, 1920), (1024, 768)]
LARGEST = (2160, 3840)
TECHNICAL = (
    "bus",
    "hub",
    "nats",
    "server",
    "error",
    "code",
    "webrtc",
    "json",
    "session",
    "timeout",
    "none",
    "null",
)


class LongerTexts(gettext.NullTranslations):
    """A language whose texts are a third longer than the English ones."""

    def gettext(self, message: str) -> str:
        return message + " " + "mot " * round(len(message) / 12) if len(message) > 3 else message


@pytest.fixture
def longer() -> None:
    use_words(LongerTexts())


@pytest.fixture(autouse=True)
def no_theme_of_a_desk(qapp: QApplication) -> None:
    """A program of an agency that was tested before may have dressed the application."""
    qapp.setStyleSheet("")


def lay_out(window: KioskWindow, size: tuple[int, int]) -> None:
    """The window on a screen of this size."""
    window.resize(*size)
    window.session_page.stage.finish_slides()
    for _ in range(2):  # a text that wraps is given its height in a second round
        QApplication.sendPostedEvents()


def show(scene: str, size: tuple[int, int], qtbot: QtBot) -> KioskWindow:
    return turned_to(scene, size, qtbot).window


def turned_to(scene: str, size: tuple[int, int], qtbot: QtBot) -> KioskVisit:
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(*size)
    window.show()
    SCENES[scene](visit)
    lay_out(window, size)
    return visit


def place_of(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def visible[Kind: QWidget](kind: type[Kind], window: QWidget) -> list[Kind]:
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def cut(text: QLabel) -> bool:
    """Whether a label has less room than its text needs (a pixel of rounding allowed)."""
    if not text.text():
        return False
    if text.wordWrap():
        return text.heightForWidth(text.width()) > text.height() + 1
    return (
        text.sizeHint().width() > text.width() + 1 or text.sizeHint().height() > text.height() + 1
    )


IN_A_CONVERSATION = [scene for scene in SCENES if scene.startswith("session")]


PLACES = [(scene, size) for scene in SCENES for size in SIZES]


@pytest.mark.parametrize(
    ("scene", "size"),
    thinned(PLACES, kept=[(scene, SIZES[at % 3]) for at, scene in enumerate(SCENES)]),
)
def test_every_page_is_made_for_fingers_cuts_no_text_and_hides_neither_face_nor_stop(
    scene: str, size: tuple[int, int], longer: None, qtbot: QtBot
) -> None:
    window = show(scene, size, qtbot)
    check_words(window)
    check_all(window, size)
    if scene in IN_A_CONVERSATION:
        check_in_sight(window, size)


@pytest.mark.long
@pytest.mark.parametrize("scene", SCENES)
def test_in_english_every_page_is_made_for_fingers_too(scene: str, qtbot: QtBot) -> None:
    window = show(scene, SIZES[0], qtbot)
    for size in (*SIZES, LARGEST):
        check_all(window, size)
        if scene in IN_A_CONVERSATION:
            check_in_sight(window, size)


@pytest.mark.long
@pytest.mark.parametrize("scene", SCENES)
def test_the_largest_screen_shows_longer_words_too(scene: str, longer: None, qtbot: QtBot) -> None:
    check_all(show(scene, LARGEST, qtbot), LARGEST)


def check_all(window: KioskWindow, size: tuple[int, int]) -> None:
    """On a screen of this size all has room, fingers find all, and nothing lies on another."""
    lay_out(window, size)
    assert (window.width(), window.height()) == size, (
        "the page asks for more room than the screen has"
    )
    check_for_fingers(window)
    for text in visible(QLabel, window):
        room = f"{text.text()!r} in {text.width()}x{text.height()} at {size}"
        assert not cut(text), f"cut: {room}"
        assert window.rect().contains(place_of(text, window)), f"outside: {room}"
    check_apart(window)


def check_words(window: KioskWindow) -> None:
    """No page speaks technically."""
    said = " ".join(text.text() for text in visible(QLabel, window)).lower()
    words = {word.strip(".,:;!?“”'") for word in said.split()}
    assert not words & set(TECHNICAL)


def check_for_fingers(window: KioskWindow) -> None:
    """Every button is large enough, inside, has a name, and none lies on another."""
    buttons = visible(QAbstractButton, window)
    places = [place_of(button, window) for button in buttons]
    for button, place in zip(buttons, places, strict=True):
        name = button.accessibleName()
        assert name, "a button without a name for screen readers"
        assert min(place.width(), place.height()) >= MIN_TOUCH_PX, f"{name}: {place} of {window}"
        assert window.rect().contains(place), f"{name} is outside of the screen: {place}"
    for at, place in enumerate(places):
        assert not any(place.intersects(other) for other in places[at + 1 :]), (
            f"{buttons[at].accessibleName()} lies on another button"
        )


def check_apart(window: QWidget) -> None:
    """No text and no picture lies on another one."""
    parts = [
        part
        for part in (*visible(QLabel, window), *visible(IconView, window))
        if not isinstance(part, QLabel) or part.text()
    ]
    places = [place_of(part, window) for part in parts]
    for at, place in enumerate(places):
        for other_at, other in enumerate(places[at + 1 :], at + 1):
            assert not place.intersects(other), (
                f"{said_by(parts[at])} on {said_by(parts[other_at])}"
            )


def said_by(part: QWidget) -> str:
    return part.text() if isinstance(part, QLabel) else part.objectName() or type(part).__name__


def check_in_sight(window: KioskWindow, size: tuple[int, int]) -> None:
    """Nothing covers the face, STOP and the line of powers, and the face is large."""
    page = window.session_page
    for widget in (page.face.call_pane, page.bar.stop, page.bar.line):
        assert widget.isVisible()
        place = place_of(widget, window)
        for point in (
            place.center(),
            place.topLeft() + QPoint(2, 2),
            place.bottomRight() - QPoint(2, 2),
        ):
            found = window.childAt(point)
            assert found is not None
            assert found is widget or widget.isAncestorOf(found), (
                f"something covers it at {point} of {size}"
            )
    face = place_of(page.face.call_pane, window)
    assert face.width() >= 0.22 * size[0], f"too narrow a face at {size}"
    assert face.height() >= 0.17 * size[1], f"too low a face at {size}"


@pytest.mark.parametrize("scene", ["session-page", "session-notice", "session-muted"])
def test_the_shared_page_has_more_than_half_of_the_screen(scene: str, qtbot: QtBot) -> None:
    window = show(scene, (1280, 720), qtbot)
    for width, height in ((1280, 720), (1366, 768), (1920, 1080), (1080, 1920), LARGEST):
        lay_out(window, (width, height))
        unit = unit_px(width, height)
        above = max(64, 8 * unit) + 6 + 4.5 * unit  # its buttons and the strip
        browser = window.session_page.stage.browser
        share = browser.width() * (browser.height() - above) / (width * height)
        assert share >= 0.5, (scene, width, height, round(share, 3))
        if width > height:
            assert browser.height() >= 0.88 * height, "nothing but the bar at the foot is below it"


BESIDE = [
    "session-face",
    "session-page",
    "session-powers",
    "session-written",
    "session-ask-fill",
    "session-ask-sheet",
    "session-stopped",
    "session-private",
]


@pytest.mark.parametrize("size", [(1280, 720), (1280, 800), (1920, 1080)])
def test_stop_is_at_one_place_whatever_stands_beside_the_face(
    size: tuple[int, int], qtbot: QtBot
) -> None:
    places = set()
    for scene in BESIDE:
        window = show(scene, size, qtbot)
        stop = place_of(window.session_page.bar.stop, window)
        places.add((stop.left(), stop.top(), stop.width(), stop.height()))
        window.hide()
    assert len(places) == 1


@pytest.mark.parametrize("letters", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("scene", ["session-powers", "session-ask-papers"])
def test_boxes_and_switches_are_large_and_grow_with_the_letters(
    scene: str, letters: float, qtbot: QtBot
) -> None:
    visit = turned_to(scene, SIZES[0], qtbot)
    window = visit.window
    window.bar.text = letters
    window.fit(anew=True)
    lay_out(window, SIZES[0])
    page = window.session_page
    rows = [*page.powers.rows.values(), *page.consent.switches.findChildren(BigButton)]
    shown = [row for row in rows if row.isVisible()]
    assert shown
    for row in shown:
        assert min(row.width(), row.height()) >= 44
        sign = row.findChildren(IconView)[0]
        assert min(sign.width(), sign.height()) >= 44 * (1 + (letters - 1) / 2)


@pytest.mark.parametrize(
    "scene", ["start-1", "waiting", "session-page", "languages", "number-empty"]
)
def test_what_changes_in_a_window_is_dressed_as_in_a_new_one(scene: str, qtbot: QtBot) -> None:
    visit = turned_to(scene, (1280, 800), qtbot)
    window = visit.window
    visit.show_services(long_names(shared_answer(0, 1, 2)))
    for language in ("fr", "ar"):
        visit.choices.show_language(language)
    lay_out(window, (1280, 800))

    def dressed() -> list[object]:
        return [
            (
                *(part.objectName(), part.font().pixelSize(), part.font().weight(), part.size()),
                part.palette().color(part.foregroundRole()).name(),
            )
            for part in visible(QWidget, window)
        ]

    before = dressed()
    window.setStyleSheet("")
    visit.show_services(long_names(shared_answer(0, 1, 2)))
    lay_out(window, (1280, 800))
    assert dressed() == before


ASKED = ["page", "scan", "control", "fill", "papers", "sheet", "written", "mandate"]


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920)])
def test_the_answers_are_at_one_place_in_every_question(
    size: tuple[int, int], qtbot: QtBot
) -> None:
    places = set()
    for scene in ASKED:
        window = show(f"session-ask-{scene}", size, qtbot)
        sheet = window.session_page.stage.asked
        assert sheet is not None
        places.add((place_of(sheet.no, window).getRect(), place_of(sheet.yes, window).getRect()))
        window.hide()
    assert len(places) == 1


def test_yes_and_no_are_of_one_size(qtbot: QtBot) -> None:
    window = show("session-ask-scan", (1280, 800), qtbot)
    consent = window.session_page.consent
    assert consent.yes.height() == consent.no.height()
    assert abs(consent.yes.width() - consent.no.width()) <= 1  # an odd width is shared


OWNERS = [(0,), (0, 1, 2), (0, 1, 2, 3), (3, 3, 0, 1, 2), (0, 1, 2, 3, 1, 3)]


@pytest.mark.parametrize(
    ("owners", "text"),
    thinned(
        [(owners, text) for owners in OWNERS for text in (1.0, 2.0)],
        kept=[(OWNERS[1], 2.0), (OWNERS[3], 1.0), (OWNERS[4], 2.0)],
    ),
)
def test_cards_of_several_organisations_with_long_names_never_overlap(
    owners: tuple[int, ...], text: float, qtbot: QtBot
) -> None:
    visit = turned_to("start-1", (1280, 720), qtbot)
    window = visit.window
    window.bar.text = text
    visit.show_services(long_names(shared_answer(*owners)))
    for size in (*SIZES, LARGEST):
        lay_out(window, size)
        check_apart(window.start_page)
        for label in window.start_page.findChildren(QLabel):
            assert not label.isVisible() or not cut(label), (label.text(), size)


def long_names(answer: ServicesAnswer) -> ServicesAnswer:
    services = [
        msgspec.structs.replace(
            service,
            name=f"{service.name} et accompagnement des personnes âgées",
            subtitle=f"{service.subtitle}, dossiers, rendez-vous et recours",
        )
        for service in answer.services
    ]
    return msgspec.structs.replace(answer, services=services)


@pytest.mark.parametrize("count", range(7))
def test_the_grid_shows_every_service_large(count: int, qtbot: QtBot) -> None:
    window = show(f"start-{count}", (1280, 800), qtbot)
    cards = window.start_page.cards
    assert len(cards) == count
    for card in cards:
        assert card.width() >= 350
        assert card.height() >= 180


def test_turning_the_screen_lays_the_page_out_again(qtbot: QtBot) -> None:
    window = show("session-page", (1280, 800), qtbot)
    page = window.session_page
    face, browser = place_of(page.face.call_pane, window), place_of(page.stage.browser, window)
    assert browser.left() > face.right()
    lay_out(window, (1080, 1920))
    face, browser = place_of(page.face.call_pane, window), place_of(page.stage.browser, window)
    assert browser.left() == face.left()
    assert browser.top() > face.bottom()


@pytest.fixture
def spoken(language: str) -> Iterator[str]:
    use_language(language)
    yield language
    use_language("en")


LARGE = ["waiting", "closed", "kept-back", "session-written", "session-ask-fill", "statement"]


@pytest.mark.parametrize(
    ("scene", "language"),
    thinned(
        [(scene, language) for scene in LARGE for language in ("fr", "ar")],
        kept=[(scene, ("fr", "ar")[place % 2]) for place, scene in enumerate(LARGE)],
    ),
)
def test_letters_of_twice_the_size_cut_nothing(scene: str, spoken: str, qtbot: QtBot) -> None:
    visit = turned_to("start-1", SIZES[0], qtbot)
    window = visit.window
    visit.choices.show_language(spoken)
    window.bar.text = 2.0
    SCENES[scene](visit)
    window.fit(anew=True)
    for size in (SIZES[0], SIZES[1], LARGEST):
        window.resize(*size)
        window.session_page.stage.finish_slides()
        settle()
        wrong = flaws(window, size=size, target_px=MIN_TOUCH_PX)
        assert not wrong, f"{size}: {wrong}"
        if scene == "session-ask-fill":
            face = place_of(window.session_page.face.call_pane, window)
            assert face.width() >= 0.22 * size[0], f"too narrow a face at {size}"
            assert face.height() >= 0.12 * size[1], f"too low a face at {size}"


@pytest.mark.parametrize("scene", ["session-keyboard", "session-ask-mandate-letters"])
def test_the_longest_words_have_room_in_letters_of_twice_the_size(scene: str, qtbot: QtBot) -> None:
    use_language("ru")
    try:
        visit = turned_to("start-1", SIZES[0], qtbot)
        window = visit.window
        visit.choices.show_language("ru")
        window.bar.text = 2.0
        SCENES[scene](visit)
        window.fit(anew=True)
        for size in (SIZES[0], SIZES[1]):
            window.resize(*size)
            window.session_page.stage.finish_slides()
            settle()
            assert not flaws(window, size=size, target_px=MIN_TOUCH_PX)
    finally:
        use_language("en")


@pytest.mark.parametrize(
    "scene", ["waiting", "session-written", "session-ask-fill", "session-ask-sheet"]
)
def test_no_language_needs_more_room_in_letters_of_twice_the_size(scene: str, qtbot: QtBot) -> None:
    """A slice of the long test below: one window goes through all languages."""
    visit = turned_to("start-1", SIZES[0], qtbot)
    window = visit.window
    window.bar.text = 2.0
    try:
        for language in CALLER_LANGUAGES:
            use_language(language)
            visit.choices.show_language(language)
            SCENES[scene](visit)
            window.fit(anew=True)
            window.session_page.stage.finish_slides()
            settle()
            assert not flaws(window, size=SIZES[0], target_px=MIN_TOUCH_PX), language
    finally:
        use_language("en")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("letters", [1.5, 2.0])
@pytest.mark.parametrize("language", CALLER_LANGUAGES)
def test_every_page_has_room_in_every_language_with_larger_letters(
    language: str, letters: float, qapp: QApplication
) -> None:
    use_language(language)
    try:
        wrong = {}
        for scene in SCENES:
            visit = kiosk_visit()
            window = visit.window
            window.show()
            visit.choices.show_language(language)
            window.bar.text = letters
            SCENES[scene](visit)
            window.fit(anew=True)
            for size in ((1280, 720), (1080, 1920), (2160, 3840)):
                window.resize(*size)
                window.session_page.stage.finish_slides()
                settle()
                found = flaws(window, size=size, target_px=MIN_TOUCH_PX)
                if found := [*found, *torn_words(window)]:
                    wrong[scene, size] = found
            window.hide()
            window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert not wrong, "\n".join(f"{at}: {found}" for at, found in wrong.items())
    finally:
        use_language("en")


def test_a_page_is_dressed_when_it_is_shown_as_the_caller_wants_it_then(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    assert not window.session_page.styleSheet()
    visit.show_session(session_facts())
    window.bar.bigger.click()
    assert window.session_page.styleSheet() == window.bar.styleSheet()
    assert window.start_page.styleSheet() != window.bar.styleSheet()
    visit.show_start()
    assert window.start_page.styleSheet() == window.bar.styleSheet()
