# SPDX-License-Identifier: GPL-3.0-only
"""The number of callers who came, waited and talked, and whether they say it was solved.
Used by supervisor, kiosk and hub.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, Self

import msgspec

from session.protocol.hub.requests import LONG_S, Done, ListAnswer, ListRequest, Request, Requests
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

MOST_DAYS = 3_660
"""The longest period that is counted at once: ten years, since the opening."""

MOST_CROSSED_DAYS = 400
"""The longest one whose days are counted by something else: each day has many rows then."""


class StatisticsBy(StrEnum):
    """A grouping by which callers are counted; never by agent."""

    TOTAL = "total"
    MONTH = "month"
    WEEKDAY = "weekday"
    DAY = "day"
    HOUR = "hour"
    SITE = "site"
    SERVICE = "service"


class Solved(StrEnum):
    """The caller's word on whether the request was solved: the faces of the goodbye page."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class SolvedAnswered(Request[Done], frozen=True, kw_only=True, verb="solved", roles=(Role.KIOSK,)):
    """The caller of this ticket says, at the kiosk, whether it was solved. The hub counts it for
    service and site, and keeps nothing that says who answered.
    """

    ticket_id: Id
    solved: Solved


class StatisticsAnswer(ListAnswer, frozen=True, kw_only=True):
    """The rows in order of their keys.
    Days and hours are of `time_zone`; `behind` changes are not counted yet.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("rows",)

    by: StatisticsBy
    rows: list[StatisticsRow]
    time_zone: str
    behind: int = 0
    across: StatisticsBy = StatisticsBy.TOTAL


class StatisticsRequest(
    ListRequest[StatisticsAnswer],
    frozen=True,
    kw_only=True,
    verb="statistics",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """A supervisor asks about callers who arrived from `first` to `last`, both included, at most
    `MOST_DAYS`; `MOST_CROSSED_DAYS` where days are counted by something else. `across`: each group
    of `by` is counted by this, too.
    """

    first: date
    last: date
    by: StatisticsBy = StatisticsBy.TOTAL
    across: StatisticsBy = StatisticsBy.TOTAL

    @property
    def earliest(self) -> date:
        """The earliest `first` that may be asked for with this `last`, grouped so."""
        pair = {self.by, self.across}
        is_crossed = StatisticsBy.DAY in pair and len(pair - {StatisticsBy.TOTAL}) > 1
        most = MOST_CROSSED_DAYS if is_crossed else MOST_DAYS
        return self.last - timedelta(days=most - 1)

    def shortened(self) -> Self:
        """Return the same with the part of its period that may be asked for."""
        return msgspec.structs.replace(self, first=max(self.first, self.earliest))


class StatisticsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of statistics, in whole seconds; None where nobody was answered.

    Attributes:
        key: the month ("2026-03"), weekday ("1" is Monday), day ("2026-03-02"), hour ("09"), site
            (its name), service (its id), or "" for the total.
        across: the same of the second grouping.
        callers: whose ticket has ended; `answered` and `abandoned` add up to it.
        wait_median_s, wait_p90_s: from the button to the agent, of those answered.
        talk_median_s, talk_p90_s: from the agent's accept to the end of the conversation.
        talk_sum_s: of all conversations together.
        outcomes: how often each code of `CloseRequest.outcome`.
        left: how often each reason of an abandoned ticket.
        solved: how often each word of `Solved`, as callers said it; empty for fewer than five
            answers, which might tell who gave them, for what would give these away, and by hour.
    """

    key: str
    across: str = ""
    callers: int
    answered: int
    abandoned: int
    wait_median_s: int | None = None
    wait_p90_s: int | None = None
    talk_median_s: int | None = None
    talk_p90_s: int | None = None
    talk_sum_s: int = 0
    outcomes: dict[str, int] = {}
    left: dict[str, int] = {}
    solved: dict[str, int] = {}


STATISTICS_REQUESTS: Requests = (
    StatisticsRequest,
    SolvedAnswered,
)
