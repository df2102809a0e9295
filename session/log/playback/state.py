# SPDX-License-Identifier: GPL-3.0-only
"""The state that a session had come to at one instant, rebuilt from its events.
Pure; used by the replay and its window.
"""

from __future__ import annotations

from collections.abc import Callable

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


class StateFold:
    """Follows a session event by event; `opening` folds a whole log with it and keeps a state now
    and then.

    Args:
        state: where it goes on from.
    """

    def __init__(self, state: SessionState) -> None:
        self.ticket = state.ticket
        self.session_open = state.session_open
        self.call = state.call
        self.sharing = state.sharing
        self.wiped = state.wiped
        self.seen_by = set(state.seen_by)
        self.heard_by = set(state.heard_by)
        self.grants = set(state.grants)
        self.scanning = set(state.scanning)
        self.line_lost_by = set(state.line_lost_by)
        self.pages_received = dict.fromkeys(state.pages_received)
        self.pages_cleaned = dict.fromkeys(state.pages_cleaned)
        self.documents_filed = dict.fromkeys(state.documents_filed)
        self.pieces_filed = dict.fromkeys(state.pieces_filed)
        self.prints = dict(state.prints)

    def add(self, event: Event) -> None:
        """One event more."""
        if (change := _CHANGES.get(type(event))) is not None:
            change(self, event)

    def state(self, last: str) -> SessionState:
        """Return what the session has come to; `last` as in `SessionState`."""
        return SessionState(
            ticket=self.ticket,
            session_open=self.session_open,
            call=self.call,
            seen_by=frozenset(self.seen_by),
            heard_by=frozenset(self.heard_by),
            grants=frozenset(self.grants),
            sharing=self.sharing,
            scanning=frozenset(self.scanning),
            pages_received=tuple(self.pages_received),
            pages_cleaned=tuple(self.pages_cleaned),
            documents_filed=tuple(self.documents_filed),
            pieces_filed=tuple(self.pieces_filed),
            prints=dict(self.prints),
            line_lost_by=frozenset(self.line_lost_by),
            wiped=self.wiped,
            last=last,
        )


def _talk(fold: StateFold, event: Event) -> None:
    """Ticket and session."""
    match event:
        case CallRequestedAtKiosk():
            fold.ticket = fold.ticket or TicketState.WAITING
        case CallerLeft():
            fold.ticket = TicketState.ABANDONED
        case TicketAccepted():
            fold.ticket = TicketState.IN_SESSION
        case SessionOpened():
            fold.ticket = TicketState.IN_SESSION
            fold.session_open = True
        case HungUp() | SessionEnded():
            fold.ticket = TicketState.WRAP_UP
            fold.session_open = False
            fold.call = ""
            fold.sharing = False
        case SessionClosed():
            fold.ticket = TicketState.CLOSED
            fold.session_open = False
        case KioskWiped(left_over=left_over):
            fold.wiped = left_over == 0
            fold.grants.clear()


def _call(fold: StateFold, event: Event) -> None:
    """Voice and picture, and the connection of each end with the bus."""
    match event:
        case CallOffered():
            fold.call = "offered"
        case CallAnswered():
            fold.call = "answered"
        case CallFailed():
            fold.call = "failed"
        case VideoSeen(by=by):
            fold.call = "seen"
            fold.seen_by.add(by)
        case AudioSeen(by=by):
            fold.heard_by.add(by)
        case LineLost(by=by):
            fold.line_lost_by.add(by)
        case LineBack(by=by):
            fold.line_lost_by.discard(by)


def _work(fold: StateFold, event: Event) -> None:
    """Shared page, paper and dossier."""
    match event:
        case GrantChanged(grant=grant, allowed=True):
            fold.grants.add(grant)
        case GrantChanged(grant=grant):
            fold.grants.discard(grant)
        case SharingChanged(sharing=sharing):
            fold.sharing = sharing
        case ScanStarted(scan_id=name):
            fold.scanning.add(name)
        case ScanEnded(scan_id=name):
            fold.scanning.discard(name)
        case PageReceived(page_id=name):
            fold.pages_received[name] = None
        case PageCleaned(page_id=name):
            fold.pages_cleaned[name] = None
        case DocumentFiled(document_id=name):
            fold.documents_filed[name] = None
        case PieceFiled(piece_id=name):
            fold.pieces_filed[name] = None
        case PrintChanged(print_id=name, state=its):
            fold.prints[name] = its


_CHANGES: dict[type[Event], Callable[[StateFold, Event], None]] = {
    **dict.fromkeys((CallRequestedAtKiosk, CallerLeft, TicketAccepted, SessionOpened), _talk),
    **dict.fromkeys((HungUp, SessionEnded, SessionClosed, KioskWiped), _talk),
    **dict.fromkeys((CallOffered, CallAnswered, CallFailed, VideoSeen, AudioSeen), _call),
    **dict.fromkeys((LineLost, LineBack), _call),
    **dict.fromkeys((GrantChanged, SharingChanged, ScanStarted, ScanEnded), _work),
    **dict.fromkeys((PageReceived, PageCleaned, DocumentFiled, PieceFiled, PrintChanged), _work),
}
CHANGING = frozenset(_CHANGES)
"""The kinds of events that change a state."""
