# SPDX-License-Identifier: GPL-3.0-only
"""The replay window, played by a clock that the test moves: timeline, list, page, keys."""

from __future__ import annotations

import os
import re
import signal
import sys
import typing
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QKeySequence, QNativeGestureEvent, QPointingDevice, QShortcut
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.log import events
from session.log.events import (
    AnyEvent,
    Event,
    Lane,
    LineBack,
    LineLost,
    MirrorChunk,
    PrintChanged,
    Record,
    ScanEnded,
    Writer,
    is_trouble,
    label_of,
)
from session.log.playback.opened import Damage, OpenedLog
from session.log.playback.opening import open_records
from session.protocol.conversation.messages import Grant, GrantActor, GrantReason, PrintState
from session.protocol.hub.tickets import TicketState
from tests.accessibility.layout import settle
from tests.support.log_story import START, Story, frame, whole_session
from tests.support.screens.fingers import click, drag, key
from tests.support.screens.mirrored import Event as PageEvent
from tests.support.screens.mirrored import new_words, picture, typed, wait_mirrored
from views.desk.shared_page.mirror_pane import MirrorPane
from views.replay.controls import SPEEDS
from views.replay.details import EventDetails
from views.replay.event_filter_bar import EventFilterBar
from views.replay.events_model import EventsModel
from views.replay.events_side import EventsTable
from views.replay.filters import EventFilter
from views.replay.marks import spans_of
from views.replay.timeline import Timeline
from views.replay.view import ReplayView
from views.replay.words import LANES, PRINTS, WORDS, describe
from views.widgets.parts import Chip

MS = 1_700_000_000_000


def session() -> list[Record]:
    """The invented session of the log's tests, with a page that a mirror can draw in place of its
    chunks.
    """
    pages: dict[float, list[PageEvent]] = {
        21: picture("Bonjour", MS),
        25: [new_words("Bonsoir", MS + 4000), typed("Zoé", MS + 5000)],
        40: picture("Merci", MS + 19_000),
        45: [typed("Fin", MS + 24_000)],
    }
    return [_with_page(record, pages) for record in whole_session()]


def opened() -> OpenedLog:
    """It, as a log that is open."""
    return open_records("s1", session())


def _with_page(record: Record, pages: dict[float, list[PageEvent]]) -> Record:
    if not isinstance(record.event, MirrorChunk):
        return record
    drawn = pages[(record.event.started_at_utc - START).total_seconds()]
    return msgspec.structs.replace(
        record, event=msgspec.structs.replace(record.event, data=frame(*drawn))
    )


class Shown:
    """The window and its clock."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.view = ReplayView(MirrorPane(), self.clock)
        self.view.resize(1100, 760)
        self.view.show()

    def advance(self, seconds: float) -> None:
        """Time passes in small steps, as the window's timer would see it."""
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            self.view.player.tick()

    def button(self, name: str) -> QAbstractButton:
        found = self.view.findChild(QAbstractButton, name)
        assert found is not None
        return found

    @property
    def table(self) -> EventsTable:
        found = self.view.findChild(EventsTable, "replay_events")
        assert isinstance(found, EventsTable)
        return found

    @property
    def model(self) -> EventsModel:
        found = self.table.model()
        assert isinstance(found, EventsModel)
        return found

    def words(self, line: int) -> list[str]:
        """The cells of a line."""
        cells = [self.model.index(line, column) for column in range(3)]
        return [str(self.model.data(cell)) for cell in cells]

    @property
    def timeline(self) -> Timeline:
        found = self.view.findChild(Timeline)
        assert isinstance(found, Timeline)
        return found

    def chip(self, name: str) -> str:
        found = self.view.findChild(Chip, name)
        assert found is not None
        return found.text()


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[Shown]:
    made = Shown()
    yield made
    made.view.close()
    # at once: at the interpreter's end, page and profile would go in any order
    sip.delete(made.view)


