# SPDX-License-Identifier: GPL-3.0-only
"""The questions of a supervisor's board to the hub, and what an agent reports of itself.
Used by hub, desk and board.

Every act of a supervisor carries a reason;
on a ticket it becomes the ticket's `reason`, with `changed_by`. The board chooses an `act_id`,
under which the history knows the act; without one the hub does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.hub.requests import (
    LONG_S,
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Number,
    Request,
    Requests,
    Text,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import Id, OptionalId, ServiceRef
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_REASON, TYPED_WORDS

_WORDS_PATTERN = r"\S.+\S"
Reason = Annotated[
    str,
    msgspec.Meta(min_length=3, max_length=200, pattern=_WORDS_PATTERN, extra=TYPED_REASON),
]
BoardText = Annotated[
    str,
    msgspec.Meta(min_length=3, max_length=200, pattern=_WORDS_PATTERN, extra=TYPED_WORDS),
]
Priority = Annotated[int, msgspec.Meta(ge=-10, le=1000)]
"""0 is usual, 1000 the head of the queue; see `session.hub.queue.sessions.HEAD`."""

Count = Annotated[int, msgspec.Meta(ge=0)]


class TicketSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the board showed of a ticket when its supervisor decided;
    another state at the hub refuses the act.
    """

    ticket_id: Id
    state: TicketState
    service: Id
    priority: int
    agent: Id | None = None
    assigned_to: Id | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> TicketSeen:
        """The ticket as it is now."""
        return cls(
            ticket_id=ticket.id,
            state=ticket.state,
            service=ticket.service,
            priority=ticket.priority,
            agent=ticket.agent,
            assigned_to=ticket.assigned_to,
        )


# ---- acts on tickets


MOST_TICKETS = 200
"""Tickets of an act in one request: as many as a page of the queue has."""

MOST_DETAILS = 4
"""Values of a refusal, of one ticket among many."""

TicketsSeen = Annotated[list[TicketSeen], msgspec.Meta(min_length=1, max_length=MOST_TICKETS)]
"""The tickets of one act. A longer list goes on in further requests under the same `act_id`."""


class TicketResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an act for one of its tickets.

    Attributes:
        code, detail: why it was refused, as in `Refusal`; "" where it was done.
        already: nothing had to change.
        number: the short word that a caller who went to another organisation reads now.
    """

    ticket_id: Id
    code: OptionalId = ""
    detail: Annotated[dict[str, str | int | float], msgspec.Meta(max_length=MOST_DETAILS)] = {}
    already: bool = False
    number: Number = ""


class TicketsActed(HubMessage, frozen=True, kw_only=True):
    """A result for each ticket of the request, in its order."""

    results: Annotated[list[TicketResult], msgspec.Meta(max_length=MOST_TICKETS)]


class ActOnTicketsRequest(
    Request[TicketsActed],
    frozen=True,
    kw_only=True,
    verb="act_on_tickets",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Waiting tickets go to another service, are kept for one agent for a minute, or get another
    priority (higher is served first); None keeps what each has.

    `agent` "" takes them back from the agent they were kept for. The same request again goes on
    with those that are left.
    """

    tickets: TicketsSeen
    reason: Reason
    act_id: Id
    service: Id | None = None
    agent: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))] | None = None
    priority: Priority | None = None


class QueueMoved(HubMessage, frozen=True, kw_only=True):
    """`moved` tickets went, `left` were taken or left by their callers meanwhile."""

    moved: Count
    left: Count


class MoveQueueRequest(
    Request[QueueMoved], frozen=True, kw_only=True, verb="move_queue", roles=(Role.SUPERVISOR,)
):
    """Every waiting ticket of `service` goes to the service `to`."""

    service: Id
    to: Id
    reason: Reason
    act_id: Id | None = None


class QueueStateRequest(
    Request[Done], frozen=True, kw_only=True, verb="close_queue", roles=(Role.SUPERVISOR,)
):
    """A service takes no new calls (`close_queue`), or takes them again (`open_queue`).
    Those who wait stay.
    """

    service: Id
    reason: Reason
    act_id: Id | None = None


class OpenQueueRequest(
    QueueStateRequest,
    frozen=True,
    kw_only=True,
    tag="QueueStateRequest",
    verb="open_queue",
    roles=(Role.SUPERVISOR,),
):
    """The same service takes callers again."""


class BroadcastRequest(
    Request[Done], frozen=True, kw_only=True, verb="broadcast", roles=(Role.SUPERVISOR,)
):
    """A message to all agents of the organisation.
    Repeating the same `broadcast_id`, also its act, shows it once.
    """

    broadcast_id: Id
    text: BoardText
    reason: Reason


class MessageTo(StrEnum):
    """The readers of a supervisor's message that is not for all agents."""

    AGENT = "agent"
    SERVICE = "service"
    SITE = "site"


class MessageSent(HubMessage, frozen=True, kw_only=True):
    """The number of agents or kiosks that are there to read it;
    the others do when they come.
    """

    there: Count


class MessageRequest(
    Request[MessageSent], frozen=True, kw_only=True, verb="message", roles=(Role.SUPERVISOR,)
):
    """A message to one agent, to the agents of one service, or to the callers at one site's kiosks,
    where it stands until the day ends or it is taken back.

    `target`: the agent, the service, or the `ref` of a `SiteFacts`. Repeating the same
    `message_id`, also its act, shows it once.
    """

    message_id: Id
    to: MessageTo
    target: ServiceRef
    text: BoardText
    reason: Reason


# ---- agents


