# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of every page of the kiosk, to look at:
`python -m tests.support.screens.kiosk_gallery DIR [--po CATALOGUE.po]`.

Face and browser are drawn; all people are invented.
The scenes are used by the kiosk's tests as well.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal, override

import msgspec
from PIL import Image, ImageDraw
from PyQt6.QtCore import QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QWidget

from expert_app.kiosk.wiring.choices import CallerChoices
from expert_app.kiosk.wiring.reading import PageReader
from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.appointment_model import AppointmentState
from session.core.clock import ManualClock
from session.kiosk.appointment_acts import (
    AppointmentQuestion,
    Asked,
    Offered,
    OfferedAnswer,
    Telling,
    Told,
    Way,
)
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.appointments.booking import QR_START, Slip
from session.protocol.conversation.messages import Grant, KioskWiped
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import (
    Contact,
    Service,
    ServicesAnswer,
    SessionFacts,
    SiteMessage,
    TicketAnswer,
)
from session.protocol.hub.tickets import HelpState, Ticket, TicketState
from session.protocol.hub.waiting import AwayTicket
from tests.support.screens.longer import use_words
from views.kiosk.pages.goodbye import Belonging
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.window import KioskWindow
from views.media.voice import Voice

SIZES = ((1280, 720), (1080, 1920), (2160, 3840))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

SERVICES = [
    Service(
        id="rsa",
        name="Famille et enfants",
        subtitle="Naissance, garde, séparation",
        icon="family",
        number_kind="allocataire",
    ),
    Service(
        id="housing", name="Logement", subtitle="Aide au logement, déménagement", icon="housing"
    ),
    Service(
        id="work",
        name="Emploi",
        subtitle="Inscription, indemnités",
        icon="work",
        number_kind="france_travail",
    ),
    Service(
        id="health",
        name="Santé",
        subtitle="Carte, remboursements",
        icon="health",
        number_kind="nir",
    ),
    Service(id="retirement", name="Retraite", subtitle="Préparer son départ", icon="retirement"),
    Service(
        id="disability", name="Handicap", subtitle="Allocations et démarches", icon="disability"
    ),
]


