# SPDX-License-Identifier: GPL-3.0-only
"""The register of what was done with this hub, for the operator's window, and for as long as the
convention keeps logs. Used by `session.hub.composition`; commands write into the same book.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar, NamedTuple

from session.core.clock import Clock
from session.core.computer import computer_name
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker, handles
from session.hub.access.identities import IdentityBook
from session.protocol.hub.site import OperatorAct, OperatorActsAnswer, OperatorActsRequest

log = logging.getLogger(__name__)

PAGE_ROWS = 100
FORGET_S = 3600.0


class SiteDecision(NamedTuple):
    """An operator has closed a site, or opened it."""

    organisation: str
    site: str
    operator: str
    closed: bool


class OperatorActs:
    """Args: book: None where nothing is written down. keep_days: how long lines are kept."""

    LEAST_DAYS: ClassVar[int] = 90

    def __init__(
        self, book: IdentityBook | None, *, clock: Clock, keep_days: Callable[[], int]
    ) -> None:
        self._book = book
        self._clock = clock
        self._keep_days = keep_days
        self._tasks: Tasks | None = None

    def start(self, tasks: Tasks) -> None:
        """Remove what is too old, now and every hour."""
        self._tasks = tasks
        tasks.keep(self._run, name="forget old acts of operators")

    async def _run(self) -> None:
        while self._book is not None:
            before = self._clock.utc_now() - timedelta(days=self._keep_days())
            await asyncio.to_thread(self._book.forget_acts, before)
            await asyncio.sleep(FORGET_S)

    def on_site(self, decision: SiteDecision) -> None:
        """An operator has closed or opened a site."""
        if self._book is None or self._tasks is None:
            return
        what = "close_site" if decision.closed else "open_site"
        of = f"{decision.organisation}/{decision.site}"
        by = f"{decision.organisation}/operator/{decision.operator}"
        note = asyncio.to_thread(self._book.note, what, of, self._clock.utc_now(), by=by)
        self._tasks.start(note, name="note an operator's act")

    @handles(OperatorActsRequest)
    async def acts(self, _asker: Asker, request: OperatorActsRequest) -> OperatorActsAnswer:
        """Return a page of the register. Raises `StoreUnreachable`."""
        if self._book is None:
            return OperatorActsAnswer(acts=[])
        try:
            acts = await asyncio.to_thread(self._book.acts, PAGE_ROWS + 1, request.before)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnreachable(why="the register of acts") from error
        lines = [
            OperatorAct(
                id=act.id,
                at_utc=act.at_utc,
                by=act.by[:200],
                what=act.what[:200],
                of=act.of[:200],
                outcome=act.outcome[:200],
            )
            for act in acts[:PAGE_ROWS]
        ]
        is_more = len(acts) > PAGE_ROWS
        return OperatorActsAnswer(acts=lines, older=is_more, machine=computer_name())
