# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a board or at a site's window for the script that drives it.
Used only with `--driven`.

It listens to the signals that the parts have anyway. No part knows it.
"""

from __future__ import annotations

from collections.abc import Callable

from expert_app.board.access_alert import AccessAlert
from expert_app.board.accesses import BoardAccesses
from expert_app.board.app import ActDone, ActTrouble, SupervisorApp
from expert_app.board.deliveries import BoardDeliveries
from expert_app.board.doubles import BoardDoubles, ComparedDossiers, DoublesTrouble
from expert_app.board.visit import BoardVisit
from expert_app.runtime.observations import Observations
from session.core.dossier_model import AccessLine, DossierMerged
from session.core.errors import SessionError
from session.desk.call.visit import Visit
from session.desk.hub.site import SiteLink
from session.protocol.conversation.messages import MediaSeen
from session.protocol.dossier.deliveries import DeliveriesAnswer
from session.protocol.dossier.identity import AccessesAnswer, ProvisionalAnswer
from session.protocol.helpdesk.remote_help import RemoteHelps
from session.protocol.hub.board import BoardAnswer
from session.protocol.hub.history import HistoryAnswer, LinesAnswer
from session.protocol.hub.site import SiteAnswer
from session.protocol.hub.tickets import HelpState, Ticket


def observe_board(
    app: SupervisorApp,
    visit: BoardVisit,
    *,
    deliveries: BoardDeliveries,
    alert: AccessAlert,
    accesses: BoardAccesses,
    doubles: BoardDoubles,
    observations: Observations,
) -> None:
    """Notes from now on what happens at a supervisor's board; before the board is started."""
    _Board(app, deliveries, observations=observations)
    _Dossiers(accesses, doubles, alert=alert, observations=observations)
    _Visit(visit, observations)


class _Board:
    """The queue, acts, and what pages show."""

    def __init__(
        self, app: SupervisorApp, deliveries: BoardDeliveries, *, observations: Observations
    ) -> None:
        self._observations = observations
        app.tickets_changed.connect(self._on_tickets)
        app.connection_changed.connect(self._on_connection)
        app.board_changed.connect(self._on_board)
        app.lines_changed.connect(self._on_lines)
        app.history_changed.connect(self._on_history)
        app.done.connect(self._on_done)
        app.troubled.connect(self._on_trouble)
        deliveries.received.connect(self._on_deliveries)

    def _on_tickets(self, tickets: list[Ticket]) -> None:
        self._observations.note("queue", open=len(tickets))
        for ticket in tickets:
            self._observations.note(
                "ticket_visible", id=ticket.id, number=ticket.number, service=ticket.service
            )

    def _on_connection(self, connected: bool) -> None:
        self._observations.note("connection", connected=connected)

    def _on_board(self, board: BoardAnswer) -> None:
        self._observations.note("board", agents=len(board.agents), abandoned=board.day.abandoned)

    def _on_lines(self, answer: LinesAnswer) -> None:
        totals = answer.totals
        counts = {"good": totals.good, "weak": totals.weak, "bad": totals.bad}
        self._observations.note("lines", **counts, unknown=totals.kiosks - totals.measured)

    def _on_history(self, answer: HistoryAnswer) -> None:
        self._observations.note("history", acts=len(answer.acts))

    def _on_done(self, done: ActDone) -> None:
        if done.undone:
            self._observations.note("act_undone", moved=done.moved, left=done.left)
        else:
            self._observations.note("act_done", act=type(done.act).__name__, moved=done.moved)

    def _on_trouble(self, trouble: ActTrouble) -> None:
        self._observations.note("act_refused", act=type(trouble.act).__name__, code=trouble.code)

    def _on_deliveries(self, answer: DeliveriesAnswer) -> None:
        self._observations.note("deliveries", **{one.name: one.delivered for one in answer.targets})


class _Dossiers:
    """The register of accesses, and one person's two dossiers."""

    def __init__(
        self,
        accesses: BoardAccesses,
        doubles: BoardDoubles,
        *,
        alert: AccessAlert,
        observations: Observations,
    ) -> None:
        self._observations = observations
        accesses.received.connect(self._on_accesses)
        accesses.helps_received.connect(self._on_helps)
        alert.refused.connect(self._on_refused)
        accesses.saved.connect(self._on_saved)
        doubles.provisional.connect(self._on_provisional)
        doubles.compared.connect(self._on_compared)
        doubles.merged.connect(self._on_merged)
        doubles.troubled.connect(self._on_trouble)

    def _on_accesses(self, answer: AccessesAnswer) -> None:
        self._observations.note("accesses", lines=len(answer.lines))

    def _on_helps(self, answer: RemoteHelps) -> None:
        self._observations.note("helps", lines=len(answer.helps))

    def _on_refused(self, lines: list[AccessLine]) -> None:
        for line in lines:
            self._observations.note("too_many_dossiers", user=line.user)

    def _on_saved(self, path: str) -> None:
        self._observations.note("accesses_saved", path=path)

    def _on_provisional(self, answer: ProvisionalAnswer) -> None:
        self._observations.note("provisional", dossiers=len(answer.dossiers))

    def _on_compared(self, compared: ComparedDossiers) -> None:
        self._observations.note(
            "compared", keep=compared.keep.number, merged=compared.merged.number
        )

    def _on_merged(self, merge: DossierMerged) -> None:
        self._observations.note(
            "merged", id=merge.id, keep=merge.keep, undone=merge.undone_at_utc is not None
        )

    def _on_trouble(self, trouble: DoublesTrouble) -> None:
        self._observations.note("doubles_refused", code=trouble.error.code)


class _Visit:
    """A supervisor in a conversation."""

    def __init__(self, visit: BoardVisit, observations: Observations) -> None:
        self._observations = observations
        self._frames = {"caller": 0, "agent": 0}
        visit.began.connect(self._on_began)
        visit.ended.connect(self._on_ended)
        visit.troubled.connect(self._on_trouble)

    def _on_began(self, visit: Visit) -> None:
        self._observations.note("visit", let_in=False)
        visit.let_in.connect(self._on_let_in)
        visit.caller.media_seen.connect(self._counter("caller"))
        visit.agent.media_seen.connect(self._counter("agent"))

    def _on_let_in(self, _nothing: None) -> None:
        self._observations.note("visit", let_in=True)

    def _counter(self, name: str) -> Callable[[MediaSeen], None]:
        """How many pictures of each of the two arrived."""

        def count(seen: MediaSeen) -> None:
            self._frames[name] = seen.frames
            self._observations.note("visit_media", **self._frames)

        return count

    def _on_ended(self, _ticket: Ticket | None) -> None:
        self._observations.forget("visit")

    def _on_trouble(self, error: SessionError) -> None:
        self._observations.note("visit_refused", code=error.code)


def observe_host(link: SiteLink, observations: Observations) -> None:
    """Notes from now on what a site's host sees."""

    def on_changed(answer: SiteAnswer) -> None:
        calling = sum(1 for one in answer.kiosks if one.help is HelpState.WANTED)
        observations.note("site", kiosks=len(answer.kiosks), calling=calling)

    link.changed.connect(on_changed)
