# SPDX-License-Identifier: GPL-3.0-only
"""A session's log on its way to the log's keeper, and back to those who may read it.
Used by both ends, hub and vault.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.hub.requests import HubMessage, Verb
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

MOST_REASON = 200
"""Letters of the reason for which somebody reads a log."""


class LogAppend(HubMessage, frozen=True, kw_only=True):
    """Records of one writer, `first` being the writer's own number of the first (from 0);
    repeats are dropped.
    """

    session_id: Id
    first: int
    records: list[msgspec.Raw]


class LogAck(HubMessage, frozen=True, kw_only=True):
    """The hub has all records of this writer below `next`."""

    next: int


class LogRequest(HubMessage, frozen=True, kw_only=True):
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


class LogPart(HubMessage, frozen=True, kw_only=True):
    """A part of the log in the keeper's order; `end` when nothing more is stored now."""

    records: list[msgspec.Raw]
    next: int
    end: bool


LOG_VERBS: dict[str, Verb] = {
    "log": (frozenset({Role.KIOSK, Role.AGENT}), LogAppend, LogAck),
    "read_log": (frozenset({Role.SUPERVISOR, Role.HELPDESK}), LogRequest, LogPart),
    "read_events": (frozenset({Role.OPERATOR}), LogRequest, LogPart),
}
"""Verb -> (roles that may say it, request, answer)."""
