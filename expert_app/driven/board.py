# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a board or at a site's window, for the script that drives it."""

from __future__ import annotations

from expert_app.board.access_alert import AccessAlert
from expert_app.board.accesses import BoardAccesses
from expert_app.board.app import ActDone, ActTrouble, SupervisorApp
from expert_app.board.deliveries import BoardDeliveries
from expert_app.board.doubles import BoardDoubles
from expert_app.board.visit import BoardVisit
from expert_app.driven.observations import Observations, itself
from session.core.dossier_model import AccessLine, DossierMerged
from session.desk.call.visit import Visit
from session.desk.hub.site import SiteClient
from session.protocol.conversation.messages import MediaSeen
from session.protocol.dossier.deliveries import DeliveriesAnswer
from session.protocol.hub.board import AgentState
from session.protocol.hub.history import LinesAnswer
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
    """Note from now on what happens at a supervisor's board; before the board is started."""
    _observe_queue(app, observations)
    _observe_acts(app, observations)
    _observe_dossiers(accesses, doubles, alert=alert, observations=observations)
    _observe_visit(visit, observations)

    def on_deliveries(answer: DeliveriesAnswer) -> None:
        targets = {target.name: target.delivered for target in answer.targets}
        observations.note("deliveries", **targets)

    deliveries.received.connect(on_deliveries)


def observe_host(link: SiteClient, observations: Observations) -> None:
    """Note from now on what a site's host sees."""

    def on_changed(answer: SiteAnswer) -> None:
        calling = sum(1 for kiosk in answer.kiosks if kiosk.help is HelpState.WANTED)
        observations.note("site", kiosks=len(answer.kiosks), calling=calling)

    link.changed.connect(on_changed)


def _observe_queue(app: SupervisorApp, observations: Observations) -> None:
    def on_tickets(tickets: list[Ticket]) -> None:
        observations.note("queue", open=len(tickets))
        for ticket in tickets:
            observations.note(
                "ticket_visible", id=ticket.id, number=ticket.number, service=ticket.service
            )

    def on_lines(answer: LinesAnswer) -> None:
        totals = answer.totals
        observations.note(
            "lines",
            good=totals.good,
            weak=totals.weak,
            bad=totals.bad,
            unknown=totals.kiosks - totals.measured,
        )

    app.tickets_changed.connect(on_tickets)
    app.lines_changed.connect(on_lines)
    observations.record(app.connection_changed, "connection", connected=itself)
    observations.record(
        app.board_changed,
        "board",
        agents=lambda board: len(board.agents),
        paused=lambda board: sum(agent.state is AgentState.PAUSED for agent in board.agents),
        abandoned="day.abandoned",
    )
    observations.record(app.history_changed, "history", acts=lambda answer: len(answer.acts))


def _observe_acts(app: SupervisorApp, observations: Observations) -> None:
    def on_done(done: ActDone) -> None:
        if done.undone:
            observations.note("act_undone", moved=done.moved, left=done.left)
        else:
            observations.note("act_done", act=type(done.act).__name__, moved=done.moved)

    def on_trouble(trouble: ActTrouble) -> None:
        observations.note("act_refused", act=type(trouble.act).__name__, code=trouble.code)

    app.done.connect(on_done)
    app.troubled.connect(on_trouble)


def _observe_dossiers(
    accesses: BoardAccesses,
    doubles: BoardDoubles,
    *,
    alert: AccessAlert,
    observations: Observations,
) -> None:
    """The register of accesses, and one person's two dossiers."""

    def on_refused(lines: list[AccessLine]) -> None:
        for line in lines:
            observations.note("too_many_dossiers", user=line.user)

    def on_merged(merge: DossierMerged) -> None:
        undone = merge.undone_at_utc is not None
        observations.note("merged", id=merge.id, keep=merge.keep, undone=undone)

    record = observations.record
    record(accesses.received, "accesses", lines=lambda answer: len(answer.lines))
    record(accesses.helps_received, "helps", lines=lambda answer: len(answer.helps))
    record(accesses.saved, "accesses_saved", path=itself)
    alert.refused.connect(on_refused)
    record(doubles.provisional, "provisional", dossiers=lambda answer: len(answer.dossiers))
    record(doubles.compared, "compared", keep="keep.number", merged="merged.number")
    doubles.merged.connect(on_merged)
    record(doubles.troubled, "doubles_refused", code="error.code")


def _observe_visit(visits: BoardVisit, observations: Observations) -> None:
    """A supervisor in a conversation, and how many pictures of each of the two arrived."""
    frames = {"caller": 0, "agent": 0}

    def on_began(visit: Visit) -> None:
        observations.note("visit", let_in=False)
        visit.let_in.connect(lambda _nothing: observations.note("visit", let_in=True))
        visit.caller.media_seen.connect(lambda seen: count("caller", seen))
        visit.agent.media_seen.connect(lambda seen: count("agent", seen))

    def count(name: str, seen: MediaSeen) -> None:
        frames[name] = seen.frames
        observations.note("visit_media", **frames)

    visits.began.connect(on_began)
    visits.ended.connect(lambda _ticket: observations.forget("visit"))
    observations.record(visits.troubled, "visit_refused", "code")
