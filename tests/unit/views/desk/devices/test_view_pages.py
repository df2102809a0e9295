# SPDX-License-Identifier: GPL-3.0-only
"""Several documents on a glass, profiles, piles, and what is done with pages:
by mouse and by keys.
"""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QTransform
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from documents.imaging.edits import CleaningStage
from session.protocol.conversation.messages import Area, Grant, ScanKind, ScanSource
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.conversation.scan_profiles import ScanProfile, Sides
from tests.support.screens.acts import acts_of
from tests.support.screens.devices_scene import button, choose_in_menu, press, words
from tests.support.screens.fingers import click, drag, key
from tests.support.screens.invented import DEVICES, drawn_page
from views.desk.devices import acts
from views.desk.devices.removal_menu import Split
from views.desk.devices.strip_page import PageStatus
from views.desk.devices.view import DevicesView
from views.widgets.parts import row

# ---- several documents, profiles, both sides by hand

CARDS = (
    Area(left=100, top=100, width=1000, height=650),
    Area(left=1300, top=2000, width=1000, height=650),
)


def test_documents_found_on_the_glass_are_marked_and_scanned_by_enter(
    devices: DevicesView, qtbot: QtBot
) -> None:
    devices.show_grants({Grant.SCAN: True})
    devices.pages.show_preview(drawn_page(width=310), areas=CARDS)
    assert words(devices, "preview_area") == "2 areas, a page each"
    assert button(devices, "scan_page").text() == "Scan 2 areas"
    scan = acts_of(devices, acts.ScanPages)
    key(devices.pages.preview, Qt.Key.Key_Return)
    assert scan[0].chosen.areas == CARDS


def test_marks_are_added_chosen_and_removed_by_keys_and_the_proposal_comes_back(
    devices: DevicesView,
) -> None:
    devices.pages.show_preview(drawn_page(width=310), areas=CARDS)
    preview = devices.pages.preview
    assert preview.accessibleDescription() == "Area 1 of 2: 85 × 55 mm"
    key(preview, Qt.Key.Key_PageDown)
    assert preview.current() == 1
    key(preview, Qt.Key.Key_Delete)
    assert preview.areas() == CARDS[:1]
    key(preview, Qt.Key.Key_Insert)
    assert (len(preview.areas()), preview.current()) == (2, 1)
    key(preview, Qt.Key.Key_Escape)
    assert preview.areas() == ()
    click(button(devices, "preview_found"))
    assert preview.areas() == CARDS


def test_a_mark_is_sized_at_its_corner_and_no_more_than_twelve_are_made(
    devices: DevicesView, qtbot: QtBot
) -> None:
    devices.pages.show_preview(drawn_page(width=310), areas=CARDS)
    preview = devices.pages.preview
    qtbot.waitUntil(preview.isVisible)
    corner = preview.to_widget(CARDS[0]).bottomRight().toPoint()
    drag(preview, corner, corner + QPoint(-30, -20))
    assert preview.areas()[0].width < CARDS[0].width
    assert preview.areas()[0].left == CARDS[0].left
    for _press in range(20):
        key(preview, Qt.Key.Key_Insert)
    assert len(preview.areas()) == 12


PROFILES = [
    ScanProfile(id="card", name="Carte d'identité", preview=True),
    ScanProfile(
        id="pile",
        name="Dossier complet",
        source=ScanSource.FEEDER,
        sides=Sides.BOTH,
        dpi=150,
        colour=False,
    ),
]