class Face(QWidget):
    """An invented agent, drawn."""

    @override
    def paintEvent(self, a0: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        wall = QLinearGradient(0, 0, 0, room.height())
        wall.setColorAt(0, QColor("#b9c8d6"))
        wall.setColorAt(1, QColor("#8da2b5"))
        painter.fillRect(room, wall)
        painter.fillRect(
            QRectF(room.width() * 0.72, 0, room.width() * 0.2, room.height() * 0.6),
            QColor("#dfe8ef"),
        )
        size = min(room.width(), room.height() * 1.1)
        x, y = room.width() / 2, room.height() * 0.47
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, left, top, width, height in (
            ("#3d2b22", -0.215, -0.37, 0.43, 0.56),
            ("#28527a", -0.38, 0.20, 0.76, 0.80),
            ("#d9a583", -0.08, 0.08, 0.16, 0.22),
            ("#e6b694", -0.165, -0.29, 0.33, 0.42),
            ("#3d2b22", -0.185, -0.37, 0.37, 0.17),
            ("#33261f", -0.085, -0.12, 0.035, 0.035),
            ("#33261f", 0.05, -0.12, 0.035, 0.035),
            ("#b5645a", -0.055, 0.015, 0.11, 0.03),
        ):
            painter.setBrush(QColor(colour))
            painter.drawEllipse(
                QRectF(x + left * size, y + top * size, width * size, height * size)
            )


class Page(QWidget):
    """A web page, drawn."""

    @override
    def paintEvent(self, a0: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#ffffff"))
        painter.fillRect(QRect(0, 0, self.width(), 70), QColor("#0b6e63"))
        font = QFont("Inter")
        font.setPixelSize(26)
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(24, 45, "Caisse d'entraide du Val-Doré")
        painter.setPen(QColor("#24303c"))
        painter.drawText(24, 130, "Déclarer un changement")
        for line in range(5):
            painter.fillRect(24, 170 + line * 90, 180, 16, QColor("#c9d3dc"))
            painter.fillRect(
                24, 196 + line * 90, max(100, self.width() - 60), 40, QColor("#eef2f6")
            )


def services_answer(count: int = 6) -> ServicesAnswer:
    return ServicesAnswer(
        organisation="entraide",
        organisation_name="Caisse d'entraide du Val-Doré",
        site="Mairie de Saint-Aubin-des-Prés",
        services=[
            msgspec.structs.replace(service, away=["back", "phone"]) for service in SERVICES[:count]
        ],
        allowed_addresses=[],
    )


OWNERS = (
    ("entraide", "Caisse d'entraide du Val-Doré"),
    ("marais", "Mutuelle du Marais"),
    ("emploi", "Office de l'emploi et de la formation des Trois-Rivières"),
    ("sante", "Service de santé au travail et de prévention de la vallée de l'Orne bleue"),
)


def hours_answer() -> ServicesAnswer:
    """Six services, one closed by its hours until tomorrow and one by a supervisor;
    callers may wait elsewhere.
    """
    services = [msgspec.structs.replace(service, away=["back", "phone"]) for service in SERVICES]
    services[1] = msgspec.structs.replace(
        services[1],
        open_now=False,
        opens_at="2026-03-03T08:30:00+01:00",
        callback=True,
        message="Pensez à apporter votre bail et votre dernière quittance.",
    )
    services[4] = msgspec.structs.replace(services[4], closed=True)
    contact = Contact(phone="04 00 00 00 00", email="contact@valdore.example")
    return msgspec.structs.replace(
        services_answer(), services=services, contacts={"entraide": contact}
    )


def shared_answer(*owners: int) -> ServicesAnswer:
    """A kiosk of an operator's network; for each service, which of `OWNERS` it belongs to."""
    services = [
        msgspec.structs.replace(
            service,
            id=f"{OWNERS[n][0]}/{service.id}",
            organisation=OWNERS[n][0],
            organisation_name=OWNERS[n][1],
        )
        for service, n in zip(SERVICES, owners, strict=False)
    ]
    return msgspec.structs.replace(
        services_answer(),
        organisation="network",
        organisation_name="Bornes du Val",
        services=services,
    )


def ticket_answer(
    position: int = 3,
    wait_s: int | None = 300,
    wait_most_s: int | None = 600,
    state: TicketState = TicketState.WAITING,
) -> TicketAnswer:
    ticket = Ticket(
        id="t1",
        organisation="entraide",
        service="housing",
        kiosk="k1",
        site="Saint-Aubin-des-Prés",
        number="L042",
        state=state,
        arrived_at_utc=NOW,
    )
    return TicketAnswer(
        ticket=ticket, revision=1, position=position, wait_s=wait_s, wait_most_s=wait_most_s
    )


def session_facts() -> SessionFacts:
    return SessionFacts(
        id="s1",
        ticket_id="t1",
        organisation="entraide",
        service="housing",
        kiosk="k1",
        site="Saint-Aubin-des-Prés",
        agent="a1",
        agent_name="Claire Vasseur",
        opened_at_utc=NOW,
    )


ALL_GRANTS = dict.fromkeys(Grant, True)
WIPED = KioskWiped(pages_removed=2, files_removed=7, profile_removed=True, left_over=0)


def _number(kind: str, typed: str) -> Callable[[KioskVisit], None]:
    def scene(visit: KioskVisit) -> None:
        visit.ask_number(kind)
        for character in typed:
            page = visit.window.number_page
            (page.pad.letters if character.isalpha() else page.pad.digits).keys[character].click()
        visit.window.number_page.display.hide_last()  # in a picture no second passes

    return scene


def _letters(visit: KioskVisit) -> None:
    _number("france_travail", "1234567")(visit)
    visit.window.number_page.pad.letters_key.click()


def _refused(visit: KioskVisit) -> None:
    _number("allocataire", "1234567")(visit)
    visit.number_refused()


def _leaving(visit: KioskVisit) -> None:
    visit.show_ticket(ticket_answer(position=9, wait_s=1800, wait_most_s=None))
    visit.window.waiting_page.leave.click()


def _page_shared(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.show_grants(ALL_GRANTS)
    visit.window.session_page.powers.show_times(dict.fromkeys(Grant, 540.0))


def _written(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.chat.show_lines(
        (
            ChatLine("w1", "Bonjour, pouvez-vous lire ceci ?", mine=False),
            ChatLine("w2", "Oui", mine=True),
            ChatLine(
                "w3", "Posez votre document sur la vitre, face imprimée en dessous.", mine=False
            ),
        )
    )


def _keyboard(visit: KioskVisit) -> None:
    _written(visit)
    visit.window.session_page.chat.keyboard.open_keyboard()
    visit.window.session_page.chat.keyboard.keys["o"].click()
    visit.window.session_page.chat.keyboard.keys["ù"].click()


def _private(visit: KioskVisit) -> None:
    _page_shared(visit)
    visit.window.session_page.show_private(True)
    visit.window.bar.show_pause(True)


def _muted_and_helped(visit: KioskVisit) -> None:
    """The host is called from the conversation, whose agent has no microphone for a moment."""
    visit.show_services(msgspec.structs.replace(services_answer(), host=True))
    _page_shared(visit)
    visit.window.session_page.face.show_agent_switches(camera_on=True, microphone_on=False)
    visit.window.bar.show_help(HelpState.COMING)


def _with_host(visit: KioskVisit) -> None:
    visit.show_services(msgspec.structs.replace(services_answer(), host=True))
    visit.show_session(session_facts())


def _powers(visit: KioskVisit) -> None:
    _page_shared(visit)
    visit.window.session_page.show_grants(
        {Grant.SEE_PAGE: True, Grant.POINT: True, Grant.SCAN: True}
    )
    visit.window.session_page.bar.show_powers.click()


def _page_notice(visit: KioskVisit) -> None:
    _page_shared(visit)
    visit.window.session_page.face.notice.show_notice("place_document")


def _asking_page(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.ask((Grant.SEE_PAGE,))


def _asking_scan(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.ask((Grant.SCAN,))


def _asking_control(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.show_grants(
        {Grant.SEE_PAGE: True, Grant.POINT: True, Grant.SCAN: True}
    )
    visit.window.session_page.powers.show_times(
        {Grant.SEE_PAGE: 1500.0, Grant.POINT: 1620.0, Grant.SCAN: 45.0}
    )
    visit.window.session_page.ask((Grant.CONTROL,))
    visit.window.session_page.consent.show_page((Grant.CONTROL,), _page_as_it_stood())


def _page_as_it_stood() -> bytes:
    """The picture of a form, as the process of the page takes it."""
    picture = Image.new("RGB", (933, 517), "#ffffff")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 932, 80), fill="#1c5a45")
    for line in range(4):
        pen.rectangle((60, 130 + 90 * line, 260, 142 + 90 * line), fill="#5b6b7c")
        pen.rectangle((60, 152 + 90 * line, 640, 190 + 90 * line), outline="#7d8a99", width=2)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _asking_sheet(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    picture = Image.new("RGB", (595, 842), "#ffffff")
    ImageDraw.Draw(picture).text((60, 60), "Attestation", fill="#1b2a41", font_size=30)
    out = io.BytesIO()
    picture.save(out, "PDF")
    visit.window.session_page.show_print(
        ShownPrint("p1", "Accusé de réception", out.getvalue(), pages=1, copies=2)
    )


def _written_and_asked(visit: KioskVisit) -> None:
    _written(visit)
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.ask((Grant.SEE_PAGE,))


def _asking_fill(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.ask((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE))


def _asking_papers(visit: KioskVisit) -> None:
    visit.show_session(session_facts())
    visit.window.session_page.stage.show_page(True)
    visit.window.session_page.show_grants(
        dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL), True)
    )
    visit.window.session_page.ask((Grant.SCAN, Grant.KEEP))
    visit.window.session_page.consent.choose.click()
    visit.window.session_page.consent.switches.findChild(BigButton, "switch_keep").click()


def _asking_mandate(visit: KioskVisit) -> None:
    _asking_control(visit)
    visit.window.session_page.consent.acting.click()
    for character in "AC-2026-":
        visit.window.session_page.consent.mandate.keys[character].click()


def _asking_mandate_letters(visit: KioskVisit) -> None:
    _asking_control(visit)
    visit.window.session_page.consent.acting.click()
    visit.window.session_page.consent.mandate.keys["ABC"].click()


def _stopped(visit: KioskVisit) -> None:
    _page_shared(visit)
    visit.window.session_page.bar.stop.click()
    visit.window.session_page.show_grants({})


def _session_trouble(visit: KioskVisit) -> None:
    _page_shared(visit)
    visit.show_trouble("bus_unreachable")


def _start_trouble(visit: KioskVisit) -> None:
    visit.show_services(services_answer())
    visit.show_trouble("hub_unreachable")


def _start(count: int) -> Callable[[KioskVisit], None]:
    return lambda visit: visit.show_services(services_answer(count))


def _given_back(visit: KioskVisit) -> None:
    answer = ticket_answer(1, 0, 120)
    visit.show_ticket(
        msgspec.structs.replace(
            answer, ticket=msgspec.structs.replace(answer.ticket, reason="desk_lost")
        )
    )


def _waiting_message(visit: KioskVisit) -> None:
    message = SiteMessage(
        organisation_name="Caisse d'entraide du Val-Doré",
        text="Les conseillers répondent à partir de 14 h.",
        until_utc=ManualClock().utc_now() + timedelta(hours=3),
    )
    visit.show_services(msgspec.structs.replace(services_answer(), notices=[message]))
    visit.show_ticket(ticket_answer())


def _elsewhere(visit: KioskVisit) -> None:
    visit.show_ticket(ticket_answer())
    visit.window.waiting_page.elsewhere.click()


def _phone(visit: KioskVisit) -> None:
    _elsewhere(visit)
    visit.window.away_page.phone.click()
    for character in "06123":
        visit.window.number_page.pad.digits.keys[character].click()
    visit.window.number_page.display.hide_last()


def kept_answer(how: Literal["back", "phone"]) -> TicketAnswer:
    answer = ticket_answer(4)
    return msgspec.structs.replace(answer, ticket=msgspec.structs.replace(answer.ticket, away=how))


def _hours(visit: KioskVisit) -> None:
    visit.show_services(hours_answer())


def _closed(visit: KioskVisit) -> None:
    _hours(visit)
    visit.window.start_page.cards[1].click()


RETURNS = [
    AwayTicket(number="L042", service_name="Logement", called=True),
    *(AwayTicket(number=f"L0{n}", service_name="Logement") for n in range(44, 49)),
]


def _help_called(visit: KioskVisit) -> None:
    visit.show_services(msgspec.structs.replace(services_answer(4), host=True))
    visit.window.bar.show_help(HelpState.COMING)


def _goodbye(*things: Belonging) -> Callable[[KioskVisit], None]:
    def scene(visit: KioskVisit) -> None:
        for thing in things:
            visit.window.goodbye_page.remind_of(thing)
        visit.show_goodbye(WIPED)

    return scene


def known_slip(**changes: object) -> Slip:
    at = datetime(2026, 3, 2, 10, 15, tzinfo=timezone(timedelta(hours=1)))
    slip = Slip(
        appointment_id="a1",
        code="K7M2PX",
        qr=f"{QR_START}K7M2PX",
        state=AppointmentState.BOOKED,
        service="entraide/housing",
        service_name="Logement",
        organisation_name="Caisse d'entraide du Val-Doré",
        site_name="Mairie de Saint-Aubin-des-Prés",
        starts_at=at,
        length_min=20,
        cancel_until=at - timedelta(hours=2),
        bring=("Pièce d'identité", "Bail et dernière quittance", "Avis d'imposition"),
        here=True,
    )
    return msgspec.structs.replace(slip, **changes)


def _told(
    told: Told, *ways: Way, waits: bool = False, **changes: object
) -> Callable[[KioskVisit], None]:
    def scene(visit: KioskVisit) -> None:
        known = None if told is Told.UNKNOWN else known_slip(**changes)
        visit.tell(Telling(told, NOW - timedelta(minutes=40), slip=known, ways=ways, waits=waits))

    return scene


def _typed(asked: Asked, typed: str) -> Callable[[KioskVisit], None]:
    def scene(visit: KioskVisit) -> None:
        visit.ask_words(asked, "")
        for character in typed:
            visit.window.typing_page.keys[character].click()

    return scene


def _days(visit: KioskVisit) -> None:
    days = [known_slip().starts_at + timedelta(days=day) for day in range(12)]
    answers = tuple(OfferedAnswer(day.date().isoformat(), at=day) for day in days)
    visit.offer(AppointmentQuestion(Offered.DAY, answers, goes_on=True))


def _hours_of_day(visit: KioskVisit) -> None:
    hours = [known_slip().starts_at + timedelta(minutes=20 * place) for place in range(15)]
    answers = tuple(OfferedAnswer(hour.isoformat(), at=hour) for hour in hours)
    visit.offer(AppointmentQuestion(Offered.HOUR, answers))


def _instead(visit: KioskVisit) -> None:
    hours = [known_slip().starts_at + timedelta(days=place) for place in range(3)]
    answers = tuple(OfferedAnswer(hour.isoformat(), at=hour) for hour in hours)
    visit.offer(AppointmentQuestion(Offered.INSTEAD, answers))


def _bookable(scene: Callable[[KioskVisit], None]) -> Callable[[KioskVisit], None]:
    def bookable_scene(visit: KioskVisit) -> None:
        visit.show_bookable(frozenset(service.id for service in SERVICES))
        scene(visit)

    return bookable_scene


SCENES: dict[str, Callable[[KioskVisit], None]] = {
    "start-6": _start(6),
    "start-shared-6": lambda visit: visit.show_services(shared_answer(0, 0, 2, 1, 0, 1)),
    "start-help": lambda visit: visit.show_services(
        msgspec.structs.replace(shared_answer(0, 0, 2, 1), host=True)
    ),
    "start-help-called": _help_called,
    "start-shared-4": lambda visit: visit.show_services(shared_answer(0, 0, 2, 1)),
    "start-shared-3": lambda visit: visit.show_services(shared_answer(0, 1, 2)),
    "start-5": _start(5),
    "start-4": _start(4),
    "start-3": _start(3),
    "start-2": _start(2),
    "start-1": _start(1),
    "start-0": _start(0),
    "number-empty": _number("allocataire", ""),
    "number-typing": _number("nir", "25307"),
    "number-complete": _number("allocataire", "1234567"),
    "number-wrong": _number("nir", "295109912611199"),
    "number-letters": _letters,
    "number-refused": _refused,
    "calling": lambda visit: visit.show_calling(),
    "waiting": lambda visit: visit.show_ticket(ticket_answer()),
    "waiting-next": lambda visit: visit.show_ticket(ticket_answer(1, None)),
    "waiting-leave": _leaving,
    "waiting-given-back": _given_back,
    "waiting-message": _waiting_message,
    "away": _elsewhere,
    "away-phone": _phone,
    "kept-back": lambda visit: visit.show_kept(kept_answer("back"), prints=True),
    "kept-phone": lambda visit: visit.show_kept(kept_answer("phone"), prints=True),
    "kept-callback": lambda visit: visit.show_callback("2026-03-03T08:30:00+01:00"),
    "returns": lambda visit: visit.show_returns(RETURNS),
    "returns-none": lambda visit: visit.show_returns([]),
    "start-hours": _hours,
    "closed": _closed,
    "coming": lambda visit: visit.show_ticket(ticket_answer(0, None, None, TicketState.OFFERED)),
    "session-face": lambda visit: visit.show_session(session_facts()),
    "session-page": _page_shared,
    "session-powers": _powers,
    "session-notice": _page_notice,
    "session-muted": _muted_and_helped,
    "session-host": _with_host,
    "session-written": _written,
    "session-keyboard": _keyboard,
    "session-private": _private,
    "session-ask-page": _asking_page,
    "session-ask-scan": _asking_scan,
    "session-ask-control": _asking_control,
    "session-ask-fill": _asking_fill,
    "session-ask-papers": _asking_papers,
    "session-ask-sheet": _asking_sheet,
    "session-ask-written": _written_and_asked,
    "session-ask-mandate": _asking_mandate,
    "session-ask-mandate-letters": _asking_mandate_letters,
    "session-stopped": _stopped,
    "session-trouble": _session_trouble,
    "goodbye-wiping": lambda visit: visit.show_goodbye(None),
    "goodbye": _goodbye(Belonging.ORIGINAL, Belonging.SHEETS),
    "goodbye-all": _goodbye(*Belonging),
    "goodbye-talk": _goodbye(),
    "goodbye-left-over": lambda visit: visit.show_goodbye(
        KioskWiped(pages_removed=0, files_removed=1, profile_removed=True, left_over=2)
    ),
    "trouble": _start_trouble,
    "trouble-refused": lambda visit: visit.show_trouble("bus_refused_identity"),
    "expected-start": _bookable(_start(6)),
    "expected-letters": _typed(Asked.LETTERS, "K7M2"),
    "expected-birth": _typed(Asked.BIRTH_DATE, "31021950"),
    "expected-name": _typed(Asked.FAMILY_NAME, "MOREAU"),
    "expected-welcome": _told(Told.WELCOME, Way.CHECK_IN, agent_name="Claire Vasseur"),
    "expected-early": _told(Told.EARLY, Way.CHECK_IN, Way.COME_BACK, Way.MOVE, Way.CANCEL),
    "expected-other-day": _told(Told.OTHER_DAY, Way.DONE, Way.MOVE, Way.CANCEL),
    "expected-other-site": _told(Told.OTHER_SITE, Way.DONE),
    "expected-used": _told(Told.USED, Way.QUEUE),
    "expected-unknown": _told(Told.UNKNOWN, Way.AGAIN, Way.QUEUE),
    "expected-cancel": _told(Told.CANCEL_ASKED, Way.KEEP, Way.CANCEL_REALLY),
    "book-closed": _bookable(_closed),
    "book-waiting": _bookable(lambda visit: visit.show_ticket(ticket_answer())),
    "book-days": _days,
    "book-hours": _hours_of_day,
    "book-instead": _instead,
    "book-booked": _told(Told.BOOKED, Way.PRINT, Way.DONE),
    "book-booked-waiting": _told(Told.BOOKED, Way.PRINT, Way.STAY, Way.LEAVE, waits=True),
    "languages": lambda visit: visit.window.bar.language.click(),
    "statement": lambda visit: visit.window.start_page.statement.click(),
}
"""Every state of every page, by name."""


class SilentVoice:
    """Keeps what it would say, and how much louder it would be."""

    name = "silent"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.steps: list[int] = []
        self.is_quiet = True
        self.on_quiet: Callable[[], None] = lambda: None

    def speak(self, text: str) -> None:
        self.said.append(text)
        self.is_quiet = False

    def stop(self) -> None:
        self.is_quiet = True

    def change_volume(self, steps: int) -> None:
        self.steps.append(steps)

    def when_quiet(self, then: Callable[[], None]) -> None:
        self.on_quiet = then


def starting_visit(
    clock: ManualClock | None = None,
    voice: Voice | None = None,
    *,
    is_auto: bool = False,
    browser: QWidget | None = None,
) -> KioskVisit:
    """A window with drawn panes that the hub has told nothing yet, and what turns its pages;
    the timer is stopped, so that nothing moves by itself.
    """
    clock = clock or ManualClock()
    window = KioskWindow(Face(), browser or Page(), clock=clock)
    reader = PageReader(window.bar, voice, is_auto=is_auto)
    visit = KioskVisit(window, clock, reader=reader, choices=CallerChoices(window, reader))
    visit.timer.stop()
    for part in window.parts():
        part.acted.connect(visit.on_act)
        part.acted.connect(visit.choices.on_act)
    return visit


def kiosk_visit(
    clock: ManualClock | None = None, voice: Voice | None = None, *, is_auto: bool = False
) -> KioskVisit:
    """The same with the six services."""
    visit = starting_visit(clock, voice, is_auto=is_auto)
    visit.show_services(services_answer())
    return visit


def use_catalogue(path: Path) -> None:
    """Makes an uncompiled catalogue the language in use."""
    import gettext

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with tempfile.TemporaryFile() as compiled, path.open("rb") as source:
        write_mo(compiled, read_po(source))
        compiled.seek(0)
        use_words(gettext.GNUTranslations(compiled))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--po", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--text", type=float, default=1.0, help="so many times larger letters")
    parser.add_argument("--contrast", action="store_true")
    wanted = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    if wanted.po:
        use_catalogue(wanted.po)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        if not name.startswith(wanted.only):
            continue
        for width, height in SIZES:
            visit = kiosk_visit()
            window = visit.window
            window.bar.text, window.bar.contrast = wanted.text, wanted.contrast
            window.resize(width, height)
            window.show()
            scene(visit)
            window.session_page.stage.finish_slides()
            for _round in range(3):
                application.sendPostedEvents()
                application.processEvents()
            window.grab().save(str(wanted.folder / f"{name}-{width}x{height}.png"))
            window.hide()
            window.deleteLater()


if __name__ == "__main__":
    main()
