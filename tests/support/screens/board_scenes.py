# SPDX-License-Identifier: GPL-3.0-only
"""The board on a full day, with invented facts: 40 callers in 6 queues.
Used by the board's gallery and tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

import msgspec

from resources.texts import _
from session.core.clock import ManualClock
from session.core.dossier_model import Delivery, DeliveryState
from session.desk.hub.board_acts import SetPriority
from session.protocol.dossier.deliveries import DeliveriesAnswer, TargetFacts
from session.protocol.hub.board import (
    AgentFacts,
    AgentState,
    BoardAnswer,
    DayFigures,
    QueueFacts,
    SiteFacts,
)
from session.protocol.hub.history import (
    ActFacts,
    ActKind,
    ActSide,
    HistoryAnswer,
    LineFacts,
    LineQuality,
    LinesAnswer,
    LineTotals,
    Quarter,
    TrendsAnswer,
    UndoState,
)
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Service
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsBy, StatisticsRow
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.screens.invented import NOW, ticket, unstyled
from views.board.window import (
    APPOINTMENTS,
    GED,
    HISTORY,
    LINES,
    STATISTICS,
    TRENDS,
    BoardWindow,
)
from views.widgets.message_bar import Level

QUEUES = [
    Service(id="alloc", name="Allocations familiales", icon="family"),
    Service(id="logement", name="Aide au logement", icon="housing"),
    Service(id="rsa", name="RSA et prime d'activité", icon="money"),
    Service(id="rdv", name="Préparer un rendez-vous", icon="appointment"),
    Service(id="sante", name="Carte et remboursements", icon="health"),
    Service(id="emploi", name="Retour à l'emploi", icon="work"),
]
SITES = (
    "Mairie de Saint-Aubin-le-Vieux",
    "France services de Morlaix-les-Bains",
    "Maison de services de Courville",
)
STATES = (
    ("Claire Fontanel", AgentState.IN_SESSION, "", "A101"),
    ("Bastien Orval", AgentState.IN_SESSION, "", "B102"),
    ("Nadège Thiriot", AgentState.WRAP_UP, "", "C103"),
    ("Yanis Belcourt", AgentState.AVAILABLE, "", ""),
    ("Marguerite Azéma", AgentState.TRAINING, "training", ""),
    ("Hugo Lestrade", AgentState.PAUSED, "break", ""),
    ("Solène Cadiou", AgentState.AVAILABLE, "", ""),
    ("Paul Escande", AgentState.NOT_RESPONDING, "not_responding", ""),
    ("Rémi Vautrin", AgentState.OFFLINE, "", ""),
)


def callers() -> list[Ticket]:
    """36 who wait and 4 who talk."""
    made = []
    for index in range(40):
        service = QUEUES[index * index % 6]
        letter = "ABCDEF"[QUEUES.index(service)]
        more: dict[str, object] = {
            "site": SITES[index % 3],
            "priority": {7: 5, 20: 10}.get(index, 0),
        }
        if index in (3, 9):
            more |= {"assigned_to": "a3", "assigned_at_utc": NOW - timedelta(seconds=12)}
        if index == 14:
            more |= {
                "state": TicketState.OFFERED,
                "agent": "a3",
                "offer_until_utc": NOW + timedelta(seconds=9),
            }
        if index >= 36:
            more |= {
                "state": TicketState.IN_SESSION if index < 39 else TicketState.WRAP_UP,
                "agent": f"a{index - 36}",
                "accepted_at_utc": NOW - timedelta(seconds=97 * (index - 34)),
            }
        made.append(ticket(f"{letter}{101 + index:03d}", service.id, 12 + index * 23, **more))
    return made


def figures(abandoned: int = 6) -> BoardAnswer:
    """Agents in every state, one closed service, a day that goes badly."""
    agents = [
        AgentFacts(
            id=f"a{index}",
            name=name,
            state=state,
            reason=reason,
            ticket=number,
            service={"": "", "B": "logement"}.get(number[:1], "alloc"),
            since_utc=None
            if state is AgentState.OFFLINE
            else NOW - timedelta(seconds=140 * (index + 1)),
        )
        for index, (name, state, reason, number) in enumerate(STATES)
    ]
    queues = [
        QueueFacts(
            service=queue.id,
            closed=queue.id == "emploi",
            changed_by="Chantal Viguier",
            reason="Agence fermée cet après-midi",
            wait_s=None if index == 4 else 60 * index * index,
            wait_most_s=None if index == 3 else 300 + 600 * index,
            answering=0 if index == 4 else 2,
            answered=10 + index,
            within=9 - index,
            abandoned=index // 2,
        )
        for index, queue in enumerate(QUEUES)
    ]
    day = DayFigures(
        since_utc=NOW - timedelta(hours=1), answered=58, within=41, abandoned=abandoned
    )
    sites = tuple(
        SiteFacts(ref=f"site{index}", name=name, kiosks=2, there=2 - index % 2)
        for index, name in enumerate(SITES)
    )
    return BoardAnswer(agents=agents, queues=queues, day=day, sites=sites)


def full() -> BoardWindow:
    """40 callers."""
    with unstyled():
        window = BoardWindow(ManualClock(NOW))
    window.show_identity("Caisse d'entraide du Val-Doré", "Chantal Viguier")
    window.set_connection(True)
    window.set_tickets(callers(), QUEUES)
    window.show_board(figures())
    window.show_lines(lines())
    window.set_elsewhere(ELSEWHERE)
    window.tickets.choose(window.tickets.ids()[2])
    window.queues.choose("logement")
    window.refresh()  # the lines came after the callers, who are drawn with them
    return window


ELSEWHERE = {
    "emploi": [
        MoveTarget(
            ref="travail/suivi", organisation_name="Travail du Val", service_name="Mon suivi"
        )
    ],
    "logement": [
        MoveTarget(
            ref="travail/suivi", organisation_name="Travail du Val", service_name="Mon suivi"
        )
    ],
}


def lines() -> LinesAnswer:
    """Twelve kiosks: one bad line, two weak, one never measured, one away."""
    made = []
    for index in range(12):
        quality = {
            4: LineQuality.BAD,
            1: LineQuality.WEAK,
            7: LineQuality.WEAK,
            9: LineQuality.UNKNOWN,
        }.get(index, LineQuality.GOOD)
        factor = {LineQuality.BAD: 13.4, LineQuality.WEAK: 4.2}.get(quality, 0.3)
        known = quality is not LineQuality.UNKNOWN
        made.append(
            LineFacts(
                kiosk=f"borne{index + 1}",
                site=SITES[index % 3],
                name="Borne de l'accueil" if index == 0 else "",
                place=index // 3 + 1,
                present=index != 10,
                ticket=f"A{101 + index}" if index in (1, 4) else "",
                quality=quality,
                at_utc=NOW - timedelta(seconds=index * 70 + 8) if known else None,
                loss_percent=factor if known else 0.0,
                rtt_ms=60.0 + 40 * factor if known else None,
                kbps=230.0 - 12 * factor if known else None,
                freezes=3 if quality is LineQuality.BAD else 0,
            )
        )
    totals = LineTotals(kiosks=12, present=11, in_call=2, good=8, weak=2, bad=1)
    order = [LineQuality.BAD, LineQuality.WEAK, LineQuality.GOOD, LineQuality.UNKNOWN]
    made.sort(key=lambda line: (order.index(line.quality), line.site, line.kiosk))
    return LinesAnswer(lines=made, totals=totals, hits=12)


def trends() -> TrendsAnswer:
    """Eight hours with a busy morning."""
    busy = (
        0,
        0,
        1,
        3,
        5,
        8,
        9,
        12,
        11,
        14,
        13,
        10,
        9,
        7,
        5,
        4,
        2,
        1,
        3,
        6,
        9,
        11,
        12,
        10,
        9,
        12,
        14,
        18,
        21,
        26,
        31,
        36,
    )
    start = NOW.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=8)
    quarters = [
        Quarter(
            start_utc=start + timedelta(minutes=15 * place),
            arrived=count // 2 + 1,
            answered=max(0, count // 2 - 1),
            abandoned=count // 9,
            waiting=count,
            wait_median_s=None if count < 2 else 40 + 22 * count,
            wait_p90_s=None if count < 2 else 90 + 41 * count,
        )
        for place, count in enumerate(busy)
    ]
    return TrendsAnswer(quarters=quarters, time_zone="Europe/Paris")


def acts() -> HistoryAnswer:
    """A day's acts, each in another state of undoing."""
    kinds = (
        ("x1", ActKind.PRIORITY, "B108", UndoState.POSSIBLE, "Usager fragile"),
        ("x2", ActKind.AGENT, "E121", UndoState.TAKEN, "Connaît le dossier"),
        ("x3", ActKind.SERVICE, "B136", UndoState.CHANGED, "Mauvais service choisi"),
        ("x4", ActKind.MOVE, "", UndoState.POSSIBLE, "L'agence ferme"),
        ("x5", ActKind.CLOSE, "", UndoState.POSSIBLE, "Agence fermée cet après-midi"),
        ("x6", ActKind.WITHDRAW, "", UndoState.NEVER, "C'est réparé"),
        ("x7", ActKind.BROADCAST, "", UndoState.UNDONE, "Travaux sur le réseau"),
        ("x8", ActKind.ORGANISATION, "F112", UndoState.NEVER, "Relève de l'emploi"),
        ("x9", ActKind.PRIORITY, "A104", UndoState.ENDED, "Ne peut pas rester debout"),
    )
    made = []
    for place, (name, kind, number, state, reason) in enumerate(kinds):
        before = ActSide(service="logement", priority=0)
        after = {
            ActKind.PRIORITY: ActSide(service="logement", priority=10),
            ActKind.AGENT: ActSide(service="logement", priority=0, assigned_to="a3"),
            ActKind.SERVICE: ActSide(service="rsa", priority=0),
        }.get(kind, before)
        made.append(
            ActFacts(
                id=name,
                kind=kind,
                at_utc=NOW - timedelta(minutes=7 * place + 2),
                by="boss" if place % 3 else "other",
                by_name="Chantal Viguier" if place % 3 else "Paul Estève",
                reason=reason,
                number=number,
                ticket_id=number,
                before=before if number else None,
                after=after if number else None,
                service="emploi" if kind in (ActKind.CLOSE, ActKind.MOVE) else "",
                to={ActKind.ORGANISATION: "travail/suivi", ActKind.MOVE: "rdv"}.get(kind, ""),
                text="Les lignes de montagne sont lentes"
                if kind in (ActKind.BROADCAST, ActKind.WITHDRAW)
                else "",
                tickets=9 if kind is ActKind.MOVE else 0,
                undoes="x7" if kind is ActKind.WITHDRAW else "",
                undo=state,
            )
        )
    return HistoryAnswer(acts=made)


