# SPDX-License-Identifier: GPL-3.0-only
"""A third person reads why it is not in the conversation any more."""

from __future__ import annotations

import msgspec
import pytest

from session.protocol.hub.talk_state import Talk, ThirdEnd
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import ticket
from views.media.visit_view import ended_words

OVER = "The conversation is over."


def talked(last: ThirdEnd | None) -> Ticket:
    return msgspec.structs.replace(
        ticket(1), state=TicketState.IN_SESSION, session="t1_1", talk=Talk(last=last)
    )


@pytest.mark.parametrize(
    ("last", "was_in", "begins"),
    [
        (ThirdEnd.LEFT, True, "You have left"),
        (None, True, "You have left"),
        (ThirdEnd.LOST, True, "Your line was cut for too long"),
        (ThirdEnd.LOST, False, "You could not join"),
        (ThirdEnd.REMOVED, True, "The agent goes on without you"),
    ],
)
def test_the_words_say_how_it_ended(last: ThirdEnd | None, was_in: bool, begins: str) -> None:
    assert ended_words(talked(last), "t1_1", was_in=was_in).startswith(begins)


def test_a_conversation_that_is_over_is_not_said_to_be_left() -> None:
    assert ended_words(None, "t1_1", was_in=True) == OVER
    other = msgspec.structs.replace(talked(ThirdEnd.LEFT), session="t1_2")
    assert ended_words(other, "t1_1", was_in=True) == OVER
    closing = msgspec.structs.replace(talked(ThirdEnd.LEFT), state=TicketState.WRAP_UP)
    assert ended_words(closing, "t1_1", was_in=True) == OVER
