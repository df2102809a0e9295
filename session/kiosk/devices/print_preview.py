# SPDX-License-Identifier: GPL-3.0-only
"""Shows each document to the caller before it prints; no answer counts as a refusal.
Used by `session.kiosk.devices.prints`.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from session.core.device_errors import PrintDeclined
from session.core.signals import Signal

SHOW_S = 90.0
"""To read a page or two and to answer."""


class ShownPrint(NamedTuple):
    """A document that waits for the caller's answer. `pages` of one copy."""

    print_id: str
    name: str
    document: bytes
    pages: int
    copies: int


class PrintShowing:
    """One document after the other.

    Attributes:
        asked: the caller has to look at this.
        ended: nothing waits any more (answered, cancelled, or silence).
    """

    def __init__(self, show_s: float = SHOW_S) -> None:
        self.asked: Signal[ShownPrint] = Signal()
        self.ended: Signal[str] = Signal()
        self.show_s = show_s
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[bool] | None = None
        self._print_id = ""

    async def show(self, preview: ShownPrint) -> None:
        """Returns when the caller said yes. Raises `PrintDeclined`: no, or no answer in time."""
        async with self._turn:
            self._answer = asyncio.get_running_loop().create_future()
            self._print_id = preview.print_id
            self.asked.emit(preview)
            try:
                async with asyncio.timeout(self.show_s):
                    is_wanted = await self._answer
            except TimeoutError as error:
                raise PrintDeclined(why="silence") from error
            finally:
                self._answer = None
                self._print_id = ""
                self.ended.emit(preview.print_id)
        if not is_wanted:
            raise PrintDeclined(why="no")

    def decline(self) -> None:
        """Whatever is shown now is not wanted (STOP, or the power was taken back)."""
        self.answer(self._print_id, False)

    def answer(self, print_id: str, is_wanted: bool) -> None:
        """The caller's answer; one to a document that is not shown any more does nothing."""
        if self._answer is not None and not self._answer.done() and print_id == self._print_id:
            self._answer.set_result(is_wanted)
