# SPDX-License-Identifier: GPL-3.0-only
"""The caller's consent, kept and enforced at the kiosk: asked one power at a time, timed, taken back at will.

The kiosk's program shows `asked` on the screen and brings the caller's answers; the shared page, scanner and printer
ask `allowed` before they act. The desk only hears of it. Silence is no.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from session.clock import Clock
from session.errors import BusUnreachable
from session.notify import Notifier
from session.protocol.channel import SessionChannel
from session.protocol.session_messages import (
    Grant,
    GrantChanged,
    GrantRequested,
    GrantsRequested,
    SessionMessage,
)
from session.tasks import Tasks

log = logging.getLogger(__name__)

TOPIC = "grant"
SILENCE_S = 30.0
"""Seconds without an answer after which the answer is no."""

_LOOK_S = 0.2


def powers_of(grant: Grant) -> tuple[Grant, ...]:
    """What one question gives: the pointer comes with the sight of the page, every other power alone."""
    if grant in (Grant.SEE_PAGE, Grant.POINT):
        return (Grant.SEE_PAGE, Grant.POINT)
    return (grant,)


class KioskGrants:
    """One session's powers, all refused at its start.

    Attributes:
        asked: the question to put to the caller now; only one at a time.
        settled: that question is over (answered, silent or stopped).
        changed: a power was given, refused or taken back; told before it is sent to the desk.
    """

    def __init__(self, channel: SessionChannel, clock: Clock, tasks: Tasks) -> None:
        self.asked: Notifier[Grant] = Notifier()
        self.settled: Notifier[Grant] = Notifier()
        self.changed: Notifier[GrantChanged] = Notifier()
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._allowed = dict.fromkeys(Grant, False)
        self._questions: deque[Grant] = deque()
        self._asked_at_s = 0.0
        self._stop_listening = channel.on_message(TOPIC, self._on_message)
        self._closed = False

    # ---- what the kiosk's parts ask ----

    def allowed(self, grant: Grant) -> bool:
        """True while the caller gives this power."""
        return self._allowed[grant]

    def all(self) -> dict[Grant, bool]:
        """Every power and whether it is given now."""
        return dict(self._allowed)

    @property
    def question(self) -> Grant | None:
        """What the caller is being asked now."""
        return self._questions[0] if self._questions else None

    # ---- what the caller does ----

    def answer(self, grant: Grant, allowed: bool) -> None:
        """The caller's answer to the question of `grant`; ignored when that is not the question (a late touch)."""
        if self._closed or self.question != powers_of(grant)[0]:
            return
        self._settle(allowed)

    def withdraw(self, grant: Grant) -> None:
        """The caller takes a power back; it ends at once."""
        if not self._closed:
            self._set(powers_of(grant), False, only_if_given=True)

    def withdraw_all(self) -> None:
        """STOP: no power is left, and the questions in hand are answered no."""
        if self._closed:
            return
        asked, self._questions = list(self._questions), deque()
        if asked:
            self.settled.emit(asked[0])
        refused = [power for grant in asked for power in powers_of(grant)]
        self._set([grant for grant in Grant if self._allowed[grant] or grant in refused], False)

    # ---- what the desk asks ----

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, GrantRequested):
            self._request(message.grant)
        elif isinstance(message, GrantsRequested):
            self.repeat_all()

    def _request(self, grant: Grant) -> None:
        first = powers_of(grant)[0]
        if self._allowed[first]:
            for power in powers_of(grant):
                self._send(self._change(power))
        elif first not in self._questions:
            self._questions.append(first)
            if len(self._questions) == 1:
                self._ask()

    def repeat_all(self) -> None:
        """Tells the desk every power as it is now (it asked, or the line came back)."""
        for grant in Grant:
            self._send(self._change(grant))

    # ---- question by question ----

    def _ask(self) -> None:
        grant = self._questions[0]
        self._asked_at_s = self._clock.monotonic_s()
        self.asked.emit(grant)
        self._tasks.spawn(self._watch(self._asked_at_s), name="grant-silence")

    async def _watch(self, asked_at_s: float) -> None:
        while self._questions and self._asked_at_s == asked_at_s:
            if self._clock.monotonic_s() - asked_at_s >= SILENCE_S:
                self._settle(False)
                return
            await asyncio.sleep(_LOOK_S)

    def _settle(self, allowed: bool) -> None:
        grant = self._questions.popleft()
        self.settled.emit(grant)
        self._set(powers_of(grant), allowed)
        if self._questions:
            self._ask()

    # ---- keeping and telling ----

    def _set(self, grants: tuple[Grant, ...] | list[Grant], allowed: bool, *, only_if_given: bool = False) -> None:
        changing = [grant for grant in grants if self._allowed[grant] or not only_if_given]
        for grant in changing:
            self._allowed[grant] = allowed
        for grant in changing:
            change = self._change(grant)
            self.changed.emit(change)
            self._send(change)

    def _change(self, grant: Grant) -> GrantChanged:
        return GrantChanged(grant=grant, allowed=self._allowed[grant], at_utc=self._clock.utc_now())

    def _send(self, change: GrantChanged) -> None:
        self._tasks.spawn(self._send_now(change), name="grant-changed")

    async def _send_now(self, change: GrantChanged) -> None:
        try:
            await self._channel.send(TOPIC, change)
        except BusUnreachable:
            # The power has changed here, where it is enforced; the desk hears it by `repeat_all` when the line is back.
            log.info("grant %s not told to the desk: the line is away", change.grant)

    def close(self) -> None:
        """The session is over: no power is left and nothing is listened to. Sends nothing."""
        self._closed = True
        self._stop_listening()
        self._questions.clear()
        self._allowed = dict.fromkeys(Grant, False)
