# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's work on copies for the agency's own systems, without Qt: read, decide, save.
Used by the board.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from documents.printed.spreadsheet import spreadsheet_csv
from expert_app.board.repeated_reading import RepeatedReading
from resources.texts import _
from session.bus.client import BusClient
from session.core.dossier_model import Delivery
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.dossier.deliveries import (
    DeliveriesAnswer,
    DeliveriesRequest,
    DeliveryAct,
    DeliveryActRequest,
)

AGAIN_S = 5.0
"""Between two readings while the page is in front."""

Words = Callable[[Delivery], tuple[str, str]]
"""(state, reason) of a copy in words: the file says what the screen says."""


class Decided(NamedTuple):
    """A decision about so many copies."""

    copies: int
    given_up: bool


class BoardDeliveries:
    """The requests of the page of copies.

    Args:
        words: see `Words`.

    Attributes:
        received: systems and copies.
        not_read: why the list was not read; it is tried again.
        decided: see `Decided`.
        troubled: code and detail of what was refused.
        saved: the file that was written.
        failed: why it was not.
    """

    def __init__(self, bus: BusClient, words: Words, *, tasks: Tasks) -> None:
        self.received: Signal[DeliveriesAnswer] = Signal()
        self.decided: Signal[Decided] = Signal()
        self.troubled: Signal[SessionError] = Signal()
        self.saved: Signal[str] = Signal()
        self.failed: Signal[str] = Signal()
        self._bus = bus
        self._words = words
        self._tasks = tasks
        self._request = DeliveriesRequest()
        self.reading = RepeatedReading(self._read, tasks, what="copies", again_s=AGAIN_S)
        self.not_read: Signal[SessionError] = self.reading.not_read

    def show(self, request: DeliveriesRequest) -> None:
        """Reads this now and every few seconds, until `reading` rests."""
        self._request = request
        self.reading.begin()

    async def _read(self) -> None:
        answer = await self._bus.ask_once(self._request)
        self.received.emit(answer)

    # ---- decisions ----

    def retry(self, ids: Sequence[int]) -> None:
        """Tries these again now."""
        request = DeliveryActRequest(act=DeliveryAct.RETRY, delivery_ids=list(ids))
        self._do(request, given_up=False)

    def give_up(self, ids: Sequence[int], reason: str) -> None:
        """Tries these no more."""
        request = DeliveryActRequest(act=DeliveryAct.GIVE_UP, delivery_ids=list(ids), reason=reason)
        self._do(request, given_up=True)

    def _do(self, request: DeliveryActRequest, *, given_up: bool) -> None:
        async def run() -> None:
            try:
                count = (await self._bus.ask(request)).count
                self.decided.emit(Decided(count, given_up))
                await self._read()
            except SessionError as error:
                self.troubled.emit(error)

        self._tasks.start(run(), name="decide about copies")

    # ---- the list as a file ----

    def save(self, path: str) -> None:
        """Writes everything that the filters find as CSV; `saved` or `failed` follows."""
        self._tasks.start(self._save(self._request, Path(path)), name="save the list of copies")

    async def _save(self, request: DeliveriesRequest, path: Path) -> None:
        rows: list[Delivery] = []
        try:
            while True:
                answer = await self._bus.ask_once(request)
                rows += answer.deliveries
                if not answer.more or not answer.deliveries:
                    break
                request = msgspec.structs.replace(request, before=answer.deliveries[-1].id)
            await asyncio.to_thread(path.write_bytes, copies_csv(rows, self._words))
        except SessionError as error:
            self.failed.emit(error.code)
        except OSError as error:
            self.failed.emit(error.strerror or type(error).__name__)
        else:
            self.saved.emit(str(path))


def copies_csv(rows: Sequence[Delivery], words: Words) -> bytes:
    """The list as a table."""
    heads = [
        _("Filed on"),
        _("Dossier"),
        _("Document"),
        _("System"),
        _("State"),
        _("Identifier there"),
        _("Reason"),
        _("Tries"),
        _("Decided by"),
        _("Identifier here"),
    ]
    return spreadsheet_csv(heads, [_cells(row, *words(row)) for row in rows])


def _cells(row: Delivery, state: str, reason: str) -> tuple[str | int, ...]:
    filed = f"{row.filed_at_utc.astimezone():%Y-%m-%d %H:%M}"
    what = (filed, row.dossier, row.name, row.target, state, row.remote_id, reason)
    return (*what, row.tries, row.by_name, row.document_id)