class AgentState(StrEnum):
    """The activity of an agent. One who did not answer an offer is `not_responding` until it
    says that it is back.
    """

    OFFLINE = "offline"
    AVAILABLE = "available"
    PAUSED = "paused"
    TRAINING = "training"
    NOT_RESPONDING = "not_responding"
    IN_SESSION = "in_session"
    WRAP_UP = "wrap_up"


SHIFT_CHECK = "shift_check"
"""Reason code of an agent whose desk is being checked: nobody is offered to it yet."""


class AgentStateRequest(
    Request[Done], frozen=True, kw_only=True, verb="agent_state", roles=(Role.AGENT,)
):
    """An agent is available or pauses.
    Conversation and wrap-up are read from its ticket, so they are never wrong.

    `reason` of a pause is a short code: "break", "training", "back_office", "shift_check" while the
    agent looks after its own devices before the first caller, or "". `until_utc`: when
    it shall end, which others are told; nobody is made available by it.
    """

    available: bool
    reason: Annotated[str, msgspec.Meta(max_length=60)] = ""
    until_utc: UtcTime | None = None


PauseCode = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z_]{0,40}"))]
MOST_SERVICES = 100


class SetAgentStateRequest(
    Request[Done], frozen=True, kw_only=True, verb="set_agent_state", roles=(Role.SUPERVISOR,)
):
    """A supervisor makes an agent available or pauses it, with the `pause` code that the agent
    itself would give. A conversation in hand goes on.
    """

    agent: Id
    available: bool
    pause: PauseCode = ""
    reason: Reason
    act_id: Id | None = None


class SetAgentServicesRequest(
    Request[Done], frozen=True, kw_only=True, verb="set_agent_services", roles=(Role.SUPERVISOR,)
):
    """A request that sets what an agent serves until the day ends; no `services`:
    again what the convention says.
    """

    agent: Id
    services: Annotated[list[Id], msgspec.Meta(max_length=MOST_SERVICES)]
    reason: Reason
    act_id: Id | None = None


class AskSupervisorRequest(
    Request[Done], frozen=True, kw_only=True, verb="ask_supervisor", roles=(Role.AGENT,)
):
    """An agent asks a supervisor for help; "" takes it back.

    `reason` is a short code, because nothing of a caller belongs on a board: "advice", "decision",
    "difficult", "technical".
    """

    reason: Annotated[str, msgspec.Meta(max_length=60)] = ""


class AgentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as the board shows it.
    `ticket` and `service` of the caller in hand; `since_utc` unknown when None. `help`: the agent
    asks a supervisor for help, for this reason, since `help_since_utc`.

    Attributes:
        services: what the agent serves today, [] for all; `for_today`: a supervisor said so.
        by_name, why: the supervisor who set the state, and the reason.
        until_utc: when the agent means to end its pause.
    """

    id: Id
    name: Text
    state: AgentState
    since_utc: UtcTime | None = None
    reason: Text = ""
    ticket: Text = ""
    service: Text = ""
    services: list[Id] = []
    for_today: bool = False
    by_name: Text = ""
    why: Text = ""
    help: Text = ""
    help_since_utc: UtcTime | None = None
    until_utc: UtcTime | None = None


class QueueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a service: whether it takes calls, and who decided it;
    how it is served.

    Attributes:
        wait_s, wait_most_s: how long a caller who came now would wait, at least and at most; None
            where nobody can say.
        answering: agents of the service who are there and available, busy or not.
        answered, within, abandoned: of the day, as in `DayFigures`, by the wait that the service
            itself promises.
    """

    service: Id
    closed: bool = False
    changed_by: Text = ""
    reason: Text = ""
    at_utc: UtcTime | None = None
    wait_s: int | None = None
    wait_most_s: int | None = None
    answering: Count = 0
    answered: Count = 0
    within: Count = 0
    abandoned: Count = 0


class SiteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A site with buttons of the organisation. `ref`: "site", or "organisation/site" where another
    organisation's kiosks stand there; `there` of its `kiosks` give signs of life.
    """

    ref: ServiceRef
    name: Text
    kiosks: Count = 0
    there: Count = 0
    messages: list[Text] = []


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of the day, from `since_utc`: midnight in the hub's time zone;
    from the history, so no restart forgets.

    `within` of `answered` waited no longer than the asked number of seconds.
    `known` is false while the history cannot be read.
    """

    since_utc: UtcTime
    answered: Count = 0
    within: Count = 0
    abandoned: Count = 0
    known: bool = True


class BoardAnswer(ListAnswer, frozen=True, kw_only=True):
    """Everything of the board that is not a ticket; tickets come as for every desk."""

    PAGED: ClassVar[tuple[str, ...]] = ("agents", "sites")

    agents: list[AgentFacts]
    queues: list[QueueFacts]
    day: DayFigures
    sites: tuple[SiteFacts, ...] = ()


class BoardRequest(
    ListRequest[BoardAnswer], frozen=True, kw_only=True, verb="board", roles=(Role.SUPERVISOR,)
):
    """The board asks every 2 s. `within_s` is the wait that the service level promises."""

    within_s: Annotated[int, msgspec.Meta(ge=1, le=36_000)] = 180


BOARD_REQUESTS: Requests = (
    ActOnTicketsRequest,
    MoveQueueRequest,
    QueueStateRequest,
    OpenQueueRequest,
    BroadcastRequest,
    MessageRequest,
    SetAgentStateRequest,
    SetAgentServicesRequest,
    BoardRequest,
    AgentStateRequest,
    AskSupervisorRequest,
)