def week() -> StatisticsAnswer:
    """A week by service."""
    rows = [
        StatisticsRow(
            key=queue.id,
            callers=140 - 17 * place,
            answered=128 - 17 * place,
            abandoned=12,
            wait_median_s=130 + 20 * place,
            wait_p90_s=420 + 35 * place,
            talk_median_s=640,
            talk_p90_s=1310,
        )
        for place, queue in enumerate(QUEUES)
    ]
    return StatisticsAnswer(by=StatisticsBy.SERVICE, rows=rows, time_zone="Europe/Paris")


def page(name: str) -> BoardWindow:
    """The full day with another page in front."""
    window = full()
    window.history.show_history(acts())
    window.trends.show_trends(trends())
    window.statistics.show_statistics(week())
    window.show_page(name)
    window.history.table.choose("x1")
    return window


def curves() -> BoardWindow:
    """The last hours."""
    return page(TRENDS)


def past() -> BoardWindow:
    """What supervisors did."""
    return page(HISTORY)


def undoing() -> BoardWindow:
    """An act of the history is being taken back."""
    window = page(HISTORY)
    window.show()
    window.history.begin_undo()
    return window


def kiosk_lines() -> BoardWindow:
    """The kiosks' lines."""
    return page(LINES)


def numbers() -> BoardWindow:
    """Figures of a week."""
    return page(STATISTICS)


