# SPDX-License-Identifier: GPL-3.0-only
"""The board on a full day, with invented facts: 40 callers in 6 queues. Used by the board's gallery and tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from session.clock import ManualClock
from session.desk.board_acts import SetPriority
from session.protocol.board_messages import AgentFacts, AgentState, BoardAnswer, DayFigures, QueueFacts
from session.protocol.hub_messages import Service
from session.protocol.tickets import Ticket, TicketState
from tests.unit.views.invented import NOW, ticket
from views.board_view import BoardWindow
from views.message_bar import Level

QUEUES = [
    Service(id="alloc", name="Allocations familiales", icon="family"),
    Service(id="logement", name="Aide au logement", icon="housing"),
    Service(id="rsa", name="RSA et prime d'activité", icon="money"),
    Service(id="rdv", name="Préparer un rendez-vous", icon="appointment"),
    Service(id="sante", name="Carte et remboursements", icon="health"),
    Service(id="emploi", name="Retour à l'emploi", icon="work"),
]
SITES = ("Mairie de Saint-Aubin-le-Vieux", "France services de Morlaix-les-Bains", "Maison de services de Courville")
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
        more: dict[str, object] = {"site": SITES[index % 3], "priority": {7: 5, 20: 10}.get(index, 0)}
        if index in (3, 9):
            more |= {"assigned_to": "a3", "assigned_at_utc": NOW - timedelta(seconds=12)}
        if index == 14:
            more |= {"state": TicketState.OFFERED, "agent": "a3", "offer_until_utc": NOW + timedelta(seconds=9)}
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
            since_utc=None if state is AgentState.OFFLINE else NOW - timedelta(seconds=140 * (index + 1)),
        )
        for index, (name, state, reason, number) in enumerate(STATES)
    ]
    queues = [
        QueueFacts(
            service=queue.id,
            closed=queue.id == "emploi",
            changed_by="Chantal Viguier",
            reason="Agence fermée cet après-midi",
        )
        for queue in QUEUES
    ]
    day = DayFigures(since_utc=NOW - timedelta(hours=1), answered=58, within=41, abandoned=abandoned)
    return BoardAnswer(agents=agents, queues=queues, day=day)


def full() -> BoardWindow:
    """40 callers."""
    window = BoardWindow(ManualClock(NOW))
    window.show_identity("Caisse d'entraide du Val-Doré", "Chantal Viguier")
    window.set_connection(True)
    window.set_tickets(callers(), QUEUES)
    window.show_board(figures())
    window.tickets.choose(window.tickets.ids()[2])
    window.queues.choose("logement")
    return window


def acting() -> BoardWindow:
    """A caller is being given to an agent; something was done before."""
    window = full()
    window.show()
    window._give_agent.trigger()
    window.show_undo(SetPriority(callers()[7], 0))
    window.messages.show_message(Level.INFO, "Done: B108: priority high")
    return window


def announcing() -> BoardWindow:
    """A message to all is being written."""
    window = full()
    window.show()
    window._announce.trigger()
    return window


def quiet() -> BoardWindow:
    """Nobody waits and the line is cut."""
    window = BoardWindow(ManualClock(NOW))
    window.show_identity("Caisse d'entraide du Val-Doré", "Chantal Viguier")
    window.set_tickets([], QUEUES)
    return window


SCENES: dict[str, Callable[[], BoardWindow]] = {
    "board": full,
    "board_act": acting,
    "board_announce": announcing,
    "board_quiet": quiet,
}
"""Name of each scene and what makes it."""
