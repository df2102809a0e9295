# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations: how the helpdesk asks for it, and its rows.
Used by the helpdesk, and by the keepers of logs.

A row says where, when, what failed and on which programs; no name, no number of a caller, no
address, no page. Who reads the log itself gives a reason (`session.protocol.hub.log`).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.hub.board import Count
from session.protocol.hub.requests import HubMessage, Request, Requests, Text
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role

MOST_ROWS = 200
MOST_CHOSEN = 100
"""Of one kind in a filter: sites, kiosks, and so on."""

MOST_COUNTED = 50
"""Entries of one count, the greatest first; days are all there, in their order."""

Code = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{0,60}"))]
Version = Annotated[str, msgspec.Meta(pattern=whole(r"[0-9A-Za-z.+_-]{0,40}"))]
_LONG_NUMBER = re.compile(r"\d{6,}")
ShortNumber = Annotated[str, msgspec.Meta(pattern=whole(r"([0-9A-Z]{4}-[0-9A-Z]{4})?"))]
Cursor = Annotated[str, msgspec.Meta(pattern=whole(r"[0-9A-Za-z_.:~-]{0,120}"))]


class TroublePart(StrEnum):
    """The part that a trouble is about."""

    CALL = "call"
    PAGE = "page"
    SCAN = "scan"
    PRINT = "print"
    FILING = "filing"
    LINE = "line"
    BUS = "bus"


class LogState(StrEnum):
    """The state of a conversation and its log.

    `running`: nobody reads it yet. `ended`: it may be read. `erased`: by hand, or its age was
    over. `no_log`: it took place, and nothing of it has reached the keeper.
    """

    RUNNING = "running"
    ENDED = "ended"
    ERASED = "erased"
    NO_LOG = "no_log"


class TroubleCount(msgspec.Struct, frozen=True, kw_only=True):
    """The number of times that one thing failed in a conversation."""

    part: TroublePart
    code: Code
    count: Count = 1


class DeviceModel(msgspec.Struct, frozen=True, kw_only=True):
    """A device, its maker's name of it as a code (`model_of`); `kind`: "scanner" or "printer"."""

    kind: Code
    model: Code


def model_of(name: str) -> str:
    """A device's name as its maker gives it, as a code: "Ricoh M C250" is "ricoh_m_c250". Without
    long numbers, which may be those of one device or of a person.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", _LONG_NUMBER.sub("", plain)).strip("_")[:60]


class LineMinute(msgspec.Struct, frozen=True, kw_only=True):
    """The minute in which the line carried least, or lost most."""

    at_utc: UtcTime
    kbps: float
    loss_percent: float


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation.

    Attributes:
        short_number: `session.core.spoken_letters` of its id.
        ticket_number: as it was called ("A012"), "" where nobody knows it (any more).
        trace, accept_trace: those of the caller's press and of the agent's acceptance, by which
            the hub's log is searched; "" where nobody knows it.
        started_at_utc: when the agent took it.
        ended_at_utc: None while it goes on.
        kiosk, service, agent: ids; `organisation` is that of the service and the agent.
        kiosk_name, service_name: what people call them today; "" where the keeper does not know it.
        outcome: the agent's code at the end, or the hub's reason.
        kiosk_version, desk_version: of the programs; "" from one that does not say it.
        gaps: numbers of records that an end has written and the keeper does not have.
        records: how many it has.
    """

    session_id: Id
    short_number: ShortNumber
    state: LogState
    started_at_utc: UtcTime
    organisation: Id
    ended_at_utc: UtcTime | None = None
    ticket_number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    trace: OptionalId = ""
    accept_trace: OptionalId = ""
    site: Text = ""
    kiosk: OptionalId = ""
    service: OptionalId = ""
    agent: OptionalId = ""
    kiosk_name: Text = ""
    service_name: Text = ""
    outcome: Code = ""
    worst_minute: LineMinute | None = None
    troubles: tuple[TroubleCount, ...] = ()
    devices: tuple[DeviceModel, ...] = ()
    kiosk_version: Version = ""
    desk_version: Version = ""
    gaps: Count = 0
    records: Count = 0


class TimeWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A span from the first moment, included, to the last, not included."""

    since_utc: UtcTime
    until_utc: UtcTime


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations; what is empty allows all, each kind that is not narrows further.

    Attributes:
        since_utc, until_utc: of its start; the first included, the last not.
        windows: its start lies in one of them: some hours of several days.
        sites: names, or words that are parts of them. kiosks: ids, or parts of them. What is one's
            whole name or id means that one alone.
        organisations: of an operator only; another asker has its own.
        troubles: codes; one of them was there. "any": whichever.
        parts: one of them had a trouble.
        versions: of either end.
        devices: models.
        states: as in `LogState`.
        number: a short number, a ticket's number, a session's id or the trace of a press or of
            its acceptance, as people type it.
    """

    since_utc: UtcTime | None = None
    until_utc: UtcTime | None = None
    windows: Annotated[tuple[TimeWindow, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    sites: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    kiosks: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    services: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    agents: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    organisations: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    troubles: Annotated[tuple[Code, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    parts: Annotated[tuple[TroublePart, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    versions: Annotated[tuple[Version, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    devices: Annotated[tuple[Code, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    states: Annotated[tuple[LogState, ...], msgspec.Meta(max_length=MOST_CHOSEN)] = ()
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""


class LogsFound(HubMessage, frozen=True, kw_only=True):
    """A page of conversations.

    Attributes:
        next: for the `before` of the next question; "" when these are the last.
        elsewhere: organisations whose logs another keeper has (an operator's question only).
        behind: events that are stored and not in the list yet.
    """

    rows: tuple[LogRow, ...]
    next: Cursor = ""
    counts: LogCounts | None = None
    elsewhere: tuple[Id, ...] = ()
    behind: Count = 0


class FindLogs(
    Request[LogsFound],
    frozen=True,
    kw_only=True,
    verb="find_logs",
    answer_s=15.0,
    roles=(Role.SUPERVISOR, Role.HELPDESK, Role.OPERATOR),
):
    """A page of the list, the newest first; no reason is needed, and no log is read.

    Attributes:
        before: `next` of the page before; "" for the first one.
        counts: how many of all that the filter finds, by kiosk, trouble, site, service and day.
    """

    filter: LogFilter = LogFilter()
    before: Cursor = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 50
    counts: bool = False


class CountOf(msgspec.Struct, frozen=True, kw_only=True):
    """A number of conversations.

    Attributes:
        name: an id, a site's name, a code or a day ("2026-11-28").
        words: what people call a kiosk or a service; "" where the keeper does not know it.
    """

    name: Text
    count: Count
    words: Text = ""


class TroubleBar(msgspec.Struct, frozen=True, kw_only=True):
    """The number of conversations that had this trouble."""

    part: TroublePart
    code: Code
    count: Count


class LogCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of all conversations that the filter finds.
    Days are local ones of the keeper.
    """

    conversations: Count = 0
    kiosks: tuple[CountOf, ...] = ()
    sites: tuple[CountOf, ...] = ()
    services: tuple[CountOf, ...] = ()
    days: tuple[CountOf, ...] = ()
    troubles: tuple[TroubleBar, ...] = ()


LOG_LIST_REQUESTS: Requests = (FindLogs,)