def test_a_profile_is_one_click(devices: DevicesView, qtbot: QtBot) -> None:
    devices.show_grants({Grant.SCAN: True})
    devices.scan.profiles.show_profiles(PROFILES)
    done = acts_of(devices, acts.ScanPages)
    press(devices, qtbot, "scan_profile_1")
    assert done
    scan = acts_of(devices, acts.ScanPages)
    key(devices, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    # this kiosk's feeder sees one side: by hand then
    assert scan == [
        acts.ScanPages(
            acts.ChosenScan(
                kind=ScanKind.PAGE,
                source=ScanSource.FEEDER,
                dpi=150,
                colour=False,
                sides=Sides.BY_HAND,
            )
        )
    ]
    devices.show_devices(msgspec.structs.replace(DEVICES, duplex=True))
    scan = acts_of(devices, acts.ScanPages)
    press(devices, qtbot, "scan_profile_2")
    assert scan[0].chosen.sides is Sides.BOTH


def test_a_profile_that_this_scanner_cannot_do_says_why(devices: DevicesView) -> None:
    devices.show_grants({Grant.SCAN: True})
    devices.scan.profiles.show_profiles(PROFILES)
    devices.show_devices(msgspec.structs.replace(DEVICES, feeder=False))
    assert not button(devices, "scan_profile_2").isEnabled()
    assert "no feeder" in button(devices, "scan_profile_2").toolTip()
    assert button(devices, "scan_profile_1").isEnabled()


def test_between_the_sides_of_a_pile_f7_scans_the_other_sides(
    devices: DevicesView, qtbot: QtBot
) -> None:
    devices.show_grants({Grant.SCAN: True})
    devices.scan.show_pile(4, 4, is_turned=False)
    assert "4" in words(devices, "pile_words")
    assert not button(devices, "scan_page").isVisible()
    done = acts_of(devices, acts.ScanOtherSides)
    devices.scan.press_scan()
    assert done
    devices.scan.show_pile(4, 1, is_turned=True)
    assert "One other side" in words(devices, "pile_words")
    ended = acts_of(devices, acts.DevicesPress)
    press(devices, qtbot, "pile_end")
    assert ended == [acts.DevicesPress.END_PILE]
    devices.scan.show_pile(0, 0, is_turned=False)
    assert button(devices, "scan_page").isVisible()


# ---- scanned again, split, told in words


def test_a_page_scanned_again_stands_in_its_place_and_the_old_one_can_come_back(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.pages.strip.choose("p1")
    again = acts_of(three, acts.ScanAgain)
    key(three.pages.strip, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert again[0].page_id == "p1"
    three.pages.show_page_image("better", drawn_page(width=100))
    removed = acts_of(three, acts.TakePageOut)
    three.pages.show_page_replaced("p1", ["better"], RemovalReason.SCANNED_AGAIN)
    assert removed == [acts.TakePageOut("p1", RemovalReason.SCANNED_AGAIN)]
    assert three.pages.strip.order() == ["p0", "better", "p2"]
    press(three, qtbot, "page_undo")
    assert three.pages.strip.order() == ["p0", "p1", "better", "p2"]


def test_a_page_is_split_by_key_and_its_parts_stand_where_it_stood(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.pages.strip.choose("p0")
    split = acts_of(three, acts.SplitInTwo)
    key(three.pages.strip, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    choose_in_menu(three, 1)
    assert split == [acts.SplitInTwo("p0", Split.SIDE_BY_SIDE)]
    for part in ("left", "right"):
        three.pages.show_page_image(part, drawn_page(width=100))
    three.pages.show_page_replaced("p0", ["left", "right"], RemovalReason.SPLIT)
    assert three.pages.strip.order() == ["left", "right", "p1", "p2"]
    gone, back = acts_of(three, acts.TakePageOut), acts_of(three, acts.PutPageBack)
    press(three, qtbot, "page_undo")
    assert len(gone) == 2
    assert back == [acts.PutPageBack("p0")]
    assert three.pages.strip.order() == ["p0", "p1", "p2"]


def test_several_papers_on_a_page_are_offered_and_may_stay_one(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.pages.show_papers("p1", 3)
    assert "2" in words(three, "papers_words")
    assert "3" in words(three, "papers_words")
    split = acts_of(three, acts.SeparatePapers)
    press(three, qtbot, "papers_split")
    assert split == [acts.SeparatePapers("p1")]
    press(three, qtbot, "papers_leave")
    bar = three.findChild(QWidget, "papers_bar")
    assert bar is not None
    assert not bar.isVisible()


def test_each_step_of_the_cleaning_can_be_taken_back(three: DevicesView, qtbot: QtBot) -> None:
    three.pages.show_page_cleaned("p0", drawn_page(width=90), left_out=[CleaningStage.CUT])
    three.pages.strip.choose("p0")
    for place, stage, wanted in ((4, CleaningStage.LIGHT, False), (3, CleaningStage.CUT, True)):
        changed = acts_of(three, acts.UseStage)
        key(three.pages.strip, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        choose_in_menu(three, place)
        assert changed == [acts.UseStage("p0", stage, wanted)]


def test_a_page_on_its_way_is_seen_before_it_is_here(three: DevicesView) -> None:
    three.pages.show_page_progress("p3", 12)
    three.pages.show_page_quick_copy("p3", drawn_page(width=80))
    coming = three.pages.page("p3")
    assert coming is not None
    assert (coming.status, coming.image() is not None) == (PageStatus.RECEIVING, True)
    assert "p3" not in three.pages.to_file()
    three.pages.show_page_quick_copy("p0", drawn_page(width=80))
    here = three.pages.page("p0")
    assert here is not None
    assert here.quick_copy is None


def test_a_turn_that_the_cleaned_picture_has_is_not_made_twice(three: DevicesView) -> None:
    three.pages.strip.turn("p0", 1)
    three.pages.show_page_cleaned(
        "p0", drawn_page(width=90).transformed(QTransform().rotate(90)), turns_in=1
    )
    facts = three.pages.page("p0")
    assert facts is not None
    picture = facts.picture()
    assert picture is not None
    assert picture.width() > picture.height()


def test_what_cannot_be_read_is_told_and_marked_where_it_is(three: DevicesView) -> None:
    three.pages.show_page_cleaned(
        "p0", drawn_page(width=90), "Text is cut off at the right.", marks=[(0.9, 0.2, 1.0, 0.6)]
    )
    facts = three.pages.page("p0")
    assert facts is not None
    assert facts.shown_marks() == ((0.9, 0.2, 1.0, 0.6),)
    three.pages.strip.turn("p0", 1)
    turned = three.pages.page("p0")
    assert turned is not None
    [mark] = turned.shown_marks()
    assert mark == pytest.approx((0.4, 0.9, 0.8, 1.0))


def test_a_screen_reader_is_not_told_each_percent_of_a_page(devices: DevicesView) -> None:
    spoken = set()
    for percent in (3, 40, 99):
        devices.pages.show_page_progress("p1", percent)
        item = devices.pages.strip.item(0)
        assert item is not None
        spoken.add(item.data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken == {"Page 1: Receiving"}


def test_the_keyboard_goes_from_the_preview_to_the_page_and_nowhere_between(
    qtbot: QtBot, devices: DevicesView
) -> None:
    window = QWidget()
    row(window, QLineEdit(), devices, QLineEdit())
    window.show()
    window.activateWindow()
    devices.pages.show_preview(drawn_page(width=310))
    qtbot.waitUntil(devices.pages.preview.hasFocus)
    stops: list[QWidget | None] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.focusChanged.connect(lambda _before, now: stops.append(now))
    devices.pages.show_page_image("p1", drawn_page())
    window.hide()
    devices.setParent(None)  # its fixture closes it
    assert stops[:1] == [devices.pages.strip]
    assert QLineEdit not in map(type, stops)
