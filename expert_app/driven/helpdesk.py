# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a helpdesk, an operator's page or a replay, for the driving script."""

from __future__ import annotations

from expert_app.commands.replay import ReplayProgram
from expert_app.driven.observations import Observations
from expert_app.helpdesk.wiring.program import HelpdeskProgram


def observe_helpdesk(helpdesk: HelpdeskProgram, observations: Observations) -> None:
    """Note from now on what is done at the window, and what the operator sees."""
    helpdesk.reports.noted.connect(lambda act: observations.note(act.name, **act.values))
    if helpdesk.network is not None:
        observations.record(
            helpdesk.network.link.changed,
            "network",
            hubs=lambda answer: len(answer.hubs),
            sites=lambda answer: len(answer.sites),
        )


class ReplayObserver:
    """Where the replay is; Qt's signals keep a closure, so that nobody has to keep this."""

    def __init__(self, replay: ReplayProgram, observations: Observations) -> None:
        self._view = replay.view
        self._observations = observations
        self._finished = False
        self._view.player.moved.connect(lambda: self._note())
        self._view.player.finished.connect(lambda: self._on_finished())
        self._note()

    def _on_finished(self) -> None:
        self._finished = True
        self._note()

    def _note(self) -> None:
        view = self._view
        player = view.player
        state = player.state
        self._observations.note(
            "replayed",
            events_shown=player.events_shown,
            records=len(player.log),
            last_event=player.last_event,
            last_state=state.ticket.value if state.ticket is not None else "",
            wiped=state.wiped,
            documents_filed=len(state.documents_filed),
            at_end=self._finished,
            page_width_px=view.mirror.placement.viewport.width(),
        )
