# SPDX-License-Identifier: GPL-3.0-only
"""Scanner, pages, filing and printer:
the agent's path from permission to a filed document, by mouse and by keys.
"""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import QCoreApplication, QPoint, Qt
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.dossier_model import Piece, PieceState
from session.protocol.conversation.messages import (
    Grant,
    PrintChanged,
    PrintState,
    ScanKind,
    ScannerState,
    ScanSource,
)
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.conversation.scan_profiles import Sides
from tests.support.screens.acts import acts_of
from tests.support.screens.devices_scene import button, chip, choose_in_menu, png, press, words
from tests.support.screens.fingers import drag, key, write
from tests.support.screens.invented import DEVICES, DOSSIER, drawn_page
from views.desk.devices import acts
from views.desk.devices.area_marks import MIN_SIDE
from views.desk.devices.page_strip import PageStatus, cell
from views.desk.devices.preview import PreviewArea
from views.desk.devices.scan_panel import source_key
from views.desk.devices.view import DevicesView
from views.widgets.announcer import announcer_of
from views.widgets.theme import apply_theme


def test_a_device_that_is_not_allowed_yet_says_that_it_asks_first_and_for_how_long(
    devices: DevicesView, qtbot: QtBot
) -> None:
    for name, grant, idle in (
        ("scan_page", Grant.SCAN, "Scan page"),
        ("print_receipt", Grant.PRINT, "Print receipt"),
    ):
        asks = button(devices, name)
        assert asks.isEnabled()
        assert "Asks the caller first" in asks.toolTip()
        devices.show_asking({grant: 24.2})
        assert asks.text() == "The caller is answering… 24 s"
        devices.show_asking({})
        devices.show_grants({grant: True})
        assert asks.text() == idle
        assert "Asks" not in asks.toolTip()
    done = acts_of(devices, acts.ScanPages)
    press(devices, qtbot, "scan_page")
    assert done


def test_states_of_the_devices_are_told_in_words(devices: DevicesView) -> None:
    assert chip(devices, "scanner_state") == "Ready"
    assert chip(devices, "printer_state") == "Fault"
    assert "no paper" in words(devices, "printer_fault")
    devices.show_devices(msgspec.structs.replace(DEVICES, scanner=ScannerState.NONE))
    devices.show_grants({Grant.SCAN: True})
    assert not button(devices, "scan_page").isEnabled()


def test_preview_page_and_file(devices: DevicesView, qtbot: QtBot) -> None:
    devices.show_grants({Grant.SCAN: True})
    preview = acts_of(devices, acts.ScanPages)
    devices.scan.press_preview()
    assert preview == [
        acts.ScanPages(
            acts.ChosenScan(kind=ScanKind.PREVIEW, source=ScanSource.GLASS, dpi=75, colour=True)
        )
    ]
    scan = acts_of(devices, acts.ScanPages)
    devices.scan.press_scan()
    assert scan == [
        acts.ScanPages(
            acts.ChosenScan(kind=ScanKind.PAGE, source=ScanSource.GLASS, dpi=300, colour=True)
        )
    ]
    devices.pages.show_page_image("p1", drawn_page(width=100))
    devices.show_grants({Grant.KEEP: True})
    filed = acts_of(devices, acts.FileDocuments)
    devices.filing.file.click()
    assert filed == [
        acts.FileDocuments((acts.DocumentPages(("p1",), "p2", "Attestation de loyer"),))
    ]


def test_settings_reach_the_wish(devices: DevicesView) -> None:
    for name, value in (
        ("scan_source", source_key(ScanSource.FEEDER, Sides.ONE)),
        ("scan_colour", False),
        ("scan_dpi", 200),
    ):
        choice = devices.findChild(QComboBox, name)
        assert choice is not None
        choice.setCurrentIndex(choice.findData(value))
    scan = devices.scan.chosen_scan(ScanKind.PAGE)
    assert (scan.source, scan.colour, scan.dpi, scan.areas) == (ScanSource.FEEDER, False, 200, ())


