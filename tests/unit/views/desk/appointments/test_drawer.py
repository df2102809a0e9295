# SPDX-License-Identifier: GPL-3.0-only
"""A time is taken, moved, or lost to somebody else, by keyboard and by mouse."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from session.core.appointment_model import AppointmentPerson
from session.core.clock import ManualClock
from session.core.errors import HubUnreachable, PersonNeeded
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookableRequest,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlot,
    FreeSlotsRequest,
    MoveAppointmentRequest,
)
from tests.support.appointments import scenes
from tests.support.appointments.scenes import (
    CALLER,
    OTHER,
    SERVICE,
    THERE,
    BookingHub,
    appointment,
    at,
    free,
    slip,
)
from tests.support.screens.fingers import key, rewrite, write
from tests.support.screens.invented import NOW, desk
from tests.support.screens.parts import part
from views.desk.appointments.acts import BookingFor, BookOutside, PrintSlip, StopOutside
from views.desk.appointments.drawer import AppointmentDrawer
from views.desk.window import DeskWindow


class Scene:
    """A window with the drawer, and a hub behind it."""

    def __init__(self, window: DeskWindow) -> None:
        self.window = window
        self.drawer: AppointmentDrawer = window.appointments
        self.hub = BookingHub(self.drawer)

    def words(self, name: str) -> str:
        return part(self.drawer, QLabel, name).text()

    def times(self) -> list[str]:
        week = self.drawer.panel.week
        buttons = week.findChildren(QPushButton, "free_time")
        return [button.text() for button in buttons if not button.isHidden()]

    def press(self, name: str) -> None:
        part(self.drawer, QPushButton, name).click()

    def write(self, name: str, text: str) -> None:
        rewrite(part(self.drawer, QLineEdit, name), text)

    def last[Kind](self, kind: type[Kind]) -> Kind:
        return [act for act in self.hub.asked if isinstance(act, kind)][-1]


@pytest.fixture
def scene(qtbot: QtBot, desk_theme: QApplication) -> Scene:
    window = desk(ManualClock(NOW))
    qtbot.addWidget(window, before_close_func=lambda _window: window.close_now())
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    return Scene(window)


def focused() -> str:
    here = QApplication.focusWidget()
    return here.accessibleName() if here is not None else ""


def test_for_the_person_of_a_dossier_three_presses_of_enter_take_the_first_free_time(
    scene: Scene,
) -> None:
    scene.drawer.begin(CALLER)
    first = QApplication.focusWidget()
    assert isinstance(first, QPushButton)
    assert focused() == "Tuesday 3 March 2026 at 9:20"
    key(first, Qt.Key.Key_Return)
    confirm = QApplication.focusWidget()
    assert isinstance(confirm, QPushButton)
    key(confirm, Qt.Key.Key_Return)
    request = scene.last(BookRequest)
    assert (request.service, request.starts_at) == (SERVICE, at(3, 9, 20))
    assert request.dossier == "D-2026-00417"
    assert request.person == AppointmentPerson()
    assert not request.agreed
    assert scene.words("slip_when") == "Tuesday 3 March 2026 at 9:20 · 20 min"
    assert scene.words("slip_code") == "Letters of the slip: K7M-2PX"
    printing = QApplication.focusWidget()
    assert printing is not None
    key(printing, Qt.Key.Key_Return)
    assert scene.last(PrintSlip).slip == slip(at(3, 9, 20))


def test_arrow_keys_go_from_time_to_time_and_from_day_to_day(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    for pressed, name in (
        (Qt.Key.Key_Down, "Tuesday 3 March 2026 at 9:40"),
        (Qt.Key.Key_Right, "Thursday 5 March 2026 at 9:20"),
        (Qt.Key.Key_Right, "Friday 6 March 2026 at 9:20"),
        (Qt.Key.Key_Up, "Friday 6 March 2026 at 9:00"),
        (Qt.Key.Key_Up, "Friday 6 March 2026 at 9:00"),
        (Qt.Key.Key_Left, "Thursday 5 March 2026 at 9:00"),
    ):
        here = QApplication.focusWidget()
        assert here is not None
        key(here, pressed)
        assert focused() == name


def test_who_comes_too_late_chooses_among_the_next_three(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.hub.instead = tuple(FreeSlot(starts_at=at(5, 10, minute)) for minute in (0, 20, 40))
    scene.drawer.panel.choose(at(5, 9))
    scene.drawer.panel.confirm()
    assert scene.times() == ["10:00", "10:20", "10:40"]
    assert focused() == "Thursday 5 March 2026 at 10:00"
    assert "Somebody else" in scene.words("booking_words")
    taken = scene.last(BookRequest)
    scene.hub.instead = ()
    here = QApplication.focusWidget()
    assert here is not None
    key(here, Qt.Key.Key_Return)
    scene.drawer.panel.confirm()
    request = scene.last(BookRequest)
    assert request.starts_at == at(5, 10)
    assert request.request_id != taken.request_id


def test_a_wish_that_nobody_answered_is_the_same_wish_when_it_is_sent_again(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.drawer.acted.disconnect(scene.hub.on_act)
    scene.drawer.acted.connect(scene.hub.asked.append)
    scene.drawer.panel.choose(at(5, 9))
    scene.drawer.panel.confirm()
    first = scene.last(BookRequest)
    scene.drawer.show_refused(first, HubUnreachable())
    scene.drawer.panel.confirm()
    assert scene.last(BookRequest) is not first
    assert scene.last(BookRequest) == first


def test_without_a_dossier_a_number_or_a_name_with_a_birth_date_is_typed(scene: Scene) -> None:
    scene.drawer.begin(BookingFor(service=SERVICE, organisation="valdore"))
    scene.drawer.panel.choose(at(5, 9))
    confirm = part(scene.drawer, QPushButton, "booking_confirm")
    assert not confirm.isEnabled()
    scene.write("booking_family_name", "Ombrage")
    assert not confirm.isEnabled()
    scene.write("booking_born_on", "31/02/1984")
    scene.press("booking_confirm")
    assert "This day does not exist" in scene.words("booking_born_on_wrong")
    scene.write("booking_born_on", "14/05/1984")
    scene.write("booking_email", "nobody")
    scene.press("booking_confirm")
    assert scene.words("booking_email_wrong")
    scene.write("booking_email", "i.ombrage@example.org")
    scene.press("booking_confirm")
    person = scene.last(BookRequest).person
    assert (person.family_name, person.born_on) == ("Ombrage", "1984-05-14")
    assert person.email == "i.ombrage@example.org"


def test_another_organisation_gets_the_persons_data_only_with_a_yes(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.press("booking_service")
    rows = part(scene.drawer, QListWidget, "booking_service_rows")
    assert rows.count() == 2
    line = part(scene.drawer, QLineEdit, "booking_service_words")
    write(line, "mutuelle")
    line.textEdited.emit("mutuelle")
    scene.drawer.panel.places.pick_service(OTHER)
    scene.drawer.panel.choose(at(5, 9))
    assert not part(scene.drawer, QPushButton, "booking_confirm").isEnabled()
    part(scene.drawer, QCheckBox, "booking_agreed").setChecked(True)
    scene.press("booking_confirm")
    request = scene.last(BookRequest)
    assert (request.service, request.dossier, request.agreed) == (OTHER, "", True)
    assert request.person.family_name == "Verdelin"


def test_another_site_is_searched_by_its_name(scene: Scene, qtbot: QtBot) -> None:
    scene.drawer.begin(CALLER)
    scene.press("booking_site")
    line = part(scene.drawer, QLineEdit, "booking_site_words")
    assert QApplication.focusWidget() is line
    write(line, "arvenne")
    qtbot.waitUntil(lambda: scene.last(BookableRequest).words == "arvenne")
    rows = part(scene.drawer, QListWidget, "booking_site_rows")
    rows.setCurrentRow(1)
    key(line, Qt.Key.Key_Return)
    assert scene.last(FreeSlotsRequest).site == THERE
    assert scene.words("booking_site_name").endswith("Arvenne")
    assert not rows.isVisible()


def test_escape_leaves_the_search_first_and_then_the_drawer(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.press("booking_site")
    key(part(scene.drawer, QLineEdit, "booking_site_words"), Qt.Key.Key_Escape)
    assert not part(scene.drawer, QListWidget, "booking_site_rows").isVisible()
    assert scene.drawer.isVisible()
    here = QApplication.focusWidget()
    assert here is not None
    key(here, Qt.Key.Key_Escape)
    assert not scene.drawer.isVisible()


def test_with_me_asks_for_my_own_free_times_and_books_with_me(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    part(scene.drawer, QToolButton, "booking_with_me").click()
    assert scene.last(FreeSlotsRequest).agent == "me"
    scene.drawer.panel.choose(at(5, 9))
    scene.drawer.panel.confirm()
    assert scene.last(BookRequest).agent == "me"


def test_an_empty_week_leads_to_the_next_one_that_has_free_times(scene: Scene) -> None:
    scene.hub.slots = []
    scene.drawer.begin(CALLER)
    assert "No free time until Thursday 30 April 2026" in scene.words("booking_words")
    request = scene.last(FreeSlotsRequest)
    late = [FreeSlot(starts_at=at(24, 9))]
    scene.hub.slots = late
    answer = free(request, late)
    answer.slots.clear()
    scene.drawer.show_answer(request, answer)
    assert scene.last(FreeSlotsRequest).from_day == "2026-03-24"


def test_later_days_and_back_again(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    later = scene.drawer.panel.later
    later.click()
    assert scene.last(FreeSlotsRequest).from_day == "2026-03-09"
    later.click()
    assert scene.last(FreeSlotsRequest).from_day == "2026-03-16"
    scene.drawer.panel.earlier.click()
    assert scene.last(FreeSlotsRequest).from_day == "2026-03-09"
    scene.drawer.panel.earlier.click()
    assert scene.last(FreeSlotsRequest).from_day == ""
    assert not scene.drawer.panel.earlier.isEnabled()


def test_an_appointment_is_moved_with_a_reason_and_nobody_is_typed_anew(scene: Scene) -> None:
    scene.drawer.begin(BookingFor(organisation="valdore", moved=appointment("ap9", at(12, 14))))
    assert not part(scene.drawer, QLineEdit, "booking_family_name").isVisible()
    scene.drawer.panel.choose(at(5, 9))
    scene.write("booking_reason", "travaille ce jour")
    scene.press("booking_confirm")
    request = scene.last(MoveAppointmentRequest)
    assert (request.appointment_id, request.starts_at) == ("ap9", at(5, 9))
    assert request.reason == "travaille ce jour"
    assert scene.words("slip_title") == "The appointment has another time"


def test_a_refusal_is_said_in_place_and_what_was_chosen_stays(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.drawer.panel.choose(at(5, 9))
    scene.drawer.show_refused(FreeSlotsRequest(service=SERVICE), PersonNeeded())
    assert scene.words("booking_words")
    assert scene.words("booking_chosen").startswith("Thursday 5 March 2026 at 9:00")


def test_an_organisation_without_appointments_says_so(scene: Scene) -> None:
    scene.drawer.acted.disconnect(scene.hub.on_act)
    scene.drawer.begin(CALLER)
    scene.drawer.show_answer(BookableRequest(service=SERVICE), BookableAnswer(services=[]))
    assert "No service gives appointments" in scene.words("booking_words")


def test_after_the_conversation_nothing_is_printed_at_the_kiosk(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.drawer.panel.choose(at(5, 9))
    scene.drawer.panel.confirm()
    scene.drawer.show_no_kiosk()
    assert not part(scene.drawer, QPushButton, "slip_print").isVisible()


def test_a_cancelled_appointment_is_not_shown_as_taken(scene: Scene) -> None:
    scene.drawer.begin(CALLER)
    scene.drawer.show_refused(CancelAppointmentRequest(appointment_id="ap1"), PersonNeeded())
    assert scene.words("booking_words") == ""


def test_an_appointment_in_another_service_needs_a_whole_name_and_the_callers_yes(
    scene: Scene,
) -> None:
    scene.drawer.begin(BookingFor(organisation="valdore"))
    assert not part(scene.drawer, QPushButton, "booking_outside").isVisible()
    scene.drawer.offer_outside("RDV Service Public")
    scene.press("booking_outside")
    outside, start = scene.drawer.outside, part(scene.drawer.outside, QPushButton, "outside_open")
    for name, text in (("outside_family_name", "Garance"), ("outside_given_names", "Odile")):
        rewrite(part(outside, QLineEdit, name), text)
    assert not start.isEnabled()
    part(outside, QCheckBox, "outside_agreed").click()
    start.click()
    assert scene.last(BookOutside).person.name == "Odile Garance"
    scene.drawer.show_outside("Choose in your browser.", tone="soft", waits=True, slip=None)
    assert not start.isEnabled()
    part(outside, QPushButton, "outside_stop").click()
    assert isinstance(scene.hub.asked[-1], StopOutside)
    scene.drawer.show_outside("It is taken.", tone="soft", waits=False, slip=slip(at(5, 9)))
    assert scene.words("slip_when").startswith("Thursday 5 March 2026 at 9:00")


def test_an_appointment_that_is_moved_stays_in_its_own_service(scene: Scene) -> None:
    scene.drawer.offer_outside("RDV Service Public")
    scene.drawer.begin(BookingFor(organisation="valdore", moved=appointment("ap9", at(12, 14))))
    assert not part(scene.drawer, QPushButton, "booking_outside").isVisible()


def test_hanging_up_stays_in_sight_beside_the_drawer(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    window = scenes.booking()
    qtbot.addWidget(window, before_close_func=lambda _window: window.close_now())
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    hang_up = part(window, QPushButton, "call_hang_up")
    assert window.appointments.isVisible()

    def ends_before_the_drawer() -> bool:
        right = hang_up.mapTo(window, QPoint(hang_up.width(), 0)).x()
        return hang_up.isVisible() and right <= window.appointments.x()

    qtbot.waitUntil(ends_before_the_drawer)
    side_px = window.side.width()
    window.appointments.hide()
    qtbot.waitUntil(lambda: window.side.width() < side_px)
