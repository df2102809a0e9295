# SPDX-License-Identifier: GPL-3.0-only
"""Shows each document to the caller before it prints; no answer counts as a refusal.
Used by `session.kiosk.devices.prints`.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from session.core.device_errors import PrintDeclined
from session.core.signals import Signal
from session.protocol.conversation.messages import LONGEST_QUESTION_S, GrantReason, ReadAs

SHOW_S = 90.0
"""To read a page or two and to answer."""


class ShownPrint(NamedTuple):
    """A document that waits for the caller's answer. `pages` of one copy."""

    print_id: str
    name: str
    document: bytes
    pages: int
    copies: int


class SheetAnswer(NamedTuple):
    """The caller's answer to a sheet, and how the question was taken in."""

    print_id: str
    is_wanted: bool
    reason: GrantReason
    read_as: ReadAs


class PrintShowing:
    """One document after the other.

    Attributes:
        asked: the caller has to look at this.
        prolonged: the time for the answer begins anew.
        answered: the caller's answer, or silence.
        ended: nothing waits any more (answered, cancelled, or silence).
    """

    def __init__(self, show_s: float = SHOW_S) -> None:
        self.asked: Signal[ShownPrint] = Signal()
        self.prolonged: Signal[None] = Signal()
        self.answered: Signal[SheetAnswer] = Signal()
        self.ended: Signal[str] = Signal()
        self.show_s = show_s
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[SheetAnswer] | None = None
        self._timeout: asyncio.Timeout | None = None
        self._ends_at_s = 0.0
        self._is_held = False
        self._read_as = ReadAs.READ
        self._print_id = ""

    async def show(self, preview: ShownPrint) -> None:
        """Returns when the caller said yes. Raises `PrintDeclined`: no, or no answer in time."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            self._answer = loop.create_future()
            self._print_id = preview.print_id
            self._read_as = ReadAs.READ
            self._ends_at_s = loop.time() + LONGEST_QUESTION_S
            self.asked.emit(preview)
            try:
                answer = await self._answer_in_time(self._answer)
            finally:
                self._answer = None
                self._print_id = ""
                self.ended.emit(preview.print_id)
            self.answered.emit(answer)
        if answer.reason is GrantReason.SILENT:
            raise PrintDeclined(why="silence")
        if not answer.is_wanted:
            raise PrintDeclined(why="no")

    async def _answer_in_time(self, answer: asyncio.Future[SheetAnswer]) -> SheetAnswer:
        try:
            async with asyncio.timeout(self.show_s) as self._timeout:
                self._begin_anew()
                return await answer
        except TimeoutError:
            return SheetAnswer(self._print_id, False, GrantReason.SILENT, self._read_as)
        finally:
            self._timeout = None

    def hold(self, is_held: bool) -> None:
        """Another question has the sheet's place: its own time begins when it is seen again."""
        self._is_held = is_held
        if self._timeout is not None and not is_held:
            self._ends_at_s = asyncio.get_running_loop().time() + LONGEST_QUESTION_S
        self._begin_anew()

    def note_life(self, read_as: ReadAs | None) -> None:
        """The caller touched, listened or talked: the time begins anew, up to a limit."""
        if self._timeout is None or self._is_held:
            return
        if read_as is not None:
            self._read_as = read_as
        self._begin_anew()
        self.prolonged.emit(None)

    def _begin_anew(self) -> None:
        if self._timeout is None or self._timeout.expired():
            return
        if self._is_held:
            self._timeout.reschedule(None)
        else:
            now_s = asyncio.get_running_loop().time()
            self._timeout.reschedule(min(now_s + self.show_s, self._ends_at_s))

    def decline(self) -> None:
        """Whatever is shown now is not wanted: STOP."""
        self.answer(self._print_id, False, GrantReason.STOPPED)

    def answer(
        self, print_id: str, is_wanted: bool, reason: GrantReason = GrantReason.ANSWERED
    ) -> None:
        """The caller's answer; one to a document that is not shown any more does nothing."""
        if self._answer is not None and not self._answer.done() and print_id == self._print_id:
            self._answer.set_result(SheetAnswer(print_id, is_wanted, reason, self._read_as))
