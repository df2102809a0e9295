# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's figures as a file, CSV or PDF. The file is for the supervisor's organisation, so
nothing is masked. Used by the board.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from documents.printed.report.csv_file import report_csv
from documents.printed.report.pdf import ReportFacts, report
from expert_app.report.chapters import ALWAYS_CROSSED, Groupings, chapter
from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.hub.statistics import MOST_DAYS, StatisticsBy, StatisticsRequest

log = logging.getLogger(__name__)


class ReportFiles:
    """Asks the hub for every way to group, then writes.

    Attributes:
        saved: the file that was written.
        failed: why it was not, in a word.
    """

    def __init__(self, link: DeskClient, clock: Clock, *, tasks: Tasks) -> None:
        self.saved: Signal[str] = Signal()
        self.failed: Signal[str] = Signal()
        self._link = link
        self._clock = clock
        self._tasks = tasks

    def save(self, first: date, last: date, path: str, grouped: Groupings) -> None:
        """Writes the figures of a period, with what the board's page has `grouped`; `saved` or
        `failed` follows.
        """
        self._tasks.start(self._save(first, last, Path(path), grouped), name="save the figures")

    async def _save(self, first: date, last: date, path: Path, grouped: Groupings) -> None:
        try:
            facts = await self._facts(first, last, grouped)
            await asyncio.to_thread(_write, facts, path)
        except SessionError as error:
            self.failed.emit(error.code)
        except OSError as error:
            log.info("figures not written: %s", type(error).__name__)
            self.failed.emit(error.strerror or type(error).__name__)
        else:
            self.saved.emit(str(path))

    async def _facts(self, first: date, last: date, grouped: Groupings) -> ReportFacts:
        every = StatisticsRequest(first=first, last=last)
        answers = {by: await self._link.bus.ask(replace(every, by=by)) for by in StatisticsBy}
        services = {service.id: service.name for service in self._link.services}
        rows = {by: answer.rows for by, answer in answers.items()}
        pairs = [ALWAYS_CROSSED]
        if StatisticsBy.TOTAL not in grouped and set(grouped) != set(ALWAYS_CROSSED):
            pairs.append(grouped)
        crossed = {
            (by, across): (
                await self._link.bus.ask(replace(every, by=by, across=across).shortened())
            ).rows
            for by, across in pairs
        }
        days = rows[StatisticsBy.DAY]
        if days and (last - first).days == MOST_DAYS - 1:  # since the opening, whenever it was
            first = max(first, date.fromisoformat(days[0].key))
        return ReportFacts(
            first=first,
            last=last,
            made_at=self._clock.utc_now().astimezone(),
            time_zone=answers[StatisticsBy.TOTAL].time_zone,
            chapters=(chapter(self._link.organisation_name, services, rows, crossed),),
        )


def _write(facts: ReportFacts, path: Path) -> None:
    """Runs in a thread. Raises `OSError`."""
    is_table = path.suffix.lower() == ".csv"
    path.write_bytes(report_csv(facts.chapters) if is_table else report(facts))