def test_a_kiosk_without_feeder_offers_none(devices: DevicesView) -> None:
    choice = devices.findChild(QComboBox, "scan_source")
    assert choice is not None
    choice.setCurrentIndex(choice.findData(source_key(ScanSource.FEEDER, Sides.ONE)))
    devices.show_devices(msgspec.structs.replace(DEVICES, feeder=False))
    assert choice.isHidden()
    assert devices.scan.chosen_scan(ScanKind.PAGE).source == ScanSource.GLASS


def test_a_running_scan_shows_progress_and_can_be_cancelled(
    devices: DevicesView, qtbot: QtBot
) -> None:
    devices.show_grants({Grant.SCAN: True})
    devices.show_scan_progress(40)
    assert not button(devices, "scan_page").isVisible()
    bars = [bar for bar in devices.findChildren(QProgressBar) if bar.isVisible()]
    assert [bar.value() for bar in bars] == [40]
    done = acts_of(devices, acts.DevicesPress)
    press(devices, qtbot, "scan_cancel")
    assert done
    devices.scan.show_idle()
    assert button(devices, "scan_page").isVisible()


def test_a_marked_part_of_the_preview_is_scanned(devices: DevicesView, qtbot: QtBot) -> None:
    devices.pages.show_preview(png(drawn_page(width=310)))
    preview = devices.pages.preview
    qtbot.waitUntil(preview.isVisible)
    frame = preview.picture_rect()
    start = frame.topLeft() + QPoint(frame.width() // 4, frame.height() // 4)
    drag(preview, start, frame.center())
    [area] = devices.scan.chosen_scan(ScanKind.PAGE).areas
    assert area.left == pytest.approx(2480 / 4, abs=30)
    assert area.width == pytest.approx(2480 / 4, abs=40)
    assert area.height == pytest.approx(3508 / 4, abs=40)
    assert "mm" in words(devices, "preview_area")
    press(devices, qtbot, "preview_whole")
    assert devices.scan.chosen_scan(ScanKind.PAGE).areas == ()


def test_the_mark_is_made_moved_and_sized_by_keys_and_stays_on_the_glass(
    devices: DevicesView, qtbot: QtBot
) -> None:
    preview = devices.pages.preview
    preview.show_picture(drawn_page(width=310))
    key(preview, Qt.Key.Key_Right)
    [first] = preview.areas()
    key(preview, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert preview.areas()[0].width < first.width
    for _press in range(80):
        key(preview, Qt.Key.Key_Right)
    assert preview.areas()[0].left + preview.areas()[0].width == 2480
    for _press in range(80):
        key(preview, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert preview.areas()[0].width == MIN_SIDE
    key(preview, Qt.Key.Key_Escape)
    assert preview.areas() == ()


def test_a_slip_of_the_mouse_marks_nothing(qtbot: QtBot) -> None:
    preview = PreviewArea()
    qtbot.addWidget(preview)
    preview.resize(200, 280)
    preview.show_picture(drawn_page(width=310))
    centre = preview.picture_rect().center()
    drag(preview, centre, centre + QPoint(2, 2))
    assert preview.areas() == ()


def test_a_page_that_nobody_asked_for_says_so_until_it_is_filed(devices: DevicesView) -> None:
    devices.pages.show_page_image("p1", png(drawn_page(width=100)), unasked=True)
    devices.pages.show_page_cleaned("p1", png(drawn_page(width=90)), "A corner is missing")
    page = devices.pages.page("p1")
    assert page is not None
    why = "The kiosk sent this page though you had not asked for it. A corner is missing"
    assert (page.words(), page.to_check()) == ("Not asked for", why)
    item = devices.pages.strip.item(0)
    assert item is not None
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == f"Page 1: Not asked for. {why}"
    devices.show_pages_filed(["p1"])
    page = devices.pages.page("p1")
    assert page is not None
    assert (page.words(), page.to_check()) == ("Filed", "")


def test_a_page_goes_from_coming_to_kept_to_cleaned_to_filed(devices: DevicesView) -> None:
    devices.pages.show_page_progress("p1", 40)
    coming = devices.pages.page("p1")
    assert coming is not None
    assert coming.words() == "Receiving 40 %"
    assert devices.pages.to_file() == []
    devices.pages.show_page_image("p1", png(drawn_page(width=100)))
    devices.pages.show_page_cleaned("p1", png(drawn_page(width=90)), "A corner is missing")
    cleaned = devices.pages.page("p1")
    assert cleaned is not None
    picture = cleaned.picture()
    assert picture is not None
    assert (cleaned.status, cleaned.note, picture.width()) == (
        PageStatus.CLEANED,
        "A corner is missing",
        90,
    )
    devices.show_pages_filed(["p1"])
    filed = devices.pages.page("p1")
    assert filed is not None
    assert filed.status == PageStatus.FILED
    assert devices.pages.to_file() == []


def test_a_damaged_page_says_why_and_is_not_filed(devices: DevicesView) -> None:
    devices.pages.show_page_failed("p1", "page_damaged")
    facts = devices.pages.page("p1")
    assert facts is not None
    assert "damaged" in facts.note
    assert not button(devices, "file_document").isEnabled()


def test_alt_arrows_order_the_pages_and_the_order_is_told(three: DevicesView, qtbot: QtBot) -> None:
    three.pages.strip.choose("p2")
    order = acts_of(three, acts.OrderPages)
    key(three.pages.strip, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert order == [acts.OrderPages(("p0", "p2", "p1"))]
    three.pages.strip.clearSelection()
    assert three.pages.to_file() == ["p0", "p2", "p1"]


def test_chosen_pages_alone_are_filed_in_their_order(three: DevicesView, qtbot: QtBot) -> None:
    three.show_grants({Grant.KEEP: True})
    three.pages.strip.choose("p1")
    filed = acts_of(three, acts.FileDocuments)
    press(three, qtbot, "file_document")
    assert filed == [
        acts.FileDocuments((acts.DocumentPages(("p1",), "p2", "Attestation de loyer"),))
    ]


def test_pages_may_be_a_piece_each_in_the_order_of_the_procedure(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.show_grants({Grant.KEEP: True})
    pieces = [Piece(id=name, name=name.upper()) for name in ("a", "b", "c", "d")]
    pieces[1] = msgspec.structs.replace(pieces[1], state=PieceState.FILED)
    three.set_pieces(pieces, dossier_open=True)
    assert words(three, "file_each_words") == "1 A · 2 C · 3 D"
    filed = acts_of(three, acts.FileDocuments)
    press(three, qtbot, "file_each")
    assert filed == [
        acts.FileDocuments(
            (
                acts.DocumentPages(("p0",), "a", "A"),
                acts.DocumentPages(("p1",), "c", "C"),
                acts.DocumentPages(("p2",), "d", "D"),
            )
        )
    ]
    three.filing.choose_piece("c")
    assert not button(three, "file_each").isVisible(), "two pieces are open for three pages"


def test_what_was_scanned_for_a_piece_is_what_is_filed_and_then_the_receipt_has_the_keyboard(
    three: DevicesView, qtbot: QtBot
) -> None:
    said: list[str] = []
    announcer_of(three).said.connect(lambda words, _urgent: said.append(words))
    three.show_grants({Grant.KEEP: True})
    three.show_scanned(["p1", "p2"], unread=1)
    assert "One page is hard to read" in words(three, "file_why")
    three.show_scanned(["p1", "p2"], unread=0)
    assert words(three, "file_why").startswith("Legible")
    assert said[0].startswith("One page is hard to read")
    assert said[1:] == ["Legible. Enter files it; F8 from everywhere."]
    three.filing.take_keyboard()
    filed = acts_of(three, acts.FileDocuments)
    key(button(three, "file_document"), Qt.Key.Key_Return)
    assert filed == [
        acts.FileDocuments((acts.DocumentPages(("p1", "p2"), "p2", "Attestation de loyer"),))
    ]
    three.filing.set_filing(True)
    three.show_pages_filed(["p1", "p2"])
    three.filing.set_filing(False)
    three.show_document_filed("Bail", 1)
    assert button(three, "print_receipt").hasFocus()


@pytest.mark.parametrize("busy", ["file_document", "file_with_receipt"])
def test_a_second_enter_waits_on_the_busy_button_and_prints_the_receipt(
    three: DevicesView, qtbot: QtBot, busy: str
) -> None:
    three.set_pieces(DOSSIER.pieces, dossier_open=True)
    three.show_devices(msgspec.structs.replace(DEVICES, printer=ScannerState.READY))
    three.show_grants({Grant.KEEP: True})
    pressed = button(three, busy)
    printed, filed = acts_of(three, acts.PrintReceipt), acts_of(three, acts.FileDocuments)
    pressed.setFocus()
    key(pressed, Qt.Key.Key_Return)
    three.filing.set_filing(True)
    for each in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        focused = three.focusWidget()
        assert focused is pressed, "nothing else gets the press"
        key(focused, each)
    three.show_pages_filed(three.pages.to_file())
    assert pressed.hasFocus()
    assert printed == []
    three.filing.set_filing(False)
    three.show_document_filed("Bail", 1)
    assert (len(filed), printed) == (1, [acts.PrintReceipt(False)])
    three.show_document_filed("Bail", 2)
    assert len(printed) == 1
    assert button(three, "print_receipt").hasFocus() is (busy == "file_document")


def test_who_goes_on_elsewhere_while_it_is_filed_is_not_called_back(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.show_grants({Grant.KEEP: True})
    three.filing.take_keyboard()
    key(button(three, "file_document"), Qt.Key.Key_Return)
    three.filing.set_filing(True)
    three.pages.strip.setFocus()
    three.filing.set_filing(False)
    three.show_document_filed("Bail", 1)
    assert three.pages.strip.hasFocus()


def test_one_press_files_and_prints_the_receipt_once_it_is_filed(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.set_pieces(DOSSIER.pieces, dossier_open=True)
    three.show_devices(msgspec.structs.replace(DEVICES, printer=ScannerState.NONE))
    receipt = button(three, "file_with_receipt")
    assert receipt.isHidden(), "the kiosk has no printer"
    three.show_devices(msgspec.structs.replace(DEVICES, printer=ScannerState.READY))
    printed = acts_of(three, acts.PrintReceipt)
    done = acts_of(three, acts.FileDocuments)
    receipt.click()
    assert done
    three.filing.set_filing(True)
    assert printed == []
    three.filing.set_filing(False)
    three.show_document_filed("Lease", 1)
    assert printed == [acts.PrintReceipt(False)]
    done = acts_of(three, acts.FileDocuments)
    three.filing.file.click()
    assert done
    three.show_document_filed("Lease", 2)
    assert printed == [acts.PrintReceipt(False)], "a receipt is printed only where it was asked for"


def test_who_goes_on_elsewhere_keeps_the_keyboard_when_the_document_is_filed(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.show_grants({Grant.KEEP: True})
    three.pages.strip.setFocus()
    three.filing.file.click()
    three.filing.set_filing(True)
    three.filing.set_filing(False)
    three.show_document_filed("Bail", 1)
    assert three.pages.strip.hasFocus()


@pytest.mark.parametrize("height", [560, 900])
def test_the_piece_the_button_that_files_and_the_receipt_are_seen_without_scrolling(
    three: DevicesView, qtbot: QtBot, height: int
) -> None:
    three.resize(408, height)
    for name in ("file_piece", "file_document", "print_receipt", "file_name"):
        shown = three.findChild(QWidget, name)
        assert shown is not None
        seen = shown.visibleRegion().boundingRect().size()
        assert seen == shown.size(), name


@pytest.mark.parametrize("larger", [1.0, 1.5])
def test_a_row_of_pages_is_seen_however_low_the_window_is(
    three: DevicesView, qtbot: QtBot, larger: float, desk_theme: QApplication
) -> None:
    apply_theme(desk_theme, dark=False, text_scale=larger)
    three.printing.show_print(PrintChanged(print_id="j1", state=PrintState.WAITING), "Receipt")
    three.pages.show_papers("p0", 2)
    for height in (800, 600, 520, 480):
        three.resize(420, height)
        qtbot.waitUntil(
            lambda: three.pages.strip.visibleRegion().boundingRect().height() >= cell().height() - 8
        )
    apply_theme(desk_theme, dark=False)


def test_turning_and_choosing_the_original_are_told(three: DevicesView, qtbot: QtBot) -> None:
    three.pages.strip.choose("p0")
    turned = acts_of(three, acts.RotatePage)
    press(three, qtbot, "page_turn_left")
    assert turned == [acts.RotatePage("p0", 3)]
    turned = acts_of(three, acts.RotatePage)
    key(three.pages.strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert turned == [acts.RotatePage("p0", 0)]
    version = acts_of(three, acts.UseVersion)
    press(three, qtbot, "page_version")
    assert version == [acts.UseVersion("p0", False)]
    facts = three.pages.page("p0")
    assert facts is not None
    picture = facts.picture()
    assert picture is not None
    assert picture.width() == 100


def test_a_page_taken_out_comes_back_to_its_place_with_what_arrived_meanwhile(
    three: DevicesView, qtbot: QtBot
) -> None:
    gone = acts_of(three, acts.TakePageOut)
    back = acts_of(three, acts.PutPageBack)
    three.pages.strip.choose("p1")
    key(three.pages.strip, Qt.Key.Key_Delete)
    choose_in_menu(three, 2)
    assert gone == [acts.TakePageOut("p1", RemovalReason.UNREADABLE)]
    assert three.pages.strip.order() == ["p0", "p2"]
    assert "Cannot be read" in words(three, "page_undo_words")
    three.pages.show_page_cleaned("p1", drawn_page(width=50), "late")
    three.pages.add_page("p1")
    assert three.pages.strip.order() == ["p0", "p2"]
    press(three, qtbot, "page_undo")
    assert back == [acts.PutPageBack("p1")]
    assert three.pages.strip.order() == ["p0", "p1", "p2"]
    facts = three.pages.page("p1")
    assert facts is not None
    assert facts.note == "late"


def test_a_filed_page_is_not_taken_out(three: DevicesView, qtbot: QtBot) -> None:
    three.show_pages_filed(["p1"])
    three.pages.strip.choose("p1")
    key(three.pages.strip, Qt.Key.Key_Delete)
    assert three.pages.strip.order() == ["p0", "p1", "p2"]


def test_filing_proposes_the_first_missing_piece_and_keeps_what_the_agent_wrote(
    three: DevicesView, qtbot: QtBot
) -> None:
    piece, name = three.findChild(QComboBox, "file_piece"), three.findChild(QLineEdit, "file_name")
    assert piece is not None
    assert name is not None
    assert (piece.currentData(), name.text()) == ("p2", "Attestation de loyer")
    name.clear()
    write(name, "Bail 2026")
    piece.setCurrentIndex(piece.findData("p3"))
    assert name.text() == "Bail 2026"
    done = [msgspec.structs.replace(one, state=PieceState.FILED) for one in DOSSIER.pieces]
    three.set_pieces(done, dossier_open=True)
    assert piece.currentData() == ""


def test_nothing_is_filed_without_dossier_pages_or_name(devices: DevicesView, qtbot: QtBot) -> None:
    assert words(devices, "file_why") == "Scan a page first."
    devices.pages.show_page_image("p1", drawn_page(width=100))
    devices.set_pieces([], dossier_open=False)
    assert words(devices, "file_why") == "Open a dossier first."
    devices.set_pieces([], dossier_open=True)
    assert words(devices, "file_why") == "Give the document a name."
    assert not button(devices, "file_document").isEnabled()
    devices.filing.set_filing(True)
    assert words(devices, "file_why") == "Filing…"


_FILED = PieceState.FILED


def test_the_piece_that_was_chosen_stays_chosen_until_it_is_filed(devices: DevicesView) -> None:
    def pieces(first: PieceState) -> list[Piece]:
        return [Piece(id="a", name="A", state=first), Piece(id="b", name="B")]

    box = devices.findChild(QComboBox, "file_piece")
    assert box is not None
    devices.set_pieces(pieces(PieceState.EXPECTED), dossier_open=True)
    for state in (PieceState.SCANNED, PieceState.LEGIBLE, PieceState.ACCEPTED):
        devices.set_pieces(pieces(state), dossier_open=True)
        assert box.currentData() == "a", state
    devices.set_pieces(pieces(PieceState.FILED), dossier_open=True)
    assert box.currentData() == "b"


def test_after_a_piece_is_filed_the_next_one_of_the_procedure_is_proposed(
    devices: DevicesView,
) -> None:
    def pieces(*filed: str) -> list[Piece]:
        return [
            Piece(id=name, name=name, state=_FILED if name in filed else PieceState.EXPECTED)
            for name in "abcd"
        ]

    box = devices.findChild(QComboBox, "file_piece")
    assert box is not None
    devices.set_pieces(pieces(), dossier_open=True)
    devices.filing.choose_piece("b")
    devices.set_pieces(pieces("b"), dossier_open=True)
    assert box.currentData() == "c", "not back to the one that was left out"
    devices.set_pieces(pieces("b", "c", "d"), dossier_open=True)
    assert box.currentData() == "a", "after the last one the first that is missing"


def test_filing_goes_on_until_the_last_of_several_documents_and_then_the_receipt_is_printed(
    three: DevicesView, qtbot: QtBot
) -> None:
    three.set_pieces(DOSSIER.pieces, dossier_open=True)
    three.show_grants({Grant.KEEP: True, Grant.PRINT: True})
    three.show_devices(DEVICES)
    printed = acts_of(three, acts.PrintReceipt)
    three.show_filing(2)
    button(three, "file_document").click()
    assert words(three, "file_why") == "Filing…"
    key(button(three, "file_document"), Qt.Key.Key_Return)  # the receipt, once all is filed
    three.show_document_filed("Bail", 1)
    three.show_filing(1)
    assert words(three, "file_why").startswith("Filing")
    assert printed == []
    three.show_document_filed("Quittance", 2)
    assert len(printed) == 1
    three.show_filing(0)
    assert not words(three, "file_why").startswith("Filing")


def test_the_receipt_is_wished_in_large_print_and_saved(devices: DevicesView, qtbot: QtBot) -> None:
    devices.show_grants({Grant.PRINT: True})
    large = devices.findChild(QCheckBox, "receipt_large")
    assert large is not None
    large.setChecked(True)
    wished = acts_of(devices, acts.PrintReceipt)
    button(devices, "print_receipt").click()
    assert wished == [acts.PrintReceipt(True)]
    press(devices, qtbot, "save_receipt")
    dialog = devices.findChild(QFileDialog, "save_receipt_dialog")
    assert dialog is not None
    saved = acts_of(devices, acts.SaveReceipt)
    dialog.fileSelected.emit("/somewhere/receipt.html")
    assert saved == [acts.SaveReceipt("/somewhere/receipt.html")]
    dialog.reject()


def test_prints_are_wishes_and_their_states_are_words(devices: DevicesView, qtbot: QtBot) -> None:
    devices.show_grants({Grant.PRINT: True})
    done = acts_of(devices, acts.PrintReceipt)
    button(devices, "print_receipt").click()
    assert done
    devices.printing.show_print(
        PrintChanged(print_id="j1", state=PrintState.WAITING, code="printer_jammed"), "Receipt"
    )
    line = devices.findChild(QWidget, "print_j1")
    assert line is not None
    assert words(line, "print_state") == "waiting"
    assert "jammed" in words(line, "print_why")
    cancelled = acts_of(devices, acts.CancelPrint)
    press(line, qtbot, "print_cancel_j1")
    assert cancelled == [acts.CancelPrint("j1")]
    devices.printing.show_print(PrintChanged(print_id="j1", state=PrintState.DONE), "Receipt")
    assert words(line, "print_state") == "printed"


def test_why_a_print_waits_is_not_said_again_below_the_printer_that_says_it(
    devices: DevicesView,
) -> None:
    devices.printing.show_print(
        PrintChanged(print_id="j1", state=PrintState.WAITING, code=DEVICES.printer_code), "Receipt"
    )
    line = devices.findChild(QWidget, "print_j1")
    assert line is not None
    why = line.findChild(QLabel, "print_why")
    assert why is not None
    assert why.text() == words(devices, "printer_fault")
    assert why.isHidden()
    devices.show_devices(
        msgspec.structs.replace(DEVICES, printer=ScannerState.READY, printer_code="")
    )
    assert not why.isHidden()


def test_the_file_to_print_is_chosen_without_stopping_the_program(
    devices: DevicesView, qtbot: QtBot
) -> None:
    devices.show_grants({Grant.PRINT: True})
    button(devices, "print_file").click()
    dialog = devices.findChild(QFileDialog, "print_file_dialog")
    assert dialog is not None
    wished = acts_of(devices, acts.PrintFile)
    dialog.fileSelected.emit("/a/form.pdf")
    assert wished == [acts.PrintFile("/a/form.pdf")]
    dialog.reject()


def test_another_caller_finds_nothing_of_the_one_before(three: DevicesView) -> None:
    three.show_grants({Grant.SCAN: True, Grant.PRINT: True})
    three.pages.show_preview(drawn_page(width=310))
    three.printing.show_print(PrintChanged(print_id="j1", state=PrintState.DONE), "Receipt")
    three.clear()
    assert three.pages.strip.order() == []
    assert three.pages.page("p0") is None
    assert not three.pages.preview.has_picture()
    assert not button(three, "scan_page").isEnabled()
    assert three.findChild(QLineEdit, "file_name").text() == ""


@pytest.mark.parametrize("width", [380, 420])
def test_nothing_is_wider_than_the_panel_whatever_is_allowed(
    devices: DevicesView, width: int
) -> None:
    devices.resize(width, 900)
    devices.show()
    devices.pages.show_page_image("p1", drawn_page(width=100))
    area = devices.findChild(QScrollArea)
    assert area is not None
    body, viewport = area.widget(), area.viewport()
    assert body is not None
    assert viewport is not None
    for grants in (dict.fromkeys(Grant, False), dict.fromkeys(Grant, True)):
        devices.show_grants(grants)
        QCoreApplication.sendPostedEvents()
        assert body.minimumSizeHint().width() <= viewport.width(), grants


def test_a_pile_is_proposed_in_the_order_of_the_guide(devices: DevicesView) -> None:
    filing = devices.filing
    filing.set_dossier(True)
    filing.show_grant(True)
    pieces = [Piece(id=name, name=name, state=PieceState.EXPECTED) for name in ("a", "b", "c")]
    filing.set_pieces(pieces)
    filing.set_pages(3)
    assert [one.id for one in filing._series()] == ["a", "b", "c"]
    filing.follow_guide(["c", "a"])
    filing.choose_piece("c")
    assert [one.id for one in filing._series()] == ["c", "a", "b"]


def test_while_a_page_arrives_nobody_is_told_to_scan_one(devices: DevicesView) -> None:
    filing = devices.filing
    filing.set_dossier(True)
    filing.show_grant(True)
    why = filing.findChild(QLabel, "file_why")
    assert why is not None
    assert why.text() == "Scan a page first."
    devices.pages.show_page_progress("p1", 9)
    assert why.text() == "The page is on its way."
