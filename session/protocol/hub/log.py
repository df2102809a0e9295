# SPDX-License-Identifier: GPL-3.0-only
"""A session's log on its way to the log's keeper, and back to those who may read it.
Used by both ends, hub and vault.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.hub.requests import BULK_S, HubMessage, Request, Requests
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

MOST_REASON = 200
"""Letters of the reason for which somebody reads a log."""


class LogAck(HubMessage, frozen=True, kw_only=True):
    """The hub has all records of this writer below `next`."""

    next: int


class LogAppend(
    Request[LogAck],
    frozen=True,
    kw_only=True,
    verb="log",
    answer_s=BULK_S,
    roles=(Role.KIOSK, Role.AGENT),
):
    """Records of one writer, `first` being the writer's own number of the first (from 0);
    repeats are dropped.
    """

    session_id: Id
    first: int
    records: list[msgspec.Raw]


class LogPart(HubMessage, frozen=True, kw_only=True):
    """A part of the log in the keeper's order; `end` when nothing more is stored now."""

    records: list[msgspec.Raw]
    next: int
    end: bool


class LogRequest(
    Request[LogPart],
    frozen=True,
    kw_only=True,
    verb="read_log",
    answer_s=BULK_S,
    roles=(Role.SUPERVISOR, Role.HELPDESK),
):
    """Records of a session that is over, from the `after`-th on; with `read_events` those of any
    organisation, without their pages.

    Attributes:
        reason: why this person reads it, in words; without it the keeper refuses.
        computer: what the computer calls itself that asks.
    """

    session_id: Id
    after: int = 0
    reason: Annotated[str, msgspec.Meta(max_length=MOST_REASON, extra=TYPED_WORDS)] = ""
    computer: Annotated[str, msgspec.Meta(max_length=100)] = ""


class ReadEvents(
    LogRequest,
    frozen=True,
    kw_only=True,
    tag="LogRequest",
    verb="read_events",
    roles=(Role.OPERATOR,),
):
    """The same of any organisation's log, without its pages."""


LOG_REQUESTS: Requests = (
    LogAppend,
    LogRequest,
    ReadEvents,
)
