# SPDX-License-Identifier: GPL-3.0-only
"""What a session had come to at one instant, rebuilt from its events.
Pure; used by the replay and its window.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from session.log.events import (
    AudioSeen,
    CallAnswered,
    CallerLeft,
    CallFailed,
    CallOffered,
    CallRequestedAtKiosk,
    DocumentFiled,
    Event,
    GrantChanged,
    HungUp,
    KioskWiped,
    LineBack,
    LineLost,
    LineMeasured,
    MirrorChunk,
    PageCleaned,
    PageReceived,
    PieceFiled,
    PrintChanged,
    ScanEnded,
    ScanStarted,
    SessionClosed,
    SessionEnded,
    SessionOpened,
    SharingChanged,
    TicketAccepted,
    VideoSeen,
    Writer,
    label_of,
)
from session.protocol.conversation.messages import Grant, PrintState
from session.protocol.hub.tickets import TicketState


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """A session at one instant.

    Attributes:
        ticket: None before the button.
        call: "", "offered", "answered", "seen" or "failed".
        seen_by, heard_by: the ends that really received picture and sound.
        prints: state of each print, by id.
        line_lost_by: ends without the bus now.
        last: label of the last event (see `session.log.events.label_of`), "" before the first.
    """

    ticket: TicketState | None = None
    session_open: bool = False
    call: str = ""
    seen_by: frozenset[Writer] = frozenset()
    heard_by: frozenset[Writer] = frozenset()
    grants: frozenset[Grant] = frozenset()
    sharing: bool = False
    scanning: frozenset[str] = frozenset()
    pages_received: tuple[str, ...] = ()
    pages_cleaned: tuple[str, ...] = ()
    documents_filed: tuple[str, ...] = ()
    pieces_filed: tuple[str, ...] = ()
    prints: dict[str, PrintState] = {}
    line_lost_by: frozenset[Writer] = frozenset()
    wiped: bool = False
    last: str = ""


Changes = dict[str, object]


def _add[Kind](to: tuple[Kind, ...], what: Kind) -> tuple[Kind, ...]:
    return to if what in to else (*to, what)


def _talk(state: SessionState, event: Event) -> Changes:
    """Ticket, session and call."""
    match event:
        case CallRequestedAtKiosk():
            return {"ticket": state.ticket or TicketState.WAITING}
        case CallerLeft():
            return {"ticket": TicketState.ABANDONED}
        case TicketAccepted():
            return {"ticket": TicketState.IN_SESSION}
        case SessionOpened():
            return {"ticket": TicketState.IN_SESSION, "session_open": True}
        case HungUp() | SessionEnded():
            return {
                "ticket": TicketState.WRAP_UP,
                "session_open": False,
                "call": "",
                "sharing": False,
            }
        case SessionClosed():
            return {"ticket": TicketState.CLOSED, "session_open": False}
        case CallOffered():
            return {"call": "offered"}
        case CallAnswered():
            return {"call": "answered"}
        case CallFailed():
            return {"call": "failed"}
        case VideoSeen(by=by):
            return {"call": "seen", "seen_by": state.seen_by | {by}}
        case AudioSeen(by=by):
            return {"heard_by": state.heard_by | {by}}
        case _:
            return {}


def _line(state: SessionState, event: Event) -> Changes:
    """The connection of each end with the bus."""
    match event:
        case LineLost(by=by):
            return {"line_lost_by": state.line_lost_by | {by}}
        case LineBack(by=by):
            return {"line_lost_by": state.line_lost_by - {by}}
        case _:
            return {}


def _work(state: SessionState, event: Event) -> Changes:
    """Shared page, paper, dossier, and the end at the kiosk."""
    match event:
        case GrantChanged(grant=grant, allowed=allowed):
            return {"grants": state.grants | {grant} if allowed else state.grants - {grant}}
        case SharingChanged(sharing=sharing):
            return {"sharing": sharing}
        case ScanStarted(scan_id=name):
            return {"scanning": state.scanning | {name}}
        case ScanEnded(scan_id=name):
            return {"scanning": state.scanning - {name}}
        case PageReceived(page_id=name):
            return {"pages_received": _add(state.pages_received, name)}
        case PageCleaned(page_id=name):
            return {"pages_cleaned": _add(state.pages_cleaned, name)}
        case DocumentFiled(document_id=name):
            return {"documents_filed": _add(state.documents_filed, name)}
        case PieceFiled(piece_id=name):
            return {"pieces_filed": _add(state.pieces_filed, name)}
        case PrintChanged(print_id=name, state=its):
            return {"prints": {**state.prints, name: its}}
        case KioskWiped(left_over=left_over):
            return {"wiped": left_over == 0, "grants": frozenset()}
        case _:
            return {}


def apply(state: SessionState, event: Event) -> SessionState:
    """The state after `event`."""
    if isinstance(event, MirrorChunk | LineMeasured):
        return state
    changes = _talk(state, event) | _work(state, event) | _line(state, event)
    return msgspec.structs.replace(state, **changes, last=label_of(event))


def state_after(events: Iterable[Event]) -> SessionState:
    """The state after all of them."""
    state = SessionState()
    for event in events:
        state = apply(state, event)
    return state
