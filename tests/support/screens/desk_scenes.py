# SPDX-License-Identifier: GPL-3.0-only
"""Moments of an agent's day as windows filled with invented facts.
Used by the gallery and by the window's tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from PyQt6.QtWidgets import QPlainTextEdit, QPushButton

from documents.store.procedures import by_language, load_procedures, shipped
from resources.handbook import DEBIAN
from resources.texts import _
from session.core.clock import ManualClock
from session.desk.hub.memos import MemoBook
from session.media.engine import MediaState
from session.protocol.colleagues.memos import Colleague
from session.protocol.conversation.messages import (
    Area,
    Grant,
    PrintChanged,
    PrintState,
    ScannerState,
)
from session.protocol.dossier.guides import Guide, GuideCase, GuideStep
from session.protocol.hub.board import SHIFT_CHECK, AgentState
from session.protocol.hub.history import OwnTalk
from session.protocol.hub.requests import Memo
from session.protocol.hub.routing import Outcome, ServiceMode, ServiceWork
from session.protocol.hub.tickets import TicketState
from session.protocol.hub.waiting import PromisedCall
from tests.support.screens.invented import (
    DEVICES,
    DOSSIER,
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
    drawn_frame,
    drawn_page,
    ticket,
)
from tests.support.screens.parts import part
from views.desk.call_controls import CallState, Quality
from views.desk.dossier.find_card import OPEN
from views.desk.my_day.open_work import OpenWork, WorkKind
from views.desk.my_day.shift_check import CheckedThing
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level, MessageAction
from views.words.errors import sentence

WORK = [
    ServiceWork(id="alloc", mode=ServiceMode.PUSH),
    ServiceWork(
        id="logement",
        wrap_up_s=60,
        wrap_up_more=1,
        outcomes=[
            Outcome(id="complete", name="Demande complète"),
            Outcome(id="papers_missing", name="Papiers manquants"),
            Outcome(id="other_body", name="Orienté vers un autre organisme"),
        ],
    ),
    ServiceWork(id="rsa", after_s=120),
    ServiceWork(id="rdv"),
]
TO_DO = [
    OpenWork(
        WorkKind.CALL, "c1", "Rappeler B007", "Aide au logement · 02/03 11:00 · 06 •• •• 23 41"
    ),
    OpenWork(
        WorkKind.CALL,
        "c2",
        "Rappeler A019",
        "Allocations familiales · 02/03 14:30 · 07 •• •• 80 02",
    ),
    OpenWork(
        WorkKind.PAGES,
        "s7",
        "Pages numérisées pas encore classées : 1",
        "Entretien T6X5-XS38, gardées jusqu’au 03/03 12:00",
    ),
    OpenWork(WorkKind.NOTE, "s8", "Note à écrire", "C004 · RSA et prime d'activité · 08:47"),
    OpenWork(
        WorkKind.DOSSIER,
        "d1",
        "Dossier provisoire P-2026-0012",
        "Un superviseur le rapproche du référentiel.",
    ),
]


def _began(number: int) -> datetime:
    """Return when one of the conversations of the morning began, the newest is 0."""
    return NOW - timedelta(minutes=12 + 11 * number)


TALKS = [
    OpenWork(WorkKind.TALK, f"s{n}", f"{_began(n).astimezone():%H:%M} · {service}", person)
    for n, (service, person) in enumerate(
        (
            ("Aide au logement · Réglé", "Maëlle Garrigue-Tesson · Documents classés : 2"),
            ("RSA et prime d'activité · Rendez-vous à prendre", "Paul Durand"),
            ("Allocations familiales · Renseignement seul", "A017"),
        )
        * 4
    )
]
OWN_TALKS = [
    OwnTalk(
        session_id=f"s{n}",
        number=f"{letter}{19 - n:03}",
        service=service,
        began_at_utc=_began(n),
        talked_s=60 * (6 + n % 4),
    )
    for n, (letter, service) in enumerate((("B", "logement"), ("C", "rsa"), ("A", "alloc")) * 4)
]
CALLS = [
    PromisedCall(
        ticket_id=f"c{n}", service="logement", due_at_utc=NOW + timedelta(hours=n), number=number
    )
    for n, number in ((1, "B007"), (4, "A019"))
]
_NAMES = {"me": "Claire Fontanel", "yanis": "Yanis B.", "solene": "Solène C."}


def _memo(number: int, by: str, to: str, text: str) -> Memo:
    return Memo(
        memo_id=f"m{number}",
        at_utc=NOW - timedelta(minutes=20 - number),
        by=by,
        by_name=_NAMES.get(by, "Chantal V."),
        to=to,
        to_name=_NAMES.get(to, ""),
        text=text,
        from_supervisor=by == "boss",
    )


MEMOS = MemoBook(
    user="me",
    known=True,
    colleagues=[
        Colleague(id="solene", name="Solène C.", state=AgentState.AVAILABLE),
        Colleague(
            id="yanis",
            name="Yanis B.",
            state=AgentState.IN_SESSION,
            since_utc=NOW - timedelta(minutes=4),
        ),
        Colleague(
            id="ines",
            name="Inès K.",
            state=AgentState.PAUSED,
            until_utc=NOW + timedelta(minutes=10),
        ),
        Colleague(id="marc", name="Marc O.", state=AgentState.OFFLINE),
    ],
    supervisors=["Chantal V."],
    memos=[
        _memo(1, "me", "yanis", "Tu as le formulaire 4021 sous la main ? L'usager est au guichet."),
        _memo(2, "yanis", "me", "Oui : bibliothèque, « Aide au logement », deuxième ligne."),
        _memo(3, "boss", "me", "Réunion à 16 h, salle 2."),
    ],
)
OFFERED: dict[str, object] = {
    "state": TicketState.OFFERED,
    "offer_until_utc": NOW + timedelta(seconds=17),
}


def _open_desk(clock: ManualClock | None = None) -> DeskWindow:
    window = desk(clock)
    window.show_identity("Caisse d'entraide du Val-Doré", "Claire Fontanel")
    window.status.show_connection(True)
    window.queue.set_tickets(TICKETS, SERVICES)
    return window


def idle() -> DeskWindow:
    """Callers are waiting, one rings."""
    window = _open_desk()
    window.queue.ring("t-a032")
    return window


def my_day(clock: ManualClock | None = None) -> DeskWindow:
    """The next caller was looked at, and there is much to do."""
    window = _open_desk(clock)
    window.idle.next.show_preview(
        ["Demande de RSA", "manque : bulletin de salaire, bail", "Ligne : bonne"]
    )
    window.idle.work.show_work(TO_DO)
    window.idle.talks.show_work(TALKS)
    window.idle.day.show_talks(OWN_TALKS)
    window.idle.day.show_calls(CALLS)
    _show_memos(window)
    return window


def usual_day() -> DeskWindow:
    """Ten o'clock in a team of ten: some wait, some are in conversation, some work is not finished,
    a pause is over.
    """
    clock = ManualClock(NOW - timedelta(minutes=70))
    window = my_day(clock)
    window.idle.day.show_available(False)
    clock.advance(10 * 60)
    window.idle.day.show_available(True)
    clock.advance(60 * 60)
    unsent = "Ils partent dès que la ligne le permet."
    window.idle.work.show_work(
        [*TO_DO, OpenWork(WorkKind.UNSENT, "", "2 documents attendent d’être envoyés", unsent)]
    )
    more = [
        ticket("B013", "logement", 95, site="Mairie de Courville"),
        ticket("C008", "rsa", 70, site="Maison de services de Courville"),
        ticket("D004", "rdv", 12, site="France services de Morlaix-les-Bains"),
    ]
    talking = {"state": TicketState.IN_SESSION, "accepted_at_utc": NOW - timedelta(minutes=4)}
    sites = ("Mairie de Saint-Oyen", "Relais de Cormeuse", "Mairie de Courville", "Relais de Berne")
    numbers = (("A029", "alloc"), ("B010", "logement"), ("C006", "rsa"), ("A030", "alloc"))
    busy = [
        ticket(number, service, 600, site=site, agent=f"a{place}", **talking)
        for place, ((number, service), site) in enumerate(zip(numbers, sites, strict=True))
    ]
    window.queue.set_tickets([*TICKETS, *more, *busy], SERVICES)
    fresh = [
        talk._replace(choices=(("papers_missing", "Papiers manquants"),)) for talk in TALKS[:1]
    ]
    window.idle.talks.show_work([*fresh, *TALKS[1:]])
    book = msgspec.structs.replace(
        MEMOS,
        colleagues=[
            *MEMOS.colleagues,
            *(
                Colleague(id=f"more{place}", name=name, state=AgentState.AVAILABLE)
                for place, name in enumerate(("Hugo L.", "Nadia T.", "Paul R.", "Anne-Lise G."))
            ),
        ],
        memos=[
            *MEMOS.memos,
            _memo(4, "solene", "me", "Je prends la pause de 11 h à ta place si tu veux."),
            _memo(5, "me", "solene", "Merci ! Je te rends la pareille demain."),
            _memo(7, "boss", "me", "La borne de Courville est réparée."),
            _memo(8, "yanis", "me", "Tu peux prendre A029 si elle rappelle ? Elle te connaît."),
            _memo(6, "ines", "me", "Le modèle de note « papiers manquants » a changé ce matin."),
        ],
    )
    for view in window.memos.views:
        view.show_book(book, NOW)
    return window


def _show_memos(window: DeskWindow) -> None:
    for view in window.memos.views:
        view.show_book(MEMOS, NOW)
    window.header.show_unread(MEMOS.unread())


def paused() -> DeskWindow:
    """A pause has an end, and a colleague has written."""
    window = _open_desk()
    window.status.show_state(False, "break", NOW + timedelta(minutes=8, seconds=12))
    window.idle.work.show_work(TO_DO[:2])
    window.idle.talks.show_work(TALKS[:4])
    _show_memos(window)
    window.idle.memos.open_thread("yanis")
    return window


def shift_end() -> DeskWindow:
    """The agent takes no more callers today."""
    window = _open_desk()
    window.status.show_state(False, "shift_end")
    _show_day(window)
    window.idle.summary.show_over(True)
    window.idle.talks.show_work([talk._replace(choices=(("done", "Réglé"),)) for talk in TALKS[:2]])
    _show_memos(window)
    return window


def _show_day(window: DeskWindow) -> None:
    figures = (
        "Entretiens : 12",
        "Temps avec les usagers : 194 min",
        "Réglé : 8",
        "Documents classés : 5",
    )
    window.idle.work.show_work(TO_DO[:2])
    window.idle.summary.show_day(figures, 2, has_talks=True)


def closing() -> DeskWindow:
    """The window is to be closed after conversations."""
    window = _open_desk()
    _show_day(window)
    window.idle.talks.show_work(TALKS[:4])
    _show_memos(window)
    assert window.idle.summary.ask()
    return window


def shift_check() -> DeskWindow:
    """The first day: the desk is checked, the tone is being played."""
    window = _open_desk()
    window.status.show_state(False, SHIFT_CHECK)
    window.idle.begin_check(first=True, keys="F2")
    card = window.idle.check
    face = drawn_frame(320, 180)
    card.preview.set_source(lambda: face)
    card.preview.show_state(MediaState.CONNECTED)
    card.show_level(0.06)
    card.show_found(CheckedThing.CAMERA)
    card.show_found(CheckedThing.MICROPHONE)
    card.show_found(CheckedThing.LINE, ms="34")
    part(window, QPushButton, "check_tone").click()
    _show_memos(window)
    return window


def shift_check_wrong() -> DeskWindow:
    """Another day: nothing is well but the line."""
    window = _open_desk()
    window.status.show_state(False, SHIFT_CHECK)
    window.idle.begin_check(first=False, keys="F2")
    card = window.idle.check
    card.preview.show_state(MediaState.CONNECTING)
    card.show_found(CheckedThing.CAMERA, "absent")
    card.show_found(CheckedThing.MICROPHONE, "silent")
    card.show_found(CheckedThing.SPEAKER, "not_heard")
    card.show_found(CheckedThing.LINE, "slow", ms="640")
    card.hear_keys()
    window.idle.work.show_work(TO_DO)
    _show_memos(window)
    return window


def shift_check_done() -> DeskWindow:
    """All is well."""
    window = shift_check()
    part(window, QPushButton, "check_heard").click()
    window.idle.check.hear_keys()
    return window


def memos() -> DeskWindow:
    """During a conversation the agent reads what a colleague has written."""
    window = face()
    _show_memos(window)
    window.memos.open_thread("yanis")
    return window


def empty() -> DeskWindow:
    """Nobody waits, and the line is cut."""
    window = _open_desk()
    window.queue.set_tickets([], SERVICES)
    window.status.show_connection(False)
    window.messages.show_message(Level.ERROR, sentence("bus_unreachable").sentence, key="line")
    return window


def face() -> DeskWindow:
    """A conversation begins; the dossier is open."""
    window = _open_desk()
    window.show_session(SESSION)
    window.call.controls.show_state(CallState.CONNECTED)
    window.call.controls.show_quality(Quality.GOOD)
    window.dossier.show_dossier(DOSSIER)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    window.devices.show_devices(DEVICES)
    allow(window, {Grant.SEE_PAGE: True})
    return window


def guide() -> DeskWindow:
    """A procedure is followed: two steps are done, the third one is next."""
    window = face()
    found = load_procedures(shipped()).find("caf", "logement")
    assert found is not None
    steps = [
        GuideStep(
            id=one.id,
            name=one.name,
            say=by_language(one.say),
            page=one.page,
            powers=[str(power) for power in one.powers],
            scan=one.scan,
            piece=one.piece,
            only_if=one.only_if,
        )
        for one in found.steps
    ]
    cases = [GuideCase(id=one.id, name=one.name) for one in found.cases]
    followed = Guide(id=found.id, name=found.name, steps=steps, cases=cases)
    window.guide.show_guides([followed])
    window.guide.show_progress(followed, ["locataire"], ["identite", "droits"])
    window.side.offer_guide(True)
    window.side.open_tab(window.guide)
    return window


def page() -> DeskWindow:
    """The page is shared, pages are coming, a print waits."""
    window = face()
    window.conversation.show_page()
    window.call.controls.show_quality(Quality.BAD)
    window.call.controls.devices.show(microphone_on=False, camera_on=True)
    allow(window, {Grant.SCAN: True, Grant.POINT: False})
    window.conversation.header.grants.show_asked([Grant.PRINT])
    devices = window.devices
    blurred = _("Blurred {place}").format(place="en bas")
    for number, title in enumerate(
        ("ATTESTATION DE LOYER", "BULLETIN DE PAIE", "BULLETIN DE PAIE")
    ):
        devices.pages.show_page_image(f"page{number}", drawn_page(title, tilt_deg=4))
        devices.pages.show_page_cleaned(
            f"page{number}", drawn_page(title), blurred if number == 1 else ""
        )
    devices.show_pages_filed(["page0"])
    devices.pages.show_page_progress("page3", 40)
    devices.pages.show_page_failed("page4", "page_damaged")
    devices.show_scan_progress(40)
    devices.printing.show_print(
        PrintChanged(print_id="j1", state=PrintState.WAITING, code="printer_out_of_paper"),
        _("Receipt {number}").format(number="R-00417"),
    )
    window.side.open_tab(devices)
    window.messages.show_message(
        Level.WARNING,
        sentence("printer_out_of_paper").sentence,
        action=MessageAction(_("Cancel this print"), lambda: None),
    )
    window.messages.show_progress(
        "send", _("Filing: {name}").format(name="Attestation de loyer"), 62
    )
    return window


def slow_kiosk() -> DeskWindow:
    """A kiosk that takes its time: the line is poor, the sheet is there and not printed yet."""
    window = face()
    window.call.controls.show_state(CallState.UNSTABLE)
    window.call.controls.show_quality(Quality.BAD)
    allow(window, {Grant.SEE_PAGE: True, Grant.PRINT: True})
    well = msgspec.structs.replace(DEVICES, printer=ScannerState.READY, printer_code="")
    window.devices.show_devices(well)
    for number, state in enumerate((PrintState.DONE, PrintState.RECEIVED)):
        window.devices.printing.show_print(
            PrintChanged(print_id=f"j{number}", state=state),
            _("Receipt {number}").format(number=f"R-0041{7 + number}"),
        )
    window.side.open_tab(window.devices)
    window.messages.show_message(Level.WARNING, sentence("peer_gone").sentence, key="peer_gone")
    return window


def preview() -> DeskWindow:
    """The flatbed was previewed and a part is marked."""
    window = face()
    allow(window, {Grant.SCAN: True, Grant.PRINT: True})
    areas = (
        Area(left=300, top=300, width=1500, height=1000),
        Area(left=500, top=1900, width=1300, height=1000),
    )
    window.devices.pages.show_preview(
        drawn_page("CARTE D'IDENTITÉ", tilt_deg=6, width=310), areas=areas
    )
    window.side.open_tab(window.devices)
    return window


def viewer() -> DeskWindow:
    """A scanned page is looked at."""
    window = page()
    window.paper.open("page1")
    return window


def search() -> DeskWindow:
    """The caller gave no number; the line is unstable."""
    window = face()
    window.call.controls.show_state(CallState.UNSTABLE)
    window.dossier.show_nothing()
    window.dossier.show_search()
    window.dossier.finder.show_refused(OPEN, "dossier_unknown")
    return window


def wrap_up() -> DeskWindow:
    """The conversation is over."""
    window = page()
    window.show_wrap_up()
    window.wrap_up.show_unfiled(1)
    return window


def offered() -> DeskWindow:
    """The hub offers a caller who comes back;
    a colleague is offered another one, a third is for specialists first.
    """
    window = _open_desk()
    window.queue.facts.set_agent("a1")
    window.queue.set_work(WORK)
    mine = ticket("A033", "alloc", 64, agent="a1", preferred="a1", **OFFERED)
    theirs = ticket("B014", "logement", 15, agent="a2", **OFFERED)
    known = ticket("A034", "alloc", 9, preferred="a1")
    special = ticket("C009", "rsa", 40, site="Relais de Cormeuse")
    window.queue.set_tickets([*TICKETS[:1], mine, theirs, special, known, *TICKETS[4:]], SERVICES)
    service, place = window.queue.facts.service("alloc")
    window.offer.show_offer(mine, service, place, comes_back=True)
    return window


def silent() -> DeskWindow:
    """An offer was left unanswered."""
    window = _open_desk()
    window.status.show_state(False, "not_responding")
    return window


def timed() -> DeskWindow:
    """A wrap-up whose time is nearly over, with the service's own outcomes and a note."""
    window = face()
    window.queue.set_work(WORK)
    window.show_wrap_up()
    window.wrap_up.show_limit(NOW + timedelta(seconds=14), 1)
    window.wrap_up.note.show_place(True)
    note = part(window.wrap_up, QPlainTextEdit, "wrap_up_note")
    note.setPlainText("Apportera le bail signé la semaine prochaine.")
    part(window.wrap_up, QPushButton, "outcome_papers_missing").click()
    window.status.show_state(False, "break")
    return window