def copies() -> DeliveriesAnswer:
    """A day at two systems: one was away, one refused a document."""
    names = (
        "Pièce d’identité",
        "Bulletin de salaire",
        "Avis d’imposition",
        "Quittance de loyer",
        "Relevé bancaire",
    )
    made = []
    for index in range(14):
        state, reason, words = {
            1: (DeliveryState.WAITING, "unreachable", "ConnectError"),
            2: (DeliveryState.REFUSED, "refused", "cmis:document needs a class of documents"),
            6: (DeliveryState.GIVEN_UP, "given_up", "Remis en main propre au service courrier"),
        }.get(index, (DeliveryState.DELIVERED, "", ""))
        made.append(
            Delivery(
                id=200 - index,
                target="archive" if index % 2 else "depot",
                state=state,
                document_id=f"{index:020x}",
                name=names[index % 5],
                dossier=f"VD-2026-{41 + index // 3:04}",
                filed_at_utc=NOW - timedelta(minutes=13 * index),
                remote_id="" if state is not DeliveryState.DELIVERED else f"{88120 - index}",
                reason=reason,
                words=words,
                tries=3 if reason else 0,
                next_try_utc=NOW + timedelta(minutes=4),
                changed_at_utc=NOW,
                by_name="Chantal Viguier" if reason == "given_up" else "",
            )
        )
    targets = [
        TargetFacts(
            name="archive",
            kind="cmis",
            delivered=1284,
            waiting=1,
            oldest_utc=NOW - timedelta(minutes=13),
        ),
        TargetFacts(name="depot", kind="folder", delivered=1282, refused=1, given_up=1),
    ]
    return DeliveriesAnswer(targets=targets, deliveries=made)


