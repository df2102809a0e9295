# SPDX-License-Identifier: GPL-3.0-only
"""The layouts of a conversation in real windows: how much of the screen the shared page has, that
nothing lies over anything else, the keys, and what a screen remembers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.conversation.messages import Grant, PageShown
from session.protocol.dossier.library import LibraryItem, LibraryKind
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.fingers import drag, key, write
from tests.support.screens.invented import (
    DEVICES,
    DOSSIER,
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
    drawn_page,
)
from tests.support.screens.longer import Longer, use_words
from tests.support.screens.mirrored import picture, text_of
from views.desk.call_controls import CallState, Quality
from views.desk.call_view import CallView
from views.desk.layouts.layout import LAYOUTS, Layout, card_place, card_size, clear_of
from views.desk.layouts.page_window import PageWindow
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow
from views.widgets.parts import Chip, ElidedLabel

PAGE = PageShown(
    epoch=1,
    address="https://caisse.example/espace",
    title="Mes droits",
    width_px=1280,
    height_px=700,
)
SIZES = [(911, 512), (1280, 720), (1366, 768), (1920, 1080), (2560, 1440)]
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def mirror(qapp: QApplication) -> Iterator[MirrorPane]:
    made = MirrorPane(fits_width=True)
    yield made
    if not sip.isdeleted(made):
        sip.delete(made)


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication, mirror: MirrorPane) -> Iterator[DeskWindow]:
    made = talking(mirror)
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close_now()
    sip.delete(made)


def talking(mirror: MirrorPane, memory: MemorySettings | None = None) -> DeskWindow:
    """A conversation with a shared page."""
    view = SharedPageView(mirror, ManualClock(NOW))
    made = desk(ManualClock(NOW), settings=memory, cobrowse=view)
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    made.show_identity("Caisse d'entraide du Val-Doré", "Claire Fontanel")
    made.show_session(SESSION)
    made.call.controls.show_state(CallState.CONNECTED)
    made.call.controls.show_quality(Quality.BAD)
    made.dossier.show_dossier(DOSSIER)
    made.devices.show_devices(DEVICES)
    view.set_addresses(["https://caisse.example/espace/"])
    grants = dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL), True)
    allow(made, grants)
    view.show_grants(grants)
    view.show_sharing(True)
    view.show_page(PAGE)
    mirror.feed(text_of(*picture("Bonjour")))
    return made


def place(part: QWidget, window: QWidget) -> QRect:
    """Where a widget is in its window."""
    return QRect(part.mapTo(window, QPoint(0, 0)), part.size())


def cut_off(window: QWidget) -> list[str]:
    """Buttons and words that have less room than they need, or lie outside of their parent."""
    cut = []
    parts: list[QAbstractButton | QLabel] = [
        *window.findChildren(QAbstractButton),
        *window.findChildren(QLabel),
    ]
    for part in parts:
        if not part.isVisible() or isinstance(part, ElidedLabel):
            continue
        wraps = isinstance(part, QLabel) and part.wordWrap()
        needed = part.minimumSizeHint() if wraps else part.sizeHint()
        height = part.heightForWidth(part.width()) if wraps else needed.height()
        parent = part.parentWidget()
        outside = parent is not None and not parent.rect().contains(part.geometry())
        small = part.width() < needed.width() - 1 or part.height() < height - 1
        if outside or (small and part.text()):
            cut.append(f"{part.objectName()} {part.text()!r} {part.geometry()} < {needed}")
    return cut


def lying_over(window: QWidget) -> list[str]:
    """Pairs of controls that share pixels. The small face may lie over the page, not over these."""
    controls = [
        part
        for kind in (QAbstractButton, QComboBox, Chip)
        for part in window.findChildren(kind)
        if part.isVisible() and not part.visibleRegion().isEmpty()
    ]
    places = [(part, place(part, window)) for part in controls]
    return [
        f"{one.objectName()} {at} over {other.objectName()} {there}"
        for index, (one, at) in enumerate(places)
        for other, there in places[index + 1 :]
        if at.intersects(there) and not one.isAncestorOf(other) and not other.isAncestorOf(one)
    ]


def settle(qtbot: QtBot, window: QWidget) -> None:
    """A layout may take some turns of the loop."""
    for _turn in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


@pytest.mark.parametrize("case", [((1366, 768), 0.55), ((1920, 1080), 0.65)])
@pytest.mark.parametrize("side", [True, False], ids=["dossier", "folded"])
def test_the_mirror_has_most_of_the_screen(
    window: DeskWindow, qtbot: QtBot, case: tuple[tuple[int, int], float], side: bool
) -> None:
    size, share = case
    mirror = window.findChild(MirrorPane)
    assert mirror is not None
    window.resize(*size)
    window.conversation.show_sharing(True)
    if window.side.isVisible() != side:
        key(window, Qt.Key.Key_F6, SHIFT)
    settle(qtbot, window)
    assert window.side.isVisible() is side
    seen = mirror.width() * mirror.height()
    card = window.conversation.stage.place_of_card()
    assert not card.isEmpty(), "the face stays in view"
    assert (seen - card.width() * card.height()) / (size[0] * size[1]) >= share
    assert window.conversation.header.height() <= 44
    address = window.findChild(QComboBox, "cobrowse_address")
    assert address is not None
    assert address.isVisible(), "there is room for it"
    assert window.width() == size[0]


@pytest.mark.parametrize("longer", [False, True], ids=["as-is", "longer"])
def test_nothing_is_cut_off_or_lies_over_anything_else(
    mirror: MirrorPane,
    qtbot: QtBot,
    desk_theme: QApplication,
    longer: bool,
) -> None:
    if longer:
        use_words(Longer())
    window = talking(mirror)
    window.show()
    qtbot.waitExposed(window)
    found = []
    for size in SIZES:
        for layout in (Layout.FACE, Layout.PAGE, Layout.SIDE, Layout.PAPER):
            window.resize(*size)
            window.conversation.choose_layout(layout)
            settle(qtbot, window)
            assert window.size().width() == size[0], f"{size} {layout}"
            assert window.size().height() == size[1], f"{size} {layout}"
            for wrong in (*cut_off(window), *lying_over(window)):
                found.append(f"{size[0]}x{size[1]} {layout}: {wrong}")
    window.close_now()
    sip.delete(window)
    assert found == []


def test_each_layout_has_a_key_and_the_one_with_the_page_is_remembered(
    window: DeskWindow, qtbot: QtBot
) -> None:
    keys = {Layout.FACE: Qt.Key.Key_F1, Layout.PAGE: Qt.Key.Key_F2, Layout.SIDE: Qt.Key.Key_F3}
    for layout in (Layout.PAGE, Layout.SIDE, Layout.FACE):
        key(window, keys[layout], SHIFT)
        assert window.conversation.stage.layout_now is layout
    seen = []
    window.conversation.show_sharing(False)
    window.conversation.show_sharing(True)
    seen.append(window.conversation.stage.layout_now)
    for _time in range(2):
        key(window, Qt.Key.Key_D, CONTROL)
        seen.append(window.conversation.stage.layout_now)
    assert seen == [Layout.SIDE, Layout.FACE, Layout.SIDE]
    for layout, look in LAYOUTS.items():
        button = window.findChild(QAbstractButton, f"centre_mode_{layout}")
        assert button is not None
        assert look[3] in button.toolTip()


def test_the_next_program_opens_the_page_as_this_screen_had_it(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot, desk_theme: QApplication
) -> None:
    memory = MemorySettings()
    first = desk(ManualClock(NOW), settings=memory)
    first.show()
    qtbot.waitExposed(first)
    first.show_session(SESSION)
    first.conversation.choose_layout(Layout.SIDE)
    first.close_now()
    second = desk(ManualClock(NOW), settings=memory)
    second.show()
    qtbot.waitExposed(second)
    second.show_session(SESSION)
    second.conversation.show_sharing(True)
    assert second.conversation.stage.layout_now is Layout.SIDE
    second.close_now()


def test_the_face_is_dragged_and_pushed_and_makes_room_for_what_is_in_use(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.conversation.show_sharing(True)
    settle(qtbot, window)
    call = window.call
    before = window.conversation.stage.place_of_card()
    drag(call, QPoint(60, 60), QPoint(-140, -40))
    after = window.conversation.stage.place_of_card()
    assert after.left() < before.left() - 150
    handle = window.findChild(QWidget, "call_move")
    assert handle is not None
    key(handle, Qt.Key.Key_Up)
    pushed = window.conversation.stage.place_of_card()
    assert pushed.top() < after.top()
    window.conversation.stage.keep_clear(pushed.adjusted(20, 20, -20, -20))
    assert not window.conversation.stage.place_of_card().intersects(
        pushed.adjusted(20, 20, -20, -20)
    )
    window.conversation.stage.keep_clear(QRect())
    assert window.conversation.stage.place_of_card() == pushed, "back where the agent wants it"
    assert window.conversation.stage.rect().contains(window.conversation.stage.place_of_card())


def test_the_face_stands_below_a_page_that_leaves_room_and_is_larger_there(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot
) -> None:
    window.conversation.show_sharing(True)
    settle(qtbot, window)
    stage = window.conversation.stage
    assert stage.place_of_card().size() == card_size()
    mirror.feed(text_of(*picture("Bonjour", size=(1280, 505))))

    def page_bottom() -> int:
        return mirror.mapTo(stage, QPoint(0, mirror.placement.filled_px)).y()

    qtbot.waitUntil(lambda: stage.place_of_card().width() > card_size().width())
    below = stage.place_of_card()
    assert below.height() > card_size().height()
    assert below.top() >= page_bottom()
    assert stage.rect().contains(below)
    drag(window.call, QPoint(60, 60), QPoint(60, -400))
    assert stage.place_of_card().size() == card_size(), "where the agent puts it"
    drag(window.call, QPoint(60, 60), QPoint(60, 460))
    assert stage.place_of_card().size() == below.size()
    assert stage.place_of_card().top() == below.top()
    mirror.feed(text_of(*picture("Bonjour", size=(1280, 1000))))
    qtbot.waitUntil(lambda: stage.place_of_card().size() == card_size())


@pytest.mark.parametrize("size", SIZES[1:])
def test_side_by_side_the_face_has_a_third_of_the_room(
    window: DeskWindow, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.conversation.choose_layout(Layout.SIDE)
    settle(qtbot, window)
    stage = window.conversation.stage
    assert window.call.width() >= round(0.3 * stage.width())
    assert window.call.height() == stage.height()


def test_the_face_hides_least_where_all_places_are_in_use() -> None:
    stage = QSize(600, 400)
    above = QRect(0, 0, 600, 200)
    below = QRect(0, 200, 600, 200)
    at = clear_of(stage, card_place(stage, 1.0, 1.0), (below,))
    assert not at.intersects(below)
    field = QRect(300, 0, 300, 400)
    at = clear_of(stage, card_place(stage, 1.0, 1.0), (above.adjusted(0, 0, 0, 60), field))
    assert not at.intersects(field)


def test_the_page_has_a_window_of_its_own_and_the_keys_go_on_working(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot
) -> None:
    window.conversation.show_sharing(True)
    key(window, Qt.Key.Key_F4, SHIFT)
    other = window.findChild(PageWindow)
    assert other is not None
    qtbot.waitUntil(other.isVisible)
    assert mirror.window() is other
    assert window.call.isVisible()
    bar = window.findChild(QWidget, "page_tools_bar")
    assert bar is not None
    assert bar.window() is other
    assert bar.isVisible()
    settle(qtbot, window)  # Tab's order is made anew, and never leads from one window to the other
    other.close()
    assert not other.isVisible()
    assert window.conversation.stage.layout_now is Layout.PAGE
    assert mirror.window() is window
    key(window, Qt.Key.Key_F4, SHIFT)
    window.show_wrap_up()
    assert not other.isVisible(), "nothing of the caller stays on another screen"


def test_paper_shows_the_chosen_page_and_each_new_one(window: DeskWindow, qtbot: QtBot) -> None:
    key(window, Qt.Key.Key_F5, SHIFT)
    none = window.findChild(QWidget, "viewer_none")
    assert none is not None
    qtbot.waitUntil(none.isVisible)
    assert window.devices.isVisible()
    for number in range(2):
        window.devices.pages.show_page_image(f"p{number}", drawn_page(width=100))
        title = window.findChild(QLabel, "viewer_title")
        assert title is not None
        assert title.text().startswith(f"Page {number + 1} of {number + 1}")
    window.devices.pages.strip.choose("p0")
    assert title.text().startswith("Page 1 of 2")
    key(window.viewer, Qt.Key.Key_Escape)
    assert window.conversation.stage.layout_now is Layout.FACE


def test_the_call_says_all_its_states_in_each_form(window: DeskWindow, qtbot: QtBot) -> None:
    window.conversation.show_sharing(True)
    call = window.call
    assert isinstance(call, CallView)
    hang_up = call.findChild(QAbstractButton, "call_hang_up")
    assert hang_up is not None
    assert hang_up.text() == ""
    assert hang_up.accessibleName()
    hang_up.click()
    settle(qtbot, window)
    assert (hang_up.text(), hang_up.accessibleName()) == ("", "Press again")
    assert cut_off(call) == []
    key(hang_up, Qt.Key.Key_Escape)
    assert hang_up.text() == ""
    call.controls.devices.show(microphone_on=False, camera_on=True)
    microphone = call.findChild(QAbstractButton, "call_microphone")
    assert microphone is not None
    assert (microphone.text(), microphone.accessibleName()) == ("", "Microphone is off")


def stops(window: DeskWindow) -> list[QWidget]:
    """What Tab reaches, in its order, from the header on."""
    first = window.findChild(QWidget, "toggle_queue")
    assert first is not None
    found, at = [first], first.nextInFocusChain()
    while at is not None and at is not first:
        takes = bool(at.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
        if takes and at.isVisible() and at.isEnabled() and at.focusProxy() is None:
            found.append(at)
        at = at.nextInFocusChain()
    return found


@pytest.mark.parametrize("layout", [Layout.FACE, Layout.PAGE, Layout.SIDE])
def test_tab_goes_as_the_eye_does(window: DeskWindow, qtbot: QtBot, layout: Layout) -> None:
    window.conversation.choose_layout(layout)
    settle(qtbot, window)
    names = [stop.objectName() for stop in stops(window)]
    part_of = [
        next(
            (place for place, part in enumerate(parts) if part is stop or part.isAncestorOf(stop)),
            None,
        )
        for parts in [
            [
                window.header,
                window.conversation.header,
                window.cobrowse,
                window.call,
                window.side,
            ]
        ]
        for stop in stops(window)
    ]
    known = [place for place in part_of if place is not None]
    assert known == sorted(known), names
    bar = [stop for stop in stops(window) if window.conversation.header.isAncestorOf(stop)]
    if layout is not Layout.FACE:
        lefts = [place(stop, window).left() for stop in bar]
        assert lefts == sorted(lefts), names


def test_the_keyboard_follows_the_job_and_never_lands_on_what_has_no_name(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot
) -> None:
    def here() -> str:
        focused = window.focusWidget()
        assert focused is not None
        return focused.accessibleName() or focused.objectName() + " has no name"

    def named() -> bool:
        return not here().endswith("has no name")

    window.show_session(SESSION)
    assert here() == "Nothing is allowed", "what the caller allows"
    window.conversation.show_sharing(True)
    key(window, Qt.Key.Key_F2, SHIFT)
    assert here() == "The caller's page: Mes droits"
    key(window, Qt.Key.Key_F5, SHIFT)
    assert named()
    key(window, Qt.Key.Key_F1, SHIFT)
    assert named()
    window.show_wrap_up()
    window.show_idle()
    assert here().startswith("Accept the next caller: C007")
    window.queue.set_tickets([], SERVICES)
    window.show_session(SESSION)
    window.show_idle()
    assert named()


def test_an_opened_page_of_the_library_takes_the_keyboard(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot
) -> None:
    view = window.cobrowse
    assert isinstance(view, SharedPageView)
    form = LibraryItem(
        id="f", title="Formulaire", kind=LibraryKind.FORM, address="https://caisse.example/f"
    )
    view.library.show_items([form])
    window.conversation.show_page()
    view.toggle_library()
    assert view.library.search.hasFocus()
    with qtbot.waitSignal(view.library.push_requested):
        key(view.library.search, Qt.Key.Key_Return)
    focused = window.focusWidget()
    assert focused is not None
    assert mirror.isAncestorOf(focused)
    view.show_sharing(False)
    view.show_sharing(True)
    settle(qtbot, window)
    assert view.library.isVisible(), "it stands in the place of a page"
    assert view.library.list.count() == 1


def test_the_help_is_searched_and_lies_over_the_page(
    window: DeskWindow, mirror: MirrorPane, qtbot: QtBot
) -> None:
    window.conversation.show_page()
    key(window, Qt.Key.Key_F1)
    search = window.findChild(QLineEdit, "help_search")
    veil = window.findChild(QWidget, "shortcut_veil")
    assert search is not None
    assert veil is not None
    assert search.hasFocus()
    write(search, "hang up")
    seen = [
        one.text()
        for one in veil.findChildren(QLabel)
        if one.property("role") == "key" and one.isVisible()
    ]
    assert seen == ["Ctrl+Shift+H"]
    write(search, " zzz")
    none = window.findChild(QLabel, "help_none")
    assert none is not None
    assert none.isVisible()
    key(search, Qt.Key.Key_Escape)
    assert not veil.isVisible()
