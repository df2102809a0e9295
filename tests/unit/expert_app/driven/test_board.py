# SPDX-License-Identifier: GPL-3.0-only
"""What a script may read of a board: noted from the signals of its jobs by the observer alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from expert_app.board.app import ActDone, ActTrouble
from expert_app.driven.board import observe_board, observe_host
from expert_app.driven.observations import Observations
from session.core.clock import ManualClock
from session.core.signals import Signal
from session.desk.hub.board_acts import Announce
from session.protocol.hub.tickets import HelpState


class Part:
    """Has every signal that somebody asks for."""

    def __getattr__(self, name: str) -> Any:
        made: Signal[Any] = Signal()
        setattr(self, name, made)
        return made


@pytest.fixture
def observations() -> Observations:
    return Observations(ManualClock())


def observe(app: Any, visit: Any, other: Any, observations: Observations) -> None:
    observe_board(
        app,
        visit,
        deliveries=other,
        alert=other,
        accesses=other,
        doubles=other,
        observations=observations,
    )


def test_acts_are_noted_when_done_taken_back_or_refused(observations: Observations) -> None:
    app: Any = Part()
    other: Any = Part()
    observe(app, other, other, observations)
    act = Announce("Réunion à midi")
    app.done.emit(ActDone(act))
    app.done.emit(ActDone(act, moved=2, left=1, undone=True))
    app.troubled.emit(ActTrouble(act, "ticket_taken", {}))
    noted = observations.all()
    assert noted["act_done"]["act"] == "Announce"
    assert (noted["act_undone"]["moved"], noted["act_undone"]["left"]) == (2, 1)
    assert noted["act_refused"]["code"] == "ticket_taken"


def test_a_visit_is_noted_until_it_is_over(observations: Observations) -> None:
    app: Any = Part()
    visit: Any = Part()
    observe(app, visit, app, observations)
    guest = SimpleNamespace(caller=Part(), agent=Part(), let_in=Signal[None]())
    visit.began.emit(guest)
    assert observations.all()["visit"]["let_in"] is False
    guest.let_in.emit(None)
    guest.caller.media_seen.emit(SimpleNamespace(frames=7))
    noted = observations.all()
    assert noted["visit"]["let_in"] is True
    assert (noted["visit_media"]["caller"], noted["visit_media"]["agent"]) == (7, 0)
    visit.ended.emit(None)
    assert "visit" not in observations.all()


def test_the_kiosks_that_call_are_counted_for_the_host(observations: Observations) -> None:
    link: Any = Part()
    observe_host(link, observations)
    kiosks = [SimpleNamespace(help=help_) for help_ in (HelpState.WANTED, HelpState.NONE)]
    link.changed.emit(SimpleNamespace(kiosks=kiosks))
    noted = observations.all()["site"]
    assert (noted["kiosks"], noted["calling"]) == (2, 1)