def delivered() -> BoardWindow:
    """What the agency's own systems have."""
    window = page(GED)
    window.copies.show_deliveries(copies())
    window.copies.table.choose("198")
    return window


def no_system() -> BoardWindow:
    """No system of the agency is set up."""
    window = page(GED)
    window.copies.show_deliveries(DeliveriesAnswer(targets=[], deliveries=[]))
    return window


def acting() -> BoardWindow:
    """A caller is being given to an agent; something was done before."""
    window = full()
    window.show()
    window.live.offered.give_agent.trigger()
    window.show_undo(SetPriority((callers()[7],), 0))
    window.messages.show_message(
        Level.INFO, _("Done: {act}").format(act="B108 : niveau de priorité élevé")
    )
    return window


def announcing() -> BoardWindow:
    """A message to all is being written."""
    window = full()
    window.show()
    window.live.offered.announce.trigger()
    return window


def quiet() -> BoardWindow:
    """Nobody waits and the line is cut."""
    with unstyled():
        window = BoardWindow(ManualClock(NOW))
    window.show_identity("Caisse d'entraide du Val-Doré", "Chantal Viguier")
    window.set_tickets([], QUEUES)
    return window


def memos() -> BoardWindow:
    """An agent has written to the supervisors."""
    from tests.support.screens.desk_scenes import MEMOS

    window = full()
    answers = [memo for memo in MEMOS.memos if memo.from_supervisor]
    question = msgspec.structs.replace(
        answers[0],
        memo_id="m0",
        by="me",
        by_name="Claire Fontanel",
        to="",
        text="Je peux partir à 16 h ?",
        from_supervisor=False,
    )
    book = msgspec.structs.replace(
        MEMOS, user="boss", is_supervisor=True, memos=[question, *answers]
    )
    window.memos.show_book(book, NOW)
    window.show_unread(book.unread())
    window.open_thread("me")
    return window


def expected() -> BoardWindow:
    """Who comes today, and the figures."""
    from tests.support.appointments.scenes import HISTORY, day_of_board, month_of_board

    window = page(APPOINTMENTS)
    window.appointments.show_day(day_of_board())
    window.appointments.show_counts(month_of_board())
    window.appointments.table.choose("ap2")
    window.appointments.show_steps("ap2", HISTORY)
    return window


SCENES: dict[str, Callable[[], BoardWindow]] = {
    "board_memos": memos,
    "board": full,
    "board_act": acting,
    "board_announce": announcing,
    "board_curves": curves,
    "board_history": past,
    "board_undo": undoing,
    "board_lines": kiosk_lines,
    "board_statistics": numbers,
    "board_ged": delivered,
    "board_no_ged": no_system,
    "board_quiet": quiet,
    "board_appointments": expected,
}
"""Name of each scene and what makes it."""