def test_a_log_opens_at_its_beginning_and_paused(shown: Shown) -> None:
    shown.view.show_log("Entretien", opened())
    assert not shown.view.player.playing
    assert shown.view.player.position_s == 0.0
    assert shown.view.player.events_shown == 1
    assert shown.model.rowCount() == len(opened().marks)
    assert shown.chip("replay_ticket") == "Waiting"


def test_playing_shows_page_and_events_and_ends_by_itself(shown: Shown, qtbot: QtBot) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.player.play()
    shown.advance(24)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1')?.textContent === 'Bonjour'")
    assert view.mirror.isVisible()
    assert view.player.state.sharing
    shown.advance(3)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1').textContent === 'Bonsoir'")
    wait_mirrored(qtbot, view.mirror, "document.getElementById('champ').value === 'Zoé'")
    view.set_speed(8)
    finished: list[bool] = []
    view.player.finished.connect(lambda: finished.append(True))
    shown.advance(12)
    assert finished == [True]
    assert not view.player.playing
    assert view.player.events_shown == shown.model.rowCount()
    assert view.player.last_event == "kiosk_wiped"
    assert view.player.state.wiped
    assert view.player.state.ticket is TicketState.WRAP_UP
    assert not view.mirror.isVisible()


def test_after_the_end_play_starts_over(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.player.seek(view.player.duration_s)
    view.player.play()
    assert view.player.position_s == 0.0
    assert view.player.playing


def test_a_jump_back_and_forth_shows_the_page_as_it_was(shown: Shown, qtbot: QtBot) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.player.seek(47)
    wait_mirrored(qtbot, view.mirror, "document.getElementById('champ')?.value === 'Fin'")
    view.player.seek(24)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1').textContent === 'Bonjour'")
    assert view.player.last_event == "address_opened"
    view.player.seek(5)
    assert view.mirror.placement.viewport.isEmpty()
    assert not view.mirror.isVisible()
    view.player.seek(-3)
    assert view.player.position_s == 0.0
    view.player.seek(9999)
    assert view.player.position_s == view.player.duration_s


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process by its number")
def test_a_page_that_ends_the_engine_is_drawn_again_as_it_was(shown: Shown, qtbot: QtBot) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.player.seek(24)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1')?.textContent === 'Bonjour'")
    with qtbot.waitSignal(view.mirror.engine.picture_needed, timeout=20_000):
        os.kill(view.mirror.engine.page.renderProcessPid(), signal.SIGKILL)
    wait_mirrored(qtbot, view.mirror, "document.querySelector('h1')?.textContent === 'Bonjour'")


def test_speeds_are_kept_exactly(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.player.play()
    for speed in SPEEDS:
        before = view.player.position_s
        click(shown.button(f"replay_speed_{speed}"))
        shown.advance(1)
        assert view.player.position_s - before == pytest.approx(speed, abs=0.01)


def test_everything_works_by_keyboard(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.activateWindow()
    view.setFocus()
    key(view, Qt.Key.Key_Right)
    assert view.player.position_s == 5.0
    key(view, Qt.Key.Key_Left)
    assert view.player.position_s == 0.0
    key(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.player.last_event == "ticket_accepted"
    key(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    key(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.player.position_s == 10.0
    for playing in (True, False):
        key(view, Qt.Key.Key_Space)
        assert view.player.playing is playing
    key(view, Qt.Key.Key_End)
    assert view.player.position_s == view.player.duration_s
    key(view, Qt.Key.Key_Home)
    assert view.player.position_s == 0.0


def test_a_click_on_the_timeline_or_the_list_jumps(shown: Shown) -> None:
    view, timeline = shown.view, shown.timeline
    view.show_log("Entretien", opened())
    log = view.player.log
    mark = next(row for row in range(len(log)) if log.meaning(row).label == "document_filed")
    lane = list(LANES).index(Lane.DOSSIER)
    place = QPoint(
        round(timeline.places.x_of(log.offset_s(mark))) + 2, round(timeline.places.y_of(lane))
    )
    found = timeline.mark_at(place.toPointF())
    assert found is not None
    assert log.meaning(found).label in ("document_filed", "piece_filed")
    drag(timeline, place, place)
    assert view.player.position_s == 80.0
    assert view.player.state.documents_filed == ("d1",)
    assert "One page" in shown.chip("replay_paper")
    shown.table.clicked.emit(shown.model.index(1, 0))
    assert view.player.last_event == "ticket_accepted"
    assert shown.table.currentIndex().row() == 1


def test_trouble_is_marked_in_words_and_by_shape() -> None:
    jam = ScanEnded(scan_id="n1", pages=0, code="scanner_jammed")
    assert is_trouble(jam)
    assert "jam" in describe(jam).lower()
    assert is_trouble(LineLost(by=Writer.KIOSK))
    assert describe(LineLost(by=Writer.KIOSK)) == "The kiosk lost the line"
    done = PrintChanged(print_id="r", state=PrintState.DONE, job_id=1, code="", sha256="")
    assert not is_trouble(done)
    assert describe(done) == "Print: printed"


def test_every_event_has_a_sentence_and_every_row_a_name() -> None:
    names = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in typing.get_args(AnyEvent)
    }
    assert names == set(WORDS)
    assert set(Lane) == set(LANES)


def test_the_braces_of_every_sentence_are_filled_in() -> None:
    desk = Writer.DESK
    examples: list[Event] = [
        events.SessionResumed(by=desk),
        events.HungUp(by=desk, reason="done"),
        events.VideoSeen(by=desk, first_frame_ms=1, width_px=1, height_px=1),
        events.AudioSeen(by=desk, packets=1),
        events.CameraChanged(by=desk, camera_on=True, microphone_on=True),
        events.GrantRequested(grant=Grant.SCAN),
        events.GrantChanged(grant=Grant.PRINT, allowed=False),
        events.AddressOpened(host="h.example", path_length=3),
        events.PageActed(command="click_requested", code="", times=3),
        events.ScanEnded(scan_id="n1", pages=2, code=""),
        events.DocumentShown(pages=3),
        events.ShownPagePainted(page=2),
        events.ShownPageMarked(kind="arrow"),
        events.PrintChanged(print_id="r", state=PrintState.WAITING, job_id=1, code="", sha256=""),
        events.DocumentFiled(document_id="d", sha256="", size_bytes=1, pages=1, piece_id=""),
        events.WordsSent(by=desk),
        events.MessageNotTaken(by=desk, topic="device", code="not_allowed"),
        events.EndDescribed(by=desk, version="0.2", scanner="lide_300"),
        events.LineLost(by=desk),
        events.LineBack(by=desk, lost_s=3),
        events.LineMeasured(
            by=desk,
            over_s=10,
            kbps=300,
            loss_percent=1,
            rtt_ms=None,
            height_px=360,
            fps=24,
            freezes=0,
            concealed_percent=0,
        ),
        events.LineGoverned(
            by=desk, step="small", document=False, budget_kbps=200, face_kbps=140, page_kbps=60
        ),
    ]
    assert {label_of(event) for event in examples} == {
        name for name, words in WORDS.items() if "{" in words
    }
    assert not [words for event in examples if "{" in (words := describe(event))]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            events.GrantChanged(grant=Grant.TYPE, allowed=True),
            "The caller allowed: type in the page",
        ),
        (
            events.GrantChanged(
                grant=Grant.SCAN, allowed=True, actor=GrantActor.FACILITATOR, mandate="AC-2026-0042"
            ),
            "Allowed under mandate AC-2026-0042: scan",
        ),
        (
            events.GrantChanged(grant=Grant.KEEP, allowed=False, reason=GrantReason.EXPIRED),
            "The time is over: keep documents in the file",
        ),
        (
            events.GrantChanged(grant=Grant.SCAN, allowed=False, reason=GrantReason.STOPPED),
            "The caller took back: scan",
        ),
        (
            events.GrantChanged(grant=Grant.SCAN, allowed=False, reason=GrantReason.SILENT),
            "No answer counts as no: scan",
        ),
        (
            events.PageActed(command="text_requested", code="grant_missing"),
            "The kiosk refused the agent in the page: text. The caller has not allowed this.",
        ),
        (
            events.PageActed(command="click_requested", code="", times=3),
            "The agent acted in the page: click × 3",
        ),
    ],
)
def test_consent_and_acts_are_told_in_full(event: Event, words: str) -> None:
    assert describe(event) == words


def test_what_lasted_is_drawn_as_long_as_it_lasted() -> None:
    story = Story()
    story.records = list(whole_session())
    story._count = {Writer.DESK: 100, Writer.KIOSK: 100}
    story.add(121, Writer.DESK, LineLost(by=Writer.DESK))
    story.add(126, Writer.DESK, LineBack(by=Writer.DESK, lost_s=5))
    story.add(130, Writer.DESK, LineLost(by=Writer.DESK))
    story.add(131, Writer.DESK, ScanEnded(scan_id="n1", pages=0, code=""))
    found = {(span.lane.value, span.begin_s, span.end_s) for span in spans_of(story.opened())}
    assert found == {
        ("queue", 0.0, 10.0),
        ("call", 12.0, 110.0),
        ("page", 21.0, 50.0),
        ("scanner", 52.5, 58.0),
        ("line", 121.0, 126.0),
        ("line", 130.0, 131.0),
    }


def test_an_empty_or_single_moment_log_is_shown_calmly(shown: Shown) -> None:
    shown.view.show_log("Vide", open_records("s", []))
    assert not shown.button("replay_play").isEnabled()
    shown.view.player.seek(3)
    shown.view.show_log("Un instant", open_records("s", whole_session()[:1]))
    shown.view.player.play()
    shown.advance(0.5)
    assert not shown.view.player.playing
    assert shown.view.player.events_shown == 1


def test_every_button_has_a_name_for_screen_readers(shown: Shown) -> None:
    buttons = [
        b for b in shown.view.findChildren(QAbstractButton) if b.objectName().startswith("replay")
    ]
    assert len(buttons) > 25
    assert all(button.accessibleName() for button in buttons)
    assert shown.timeline.accessibleName()


def test_records_of_a_kiosk_with_another_clock_are_played_in_the_right_order(shown: Shown) -> None:
    ahead = whole_session(kiosk_ahead_s=3600)
    assert max(record.at_utc for record in ahead) > START + timedelta(minutes=59)
    shown.view.show_log("Horloge", open_records("s", ahead))
    assert shown.view.player.duration_s < 200


def test_every_state_of_a_print_has_its_words() -> None:
    assert set(PRINTS) == set(PrintState)


def test_zoom_trouble_and_switches_have_their_keys(shown: Shown) -> None:
    view = shown.view
    story = Story()
    story.records = whole_session()
    story._count = {Writer.DESK: 100, Writer.KIOSK: 100}
    story.add(121, Writer.KIOSK, ScanEnded(scan_id="n2", pages=0, code="scanner_jammed"))
    view.show_log("Entretien", story.opened())
    assert view.rows.time.begin_s > 0.0, "the wait before the conversation is folded away"
    view.activateWindow()
    shown.table.setFocus()
    key(view, Qt.Key.Key_0)
    assert view.rows.time.length_s == view.player.duration_s
    key(view, Qt.Key.Key_Plus)
    assert view.rows.time.length_s < view.player.duration_s
    key(view, Qt.Key.Key_C)
    assert view.rows.time.begin_s == 7.0
    key(view, Qt.Key.Key_T)
    assert view.player.position_s == 121.0
    assert "jam" in shown.words(shown.table.currentIndex().row())[2].lower()
    key(view, Qt.Key.Key_T)
    assert view.player.position_s == 121.0, "it is the last"
    key(view, Qt.Key.Key_D)
    details = view.findChild(EventDetails)
    assert isinstance(details, EventDetails)
    assert "(scanner_jammed)" in details.text
    key(view, Qt.Key.Key_B)
    assert shown.words(shown.table.currentIndex().row())[2] == "", "the kiosk's column has it"
    key(view, Qt.Key.Key_H)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", shown.words(0)[0])


def test_home_and_end_are_the_replays_whatever_has_the_keyboard(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.activateWindow()
    for part in (shown.table, shown.timeline, view):
        part.setFocus()
        key(part, Qt.Key.Key_End)
        assert view.player.position_s == view.player.duration_s
        key(part, Qt.Key.Key_Home)
        assert view.player.position_s == 0.0


def test_two_fingers_apart_show_less_time_and_more_of_it(shown: Shown) -> None:
    story, timeline = Story(), shown.timeline
    story.add(0, Writer.KIOSK, ScanEnded(scan_id="n1", pages=1, code=""))
    story.add(121, Writer.KIOSK, ScanEnded(scan_id="n2", pages=0, code="scanner_jammed"))
    shown.view.show_log("Entretien", story.opened())
    at = QPointF(timeline.width() / 2, timeline.height() / 2)
    there, later = timeline.places.x_of(100.0), timeline.places.x_of(110.0)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        at,
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(timeline, pinch)
    assert timeline.places.x_of(110.0) - timeline.places.x_of(100.0) == pytest.approx(
        1.5 * (later - there)
    )


def test_a_filter_is_for_list_and_timeline(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.side.set_filter(EventFilter(words="scan"))
    assert 0 < shown.model.rowCount() < len(view.player.log.marks)
    bar = view.findChild(EventFilterBar)
    assert isinstance(bar, EventFilterBar)
    assert bar.wanted() == EventFilter(words="scan")
    bar.words.setText("")
    bar.words.returnPressed.emit()
    assert view.side.filter == EventFilter()


def test_a_log_says_what_is_to_be_known_before_it_is_trusted(shown: Shown) -> None:
    ahead = [one for one in whole_session(kiosk_ahead_s=3723) if one.number != 4]
    log = open_records("s", ahead)
    log.damage = Damage(2, 5, True)
    shown.view.show_log("Horloge", log)
    notes = shown.view.findChild(QLabel, "replay_notes")
    assert notes is not None
    for words in (
        "1:02:0",
        "ahead",
        "line 5",
        "The file is cut",
        "one event is missing in the log",
    ):
        assert words in notes.text()


def test_a_log_that_is_being_read_and_one_that_cannot_be_read_say_so(shown: Shown) -> None:
    view = shown.view
    view.show_opening("Entretien", 0.42)
    said = " ".join(part.text() for part in view.findChildren(QLabel))
    assert "42 %" in said
    view.show_failure("This is no log.")
    said = " ".join(part.text() for part in view.findChildren(QLabel))
    assert "This is no log." in said


def test_escape_leaves_the_page_alone_then_the_search_then_is_the_windows(shown: Shown) -> None:
    view = shown.view
    view.show_log("Entretien", opened())
    view.activateWindow()
    left: list[bool] = []
    around = QShortcut(QKeySequence("Esc"), view)
    around.activated.connect(lambda: left.append(True))
    view.side.set_filter(EventFilter(words="scan"))
    view.show_page_alone(True)
    assert not shown.table.isVisible()
    key(view, Qt.Key.Key_Escape)
    assert shown.table.isVisible()
    assert view.side.filter == EventFilter(words="scan")
    key(shown.table, Qt.Key.Key_Escape)
    assert view.side.filter == EventFilter()
    assert left == []
    key(shown.table, Qt.Key.Key_Escape)
    assert left == [True]


def test_beside_one_another_events_are_read_whole(shown: Shown) -> None:
    replay = shown.view
    replay.resize(1440, 900)
    replay.show_log("Entretien", opened())
    replay.show()
    settle()
    replay.findChild(QAbstractButton, "replay_two_ends").click()
    settle()
    table = replay.findChildren(EventsTable)[0]
    model, metrics = table.model(), table.fontMetrics()
    assert model is not None
    cut = []
    for row in range(model.rowCount()):
        for column in range(1, model.columnCount()):
            place = table.visualRect(model.index(row, column)).adjusted(3 + 16 + 4, 0, -3, 0)
            words = str(model.index(row, column).data() or "")
            flags = int(Qt.TextFlag.TextWordWrap)
            if metrics.boundingRect(place, flags, words).height() > place.height():
                cut.append(words)
    assert model.rowCount() > 10
    assert not cut