def help_() -> DeskWindow:
    """The shortcuts are shown."""
    window = face()
    window.show()
    window.help.handbook.show_page(DEBIAN / "agent.html")
    window.header.help_pressed.emit()
    return window


def phone() -> DeskWindow:
    """A caller who wants to be called; another one comes back to the kiosk later."""
    window = _open_desk()
    window.show_session(msgspec.structs.replace(SESSION, phone="0612345678"))
    window.dossier.show_dossier(DOSSIER)
    return window


def away() -> DeskWindow:
    """Some of those who wait are not at the kiosk."""
    window = _open_desk()
    first, second, *rest = TICKETS
    away = [
        msgspec.structs.replace(first, away="phone"),
        msgspec.structs.replace(second, away="back", called_at_utc=NOW),
    ]
    window.queue.set_tickets([*away, *rest], SERVICES)
    return window


SCENES: dict[str, Callable[[], DeskWindow]] = {
    "phone": phone,
    "away": away,
    "idle": idle,
    "paused": paused,
    "memos": memos,
    "shift_end": shift_end,
    "closing": closing,
    "shift_check": shift_check,
    "shift_check_wrong": shift_check_wrong,
    "shift_check_done": shift_check_done,
    "my_day": my_day,
    "usual_day": usual_day,
    "empty": empty,
    "face": face,
    "guide": guide,
    "page": page,
    "preview": preview,
    "slow_kiosk": slow_kiosk,
    "viewer": viewer,
    "search": search,
    "wrap_up": wrap_up,
    "offered": offered,
    "silent": silent,
    "timed": timed,
    "help": help_,
}
"""Name of each scene and what makes it."""
