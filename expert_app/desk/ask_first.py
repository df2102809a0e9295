# SPDX-License-Identifier: GPL-3.0-only
"""An act of the agent that needs a power of the caller: done at once when the power is given, else
the caller is asked and it is done on the yes. Used by the desk's wiring, without Qt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from expert_app.desk.app import DeskApp
from session.core.signals import Signal
from session.desk.session import DeskSession
from session.protocol.conversation.messages import Grant, GrantChanged, GrantReason


class Powers(NamedTuple):
    """The powers that an act needs, and those asked for in the same question because the act
    soon needs them.
    """

    needed: tuple[Grant, ...]
    along: tuple[Grant, ...] = ()


POINT = Powers((Grant.SEE_PAGE, Grant.POINT))
FILL = Powers((Grant.SEE_PAGE, Grant.CONTROL), (Grant.POINT, Grant.TYPE))
SCAN = Powers((Grant.SCAN,), (Grant.PRINT, Grant.KEEP))
"""Who brings papers has them kept and takes a receipt home: one question."""
KEEP = Powers((Grant.KEEP,))

_ANSWERS = (GrantReason.ANSWERED, GrantReason.SILENT)


class _Waiting(NamedTuple):
    needed: tuple[Grant, ...]
    act: Callable[[], object]


class AskFirst:
    """At most one act waits for the caller's yes; the next one that has to wait takes its place.

    Attributes:
        asked: powers that the caller is asked for from now on.
        refused: powers of one question that the caller has not given, and whether by a no (else by
            silence).
    """

    def __init__(self, app: DeskApp) -> None:
        self.asked: Signal[tuple[Grant, ...]] = Signal()
        self.refused: Signal[tuple[tuple[Grant, ...], bool]] = Signal()
        self._app = app
        self._waiting: _Waiting | None = None
        self._noes: list[Grant] = []
        app.session_opened.connect(lambda _session: self._forget())
        app.session_ended.connect(lambda _ended: self._forget())

    def do[**Values](
        self,
        powers: Powers,
        act: Callable[Values, object],
        *values: Values.args,
        **named: Values.kwargs,
    ) -> None:
        """Does `act` with these values now, or after the caller's yes; never after a no. One that
        is done now leaves the one that waits in its place: the agent may point while the caller
        reads the question.
        """
        session = self._app.session
        if session is None:
            return
        if all(_given(session, grant) for grant in powers.needed):
            act(*values, **named)
            return
        self._waiting = _Waiting(powers.needed, partial(act, *values, **named))
        both = (*powers.needed, *powers.along)
        self._ask(session, [grant for grant in both if not _given(session, grant)])

    def ask(self, *grants: Grant) -> None:
        """Asks for these powers in one question. What waited for another one is given up: its
        question may never have been put.
        """
        self._waiting = None
        if self._app.session is not None:
            self._ask(self._app.session, grants)

    def _ask(self, session: DeskSession, grants: Collection[Grant]) -> None:
        """Ask for these powers, but not twice for what is being asked already."""
        self._noes.clear()
        powers = tuple(grant for grant in Grant if grant in grants)
        fresh = tuple(grant for grant in powers if not session.grants.asking(grant))
        if fresh:
            self._app.request_grants(*fresh)
        self.asked.emit(powers)

    def settle(self, session: DeskSession, change: GrantChanged) -> None:
        """The kiosk has told a power; the screen shows it already, so that an act finds its tool
        allowed.
        """
        if not change.allowed and change.reason in _ANSWERS:
            self._noes.append(change.grant)
            self.refused.emit((tuple(self._noes), change.reason is GrantReason.ANSWERED))
        waiting = self._waiting
        if waiting is None or change.grant not in waiting.needed:
            return
        if all(_given(session, grant) for grant in waiting.needed):
            self._waiting = None
            waiting.act()
        elif _is_a_no(change) and not session.grants.asking(change.grant):
            self._waiting = None

    def _forget(self) -> None:
        self._waiting = None
        self._noes.clear()


def _is_a_no(change: GrantChanged) -> bool:
    """True unless the kiosk only tells how things stand: it may not have heard the question yet."""
    return not change.allowed and change.reason is not GrantReason.TOLD


def _given(session: DeskSession, grant: Grant) -> bool:
    """Leave to keep outlives the conversation."""
    grants = session.grants
    if grant is Grant.KEEP:
        return grants.may_keep
    return grants.allowed(grant)
