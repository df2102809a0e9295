# SPDX-License-Identifier: GPL-3.0-only
"""The caller's consent, kept and enforced at the kiosk:
one question at a time, of one power or several, each power timed and taken back at will.

The kiosk's program shows `asked` on the screen and brings the caller's answers;
the shared page, scanner and printer ask `allowed` before they act. The desk is only told.
No answer counts as a refusal, and every power ends after a time. Nobody is asked before caller and
agent have met, nor again and again after a no.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from session.core.clock import Clock
from session.core.errors import BusUnreachable, GrantMissing
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.first_contact import FirstContact
from session.protocol.conversation.messages import (
    ANSWERED_WITHIN_S,
    LONGEST_QUESTION_S,
    Grant,
    GrantActor,
    GrantChanged,
    GrantReason,
    GrantRequested,
    GrantsRequested,
    QuestionWaits,
    ReadAs,
    SessionMessage,
    WaitReason,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.topics import power_for

log = logging.getLogger(__name__)

TOPIC = "grant"
SILENCE_S = ANSWERED_WITHIN_S
"""Seconds without an answer after which the answer is no."""
MOST_REFUSED = 4
"""After so many questions without a yes in `REFUSED_IN_S` the next one waits."""
REFUSED_IN_S = 60.0

LASTS_S: dict[Grant, float] = {
    Grant.SEE_PAGE: 1800.0,
    Grant.POINT: 1800.0,
    Grant.CONTROL: 600.0,
    Grant.TYPE: 600.0,
    Grant.SCAN: 1200.0,
    Grant.PRINT: 1200.0,
    Grant.KEEP: 7200.0,
}
"""Seconds after which a power ends by itself; asked again, it begins anew."""

NEEDS_PAGE = frozenset({Grant.POINT, Grant.CONTROL, Grant.TYPE})
"""Powers over a page that is seen: they are nothing without `SEE_PAGE`, and end with it."""
OVER_PAGE = NEEDS_PAGE | {Grant.SEE_PAGE}

MANDATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,39}")
"""A mandate's reference, as it must be typed in full."""

_RENEWED_BELOW = 0.5
"""A power with more than this part of its time left is told, not asked again."""
_TICK_S = 0.2


def needed_for(grant: Grant) -> tuple[Grant, ...]:
    """The powers that `grant` takes, in the order in which they are asked."""
    if grant in NEEDS_PAGE:
        return (Grant.SEE_PAGE, grant)
    return (grant,)


def ending_with(grant: Grant) -> tuple[Grant, ...]:
    """The powers that end when `grant` ends."""
    return tuple(each for each in Grant if grant in needed_for(each))


Question = tuple[Grant, ...]
"""What the caller is asked at once, in the order of `Grant`; each power is answered for itself."""

SHEET: Question = ()
"""The question about a sheet that is shown: it gives no power."""


def questions_for(grants: Collection[Grant]) -> list[Question]:
    """The questions that ask for these powers: those over the page first, then those over papers.
    One question is about one thing, and each has its own sentence.
    """
    page = tuple(grant for grant in Grant if grant in grants and grant in OVER_PAGE)
    papers = tuple(grant for grant in Grant if grant in grants and grant not in OVER_PAGE)
    return [question for question in (page, papers) if question]


def is_mandate(text: str) -> bool:
    """True for a whole reference of a mandate."""
    return MANDATE.fullmatch(text) is not None


class _Given(NamedTuple):
    """A power's last answer: until when (monotonic; 0 when refused), and how it came."""

    until_s: float = 0.0
    reason: GrantReason = GrantReason.TOLD
    actor: GrantActor = GrantActor.CALLER
    asked: Question = ()
    text_version: str = ""
    read_as: ReadAs = ReadAs.READ
    mandate: str = ""


_REFUSED = _Given()


