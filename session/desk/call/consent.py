# SPDX-License-Identifier: GPL-3.0-only
"""The caller's grants, as the kiosk reports them.
Used by the desk's program to enable tools; the kiosk enforces it.

Only `keep` binds at the desk: filing asks `may_keep`, which outlives the conversation and a
restart in the wrap-up.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from session.core.clock import Clock
from session.core.errors import BusUnreachable
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import (
    ANSWERED_WITHIN_S,
    LONGEST_QUESTION_S,
    Grant,
    GrantChanged,
    GrantReason,
    GrantRequested,
    GrantsRequested,
    QuestionWaits,
    SessionMessage,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

TOPIC = "grant"
ASKED_FOR_S = LONGEST_QUESTION_S
"""A request that nobody has answered for so long is not repeated:
the kiosk ends the longest question by then.
"""


ALONE_AFTER_S = 1.0
"""A kiosk that has answered for one power of a question answers for the others at once; one that
does not know questions of several powers is asked for them alone after so long.
"""


class _Asked(NamedTuple):
    """A request that is out: its id, when it was sent (monotonic), and all powers it asks for."""

    request_id: str = ""
    at_s: float = float("-inf")
    grants: tuple[Grant, ...] = ()


_NOT_ASKED = _Asked()


MOST_GIVEN = 12
"""Questions with a yes that a receipt names."""
TOGETHER_S = 5.0
"""The answers to one question arrive within so long."""


def _is_of_one_question(before: GrantChanged, message: GrantChanged) -> bool:
    words = (message.asked, message.text_version, message.read_as, message.actor)
    if words != (before.asked, before.text_version, before.read_as, before.actor):
        return False
    together = abs(message.at_utc - before.at_utc) <= timedelta(seconds=TOGETHER_S)
    return together or message.reason is GrantReason.TOLD


class DeskGrants:
    """One session's powers; all refused until the kiosk says otherwise.

    A request that the bus took may still not have reached a kiosk whose line was away.
    The kiosk tells every power when its line is back; a request that is not answered by then is
    repeated, under the same id.

    Args:
        clock: for the time that is left.
        memory: file whose existence says that the caller lets documents be kept;
            None remembers nothing over a restart.

    Attributes:
        changed: the caller's answer to a request, or a power taken back;
            told for every message of the kiosk, so that a request that changes nothing gets its
            answer too.
        waits: the kiosk does not put our question yet; it does as soon as it may.
        given: what the caller said yes to, once for each question; the last ones.
    """

    def __init__(
        self, channel: SessionChannel, clock: Clock, *, tasks: Tasks, memory: Path | None = None
    ) -> None:
        self.changed: Signal[GrantChanged] = Signal()
        self.waits: Signal[QuestionWaits] = Signal()
        self.given: deque[GrantChanged] = deque(maxlen=MOST_GIVEN)
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._memory = memory
        self._until_s = dict.fromkeys(Grant, 0.0)
        self._asking: dict[Grant, _Asked] = {}
        self._may_keep = memory is not None and memory.exists()
        self._stop_listening = channel.on_message(TOPIC, self._on_message)

    def allowed(self, grant: Grant) -> bool:
        """True when the caller gives this power, by the kiosk's last report."""
        return self.left_s(grant) > 0

    def left_s(self, grant: Grant) -> float:
        """Seconds until the power ends by itself; 0 when it is not given."""
        return max(0.0, self._until_s[grant] - self._clock.monotonic_s())

    def all(self) -> dict[Grant, bool]:
        """Every power and whether it is given, by the kiosk's last report."""
        return {grant: self.allowed(grant) for grant in Grant}

    def all_left_s(self) -> dict[Grant, float]:
        """Every power and the seconds that are left of it."""
        return {grant: self.left_s(grant) for grant in Grant}

    @property
    def may_keep(self) -> bool:
        """True when the caller's last word was that documents may be kept;
        it still holds in the wrap-up.
        """
        return self._may_keep

    def asking(self, grant: Grant) -> bool:
        """True while the caller is being asked: a request is out and not answered."""
        return self._clock.monotonic_s() - self._asking.get(grant, _NOT_ASKED).at_s < ASKED_FOR_S

    def answer_left_s(self, grant: Grant) -> float:
        """Seconds that the caller has for the answer, if nothing is touched meanwhile; 0 when
        nobody is asked.
        """
        if not self.asking(grant):
            return 0.0
        since_s = self._clock.monotonic_s() - self._asking[grant].at_s
        return max(0.0, ANSWERED_WITHIN_S - since_s)

    async def request(self, *grants: Grant) -> None:
        """Asks the caller for these powers, in one question; the answers come by `changed`, power
        by power, 30 s after the kiosk heard it at the latest.

        Raises:
            BusUnreachable: nobody was asked, and nobody will be.
        """
        open_request = _Asked(new_id(), self._clock.monotonic_s(), grants)
        self._asking |= dict.fromkeys(grants, open_request)
        try:
            await self._channel.send(TOPIC, self._request_of(open_request))
        except BusUnreachable:
            for grant in self._open_of(open_request):
                del self._asking[grant]
            raise

    def _open_of(self, open_request: _Asked) -> list[Grant]:
        """The powers of this request that are not answered yet."""
        return [grant for grant in open_request.grants if self._asking.get(grant) == open_request]

    def _request_of(self, open_request: _Asked) -> GrantRequested:
        first, *others = self._open_of(open_request)
        return GrantRequested(grant=first, together=others, request_id=open_request.request_id)

    async def ask_all(self) -> None:
        """Asks the kiosk to repeat all powers, after a restart or a lost line.
        Raises `BusUnreachable`.
        """
        await self._channel.send(TOPIC, GrantsRequested())

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, QuestionWaits):
            self.waits.emit(message)
        if not isinstance(message, GrantChanged):
            return
        if message.allowed:
            until_s = self._clock.monotonic_s() + message.left_s
        else:
            until_s = 0.0
        self._until_s[message.grant] = until_s
        self._settle_request(message)
        if message.grant is Grant.KEEP:
            self._remember_keep(message.allowed)
        self._note_yes(message)
        self.changed.emit(message)

    def _note_yes(self, message: GrantChanged) -> None:
        """The powers of one question are told one by one, and all again after a lost line."""
        known = any(_is_of_one_question(before, message) for before in self.given)
        if message.allowed and message.asked and not known:
            self.given.append(message)

    def _settle_request(self, message: GrantChanged) -> None:
        """Clears our request when this answers it; else the kiosk may not have received the
        request.
        """
        open_request = self._asking.get(message.grant, _NOT_ASKED)
        if not open_request.request_id:
            return
        is_told = message.reason is GrantReason.TOLD
        # it names no request
        older_kiosk = not message.request_id and (message.allowed or not is_told)
        is_ours = message.request_id == open_request.request_id or older_kiosk
        if is_ours or not self.asking(message.grant):
            del self._asking[message.grant]
            if is_ours and len(open_request.grants) > 1:
                self._tasks.start(self._ask_alone(open_request), name="grant-alone")
        elif is_told:
            self._tasks.start(self._send_again(self._request_of(open_request)), name="grant-again")

    async def _ask_alone(self, open_request: _Asked) -> None:
        await asyncio.sleep(ALONE_AFTER_S)
        for grant in self._open_of(open_request):
            await self._send_again(GrantRequested(grant=grant, request_id=open_request.request_id))

    async def _send_again(self, request: GrantRequested) -> None:
        try:
            await self._channel.send(TOPIC, request)
        except BusUnreachable:
            log.info("a request for %s is not repeated now: the line is away", request.grant)

    def _remember_keep(self, allowed: bool) -> None:
        self._may_keep = allowed
        if self._memory is None:
            return
        if allowed:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            self._memory.touch()
        else:
            self._memory.unlink(missing_ok=True)

    def close(self) -> None:
        """The conversation is over: only the power to keep what was received is left, and we stop
        listening.
        """
        self._stop_listening()
        self._asking.clear()
        self._until_s = dict.fromkeys(Grant, 0.0)

    def forget(self) -> None:
        """The wrap-up is finished."""
        self._may_keep = False
        if self._memory is not None:
            self._memory.unlink(missing_ok=True)