class KioskGrants:
    """One session's powers, all refused at its start.

    Args:
        contact: nobody is asked before it is made; None for ends that have no call.
        text_version: which words the screen uses for a question now; recorded with the answers.

    Attributes:
        text_version: the same.
        asked: the question to put to the caller now; only one at a time.
        alive: the caller touched, listened or talked, and how a question was taken in by it.
        prolonged: the time for the answer begins anew.
        settled: that question is over (answered, silent or stopped).
        stopped: the caller has pressed STOP.
        changed: a power was given, refused, taken back or has ended;
            told before it is sent to the desk.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        contact: FirstContact | None = None,
        text_version: Callable[[Question], str] = lambda _question: "",
    ) -> None:
        self.asked: Signal[Question] = Signal()
        self.alive: Signal[ReadAs | None] = Signal()
        self.prolonged: Signal[None] = Signal()
        self.stopped: Signal[None] = Signal()
        self.settled: Signal[Question] = Signal()
        self.changed: Signal[GrantChanged] = Signal()
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._contact = contact
        self.text_version = text_version
        self._given = dict.fromkeys(Grant, _REFUSED)
        self._questions: deque[Question] = deque()
        self._shown: Question = ()
        self._waits: tuple[Question, WaitReason] | None = None
        self._refused_times_s: deque[float] = deque(maxlen=MOST_REFUSED)
        self._read_as = ReadAs.READ
        self._asked_by: dict[Grant, str] = {}
        self._answered: dict[Grant, str] = {}
        self._asked_at_s = self._touched_at_s = 0.0
        self._answered_question: Question = ()
        self._mandate: str | None = None
        self._watching = False
        self._stop_listening = channel.on_message(TOPIC, self._on_message)
        self._closed = False

    # ---- what the kiosk's parts ask ----

    def allowed(self, grant: Grant) -> bool:
        """True while the caller gives this power and its time is not over."""
        return self.left_s(grant) > 0

    def missing_for(self, request: type[SessionMessage]) -> GrantMissing | None:
        """Why what such a message asks for must not be done; None when the caller allows it."""
        needed = power_for(request)
        if needed and not self.allowed(needed):
            return GrantMissing(grant=needed)
        return None

    def left_s(self, grant: Grant) -> float:
        """Seconds until the power ends by itself; 0 when it is not given."""
        return max(0.0, self._given[grant].until_s - self._clock.monotonic_s())

    def all(self) -> dict[Grant, bool]:
        """Every power and whether it is given now."""
        return {grant: self.allowed(grant) for grant in Grant}

    def all_left_s(self) -> dict[Grant, float]:
        """Every power and the seconds that are left of it."""
        return {grant: self.left_s(grant) for grant in Grant}

    @property
    def question(self) -> Question:
        """The question that the caller is being asked now; empty when there is none."""
        return self._shown

    # ---- what the caller does ----

    def answer(self, question: Question, granted: Collection[Grant]) -> None:
        """The answer to a question: the powers that are given, none for a whole no;
        ignored when that is not the question (a late touch).

        A yes from somebody who acts for the caller is ignored until they have typed a mandate.
        """
        if self._closed or not question or self.question != question:
            return
        if not granted or self._mandate != "":
            self._settle(granted, GrantReason.ANSWERED)

    def act_for_caller(self, mandate: str | None) -> None:
        """Says who touches the screen: the caller (None), or a facilitator with a mandate ("" while
        it is not complete). This holds only for the question on the screen.
        """
        if mandate is not None and not is_mandate(mandate):
            mandate = ""
        self._mandate = mandate
        self.note_life()

    def note_life(self, read_as: ReadAs | None = None) -> None:
        """The caller touched, listened or talked: the time for the answer begins anew (WCAG 2.2.1).

        Args:
            read_as: the question was heard or seen in signs too.
        """
        self.alive.emit(read_as)
        if not self._shown:
            return
        self._touched_at_s = self._clock.monotonic_s()
        if read_as is not None:
            self._read_as = read_as
        self.prolonged.emit(None)

    def withdraw(self, grant: Grant) -> None:
        """The caller takes a power back; it ends at once, and what needs it too."""
        if not self._closed:
            ending = [each for each in ending_with(grant) if self.allowed(each)]
            self._refuse(ending, GrantReason.WITHDRAWN)

    def withdraw_all(self) -> None:
        """STOP: takes back all powers and refuses the open questions."""
        if self._closed:
            return
        open_questions, self._questions = list(self._questions), deque()
        shown, self._shown = self._shown, ()
        if shown:
            self.settled.emit(shown)
        self.stopped.emit(None)
        self._refuse(
            [
                grant
                for grant in Grant
                if self.allowed(grant) or any(grant in question for question in open_questions)
            ],
            GrantReason.STOPPED,
        )

    # ---- what the desk asks ----

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, GrantRequested):
            self._request({message.grant, *message.together}, message.request_id)
        elif isinstance(message, GrantsRequested):
            self.repeat_all()

    def _request(self, grants: Collection[Grant], request_id: str) -> None:
        requested = [grant for grant in Grant if grant in grants]
        open_grants = {each for question in self._questions for each in question}
        asking: set[Grant] = set()
        for grant in requested:
            repeated = request_id and self._answered.get(grant) == request_id
            if repeated or self.left_s(grant) > LASTS_S[grant] * _RENEWED_BELOW:
                self._answered[grant] = request_id
                self._send(self._change(grant, GrantReason.TOLD))
                continue
            self._asked_by[grant] = request_id
            asking |= {
                each for each in needed_for(grant) if each is grant or not self.allowed(each)
            }
        self._questions.extend(questions_for(asking - open_grants))
        self._ask_next()

    def repeat_all(self) -> None:
        """Tells the desk every power as it is now (it asked, or the line came back)."""
        for grant in Grant:
            self._send(self._change(grant, GrantReason.TOLD))

    # ---- question by question ----

    def _ask_next(self) -> None:
        """Puts the first question that is open, unless one is on the screen or it has to wait."""
        if self._shown or not self._questions:
            return
        question = self._questions[0]
        now_s = self._clock.monotonic_s()
        reason = self._must_wait(now_s)
        if reason is not None:
            if self._waits != (question, reason):
                self._waits = (question, reason)
                self._send(QuestionWaits(grants=list(question), reason=reason))
        else:
            self._waits = None
            self._asked_at_s = self._touched_at_s = now_s
            self._mandate = None
            self._read_as = ReadAs.READ
            self._shown = question
            self.asked.emit(question)
        self._watch()

    async def wait_to_ask(self, grant: Grant) -> None:
        """Returns once the caller may be asked about a thing of this power, e.g. a sheet, and is
        asked nothing else; the desk is told why they may not be asked yet.
        """
        told: WaitReason | None = None
        while not self._closed:
            reason = self._must_wait(self._clock.monotonic_s())
            if reason is None and not self._shown:
                return
            if reason is not None and reason is not told:
                told = reason
                self._send(QuestionWaits(grants=[grant], reason=reason))
            await asyncio.sleep(_TICK_S)

    def note_refused(self) -> None:
        """The caller did not say yes to a question."""
        self._refused_times_s.append(self._clock.monotonic_s())

    def _must_wait(self, now_s: float) -> WaitReason | None:
        """Why the caller cannot be asked now; None when they can."""
        if self._contact is not None and not self._contact.is_made:
            return WaitReason.NOT_MET
        times_s = self._refused_times_s
        if len(times_s) == MOST_REFUSED and now_s - times_s[0] < REFUSED_IN_S:
            return WaitReason.TOO_OFTEN
        return None

    def _settle(self, granted: Collection[Grant], reason: GrantReason) -> None:
        question = self._questions.popleft()
        self._shown = ()
        if not granted:
            self.note_refused()
        self.settled.emit(question)
        given = tuple(grant for grant in question if grant in granted)
        self._answered_question = question
        for grant in question:
            if grant in granted and all(self.allowed(each) for each in needed_for(grant)[:-1]):
                self._give(grant, given)
            elif reason is GrantReason.SILENT and self.allowed(grant):
                self._note_answered(grant)
                # not renewed: it ends when it was to end
                self._send(self._change(grant, GrantReason.TOLD))
            else:
                self._refuse_with_questions(grant, reason)
        self._ask_next()

    def _refuse_with_questions(self, grant: Grant, reason: GrantReason) -> None:
        """Refuses with a power all further questions that need it: nobody is asked whether the
        agent may click in a page that the agent may not see.
        """
        open_grants = {each for question in self._questions for each in question}
        pointless = {each for each in open_grants if grant in needed_for(each)}
        remaining = (
            tuple(each for each in pending if each not in pointless) for pending in self._questions
        )
        self._questions = deque(question for question in remaining if question)
        active = {each for each in ending_with(grant) if self.allowed(each)}
        self._refuse([each for each in Grant if each in {grant} | pointless | active], reason)

    # ---- time ----

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            self._tasks.start(self._keep_time(), name="grant-time")

    async def _keep_time(self) -> None:
        """Ends questions and powers whose time is over, while there are any."""
        try:
            while self._questions or any(entry.until_s for entry in self._given.values()):
                await asyncio.sleep(_TICK_S)
                self._tick()
        finally:
            self._watching = False

    def _tick(self) -> None:
        now_s = self._clock.monotonic_s()
        silent = (
            now_s - self._touched_at_s >= SILENCE_S
            or now_s - self._asked_at_s >= LONGEST_QUESTION_S
        )
        if self._shown and silent:
            self._settle((), GrantReason.SILENT)
        self._ask_next()
        over = [grant for grant, entry in self._given.items() if 0 < entry.until_s <= now_s]
        ending = {
            each for grant in over for each in ending_with(grant) if self._given[each].until_s
        }
        self._refuse([grant for grant in Grant if grant in ending], GrantReason.EXPIRED)

    # ---- keeping and telling ----

    def _give(self, grant: Grant, asked: Question) -> None:
        if self._mandate is None:
            actor = GrantActor.CALLER
        else:
            actor = GrantActor.FACILITATOR
        until_s = self._clock.monotonic_s() + LASTS_S[grant]
        mandate = self._mandate or ""
        version = self.text_version(asked)
        given = _Given(until_s, GrantReason.ANSWERED, actor, asked, version, self._read_as, mandate)
        self._set({grant: given})
        self._watch()

    def _refuse(self, grants: Iterable[Grant], reason: GrantReason) -> None:
        is_answer = reason in (GrantReason.ANSWERED, GrantReason.SILENT)
        if is_answer and self._mandate is not None:
            actor = GrantActor.FACILITATOR
        else:
            actor = GrantActor.CALLER
        refused = _Given(0.0, reason, actor)
        if is_answer:
            refused = refused._replace(
                asked=self._answered_question,
                text_version=self.text_version(self._answered_question),
                read_as=self._read_as,
                mandate=self._mandate or "",
            )
        self._set(dict.fromkeys(grants, refused))

    def _set(self, changing: dict[Grant, _Given]) -> None:
        self._given |= changing
        for grant, entry in changing.items():
            # one that is being renewed may end before it is answered
            if not any(grant in question for question in self._questions):
                self._note_answered(grant)
            change = self._change(grant, entry.reason)
            self.changed.emit(change)
            self._send(change)

    def _note_answered(self, grant: Grant) -> None:
        if grant in self._asked_by:
            self._answered[grant] = self._asked_by.pop(grant)

    def _change(self, grant: Grant, reason: GrantReason) -> GrantChanged:
        entry = self._given[grant]
        return GrantChanged(
            grant=grant,
            allowed=self.allowed(grant),
            at_utc=self._clock.utc_now(),
            left_s=self.left_s(grant),
            reason=reason,
            actor=entry.actor,
            asked=list(entry.asked),
            text_version=entry.text_version,
            read_as=entry.read_as,
            mandate=entry.mandate,
            request_id=self._answered.get(grant, ""),
        )

    def _send(self, message: SessionMessage) -> None:
        self._tasks.start(self._send_now(message), name="grant-changed")

    async def _send_now(self, message: SessionMessage) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except BusUnreachable:
            # The power has changed here, where it is enforced;
            # the desk hears it by `repeat_all` when the line is back.
            log.info("%s not told to the desk: the line is away", type(message).__name__)

    def close(self) -> None:
        """The session is over: no power is left and nothing is listened to. Sends nothing."""
        self._closed = True
        self._stop_listening()
        self._questions.clear()
        self._shown = ()
        self._given = dict.fromkeys(Grant, _REFUSED)
