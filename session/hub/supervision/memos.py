# SPDX-License-Identifier: GPL-3.0-only
"""Who of an organisation is there, and what its people write each other until midnight. The rules
behind the verbs `colleagues`, `memos` and `send_memo`; used by the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from session.bus.jetstream.streams import WrongRevision
from session.core.errors import NotAllowed, RateLimited
from session.hub.access.handlers import Asker, handles
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.supervision.memo_store import MemoStore
from session.protocol.colleagues.memos import (
    MOST_MEMOS,
    Colleague,
    ColleaguesAnswer,
    ColleaguesRequest,
    MemoRequest,
    MemosAnswer,
    MemoSent,
    MemosRequest,
)
from session.protocol.hub.board import AgentState
from session.protocol.hub.requests import Memo, MemoWritten
from session.protocol.wire.roles import Role

MOST_A_MINUTE, MOST_A_DAY = 10, 300
"""Memos of one person."""

MOST_SUPERVISORS = 20
"""Names of them in an answer."""

Reader = tuple[Role, str]


class Memos:
    """Memos between agents, and between an agent and the supervisors together.

    Args:
        has_key: whether a person could come in; to who cannot nobody writes.
    """

    def __init__(
        self,
        core: QueueCore,
        store: MemoStore,
        *,
        agents: AgentStates,
        has_key: Callable[[str, Role, str], bool],
    ) -> None:
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._presence = core.presence
        self._clock = core.clock
        self._store = store
        self._agents = agents
        self._has_key = has_key

    @handles(ColleaguesRequest)
    async def colleagues(self, asker: Asker, _request: ColleaguesRequest) -> ColleaguesAnswer:
        """See `ColleaguesRequest`."""
        organisation = asker.organisation
        colleagues = []
        for person in self._catalogue.agents(organisation):
            if self._work_together(asker, person.id):
                facts = self._agents.facts(organisation, person)
                colleagues.append(
                    Colleague(
                        id=person.id,
                        name=person.name,
                        state=facts.state,
                        since_utc=facts.since_utc,
                        until_utc=facts.until_utc,
                    )
                )
        colleagues.sort(key=lambda who: (who.state is AgentState.OFFLINE, who.name, who.id))
        there = [
            self._catalogue.person_name(organisation, user)
            for role, user in self._supervisors(organisation)
            if self._presence.is_there(organisation, role, user)
        ]
        return ColleaguesAnswer(
            colleagues=colleagues, supervisors=tuple(sorted(there)[:MOST_SUPERVISORS])
        )

    def _work_together(self, asker: Asker, agent: str) -> bool:
        if not self._has_key(asker.organisation, Role.AGENT, agent):
            return False
        if asker.role is Role.SUPERVISOR:
            return True
        if agent == asker.user:
            return False
        served = self._agents.services_of(asker.organisation, asker.user)
        theirs = self._agents.services_of(asker.organisation, agent)
        return served is None or theirs is None or bool(served & theirs)

    @handles(MemosRequest)
    async def memos(self, asker: Asker, _request: MemosRequest) -> MemosAnswer:
        """See `MemosRequest`."""
        memos = self._store.today(asker.organisation, self._clock.utc_now())
        return MemosAnswer(memos=[memo for memo in memos if _may_read(asker, memo)][-MOST_MEMOS:])

    @handles(MemoRequest)
    async def send(self, asker: Asker, request: MemoRequest) -> MemoSent:
        """Keep a memo until midnight, and tell its readers.

        Raises:
            NotAllowed: there is no such agent any more, or it has no key, or a supervisor writes to
                supervisors.
            RateLimited, StoreUnreachable.
        """
        organisation, now = asker.organisation, self._clock.utc_now()
        to_name = self._name_of(asker, request.to)
        today = self._store.today(organisation, now)
        memo = next((memo for memo in today if memo.memo_id == request.memo_id), None)
        if memo is None:
            self._check_rate([memo.at_utc for memo in today if _wrote(asker, memo)], now)
            memo = Memo(
                memo_id=request.memo_id,
                at_utc=now,
                by=asker.user,
                by_name=self._catalogue.person_name(organisation, asker.user),
                to=request.to,
                to_name=to_name,
                text=request.text,
                from_supervisor=asker.role is Role.SUPERVISOR,
            )
            try:
                await self._store.add(organisation, memo)
            except WrongRevision as error:  # somebody else's id, or another hub was faster
                raise RateLimited from error
        if not _wrote(asker, memo):
            raise NotAllowed(why="memo")
        readers = list(self._readers(organisation, memo))
        for role, user in readers:
            await self._notifications.notify(organisation, role, user, MemoWritten(memo=memo))
        there = sum(
            self._presence.is_there(organisation, role, user)
            for role, user in readers
            if (role is Role.SUPERVISOR) == (memo.to == "")
        )
        return MemoSent(memo=memo, there=there)

    def _name_of(self, asker: Asker, to: str) -> str:
        if to:
            person = self._catalogue.agent(asker.organisation, to)
            if self._work_together(asker, person.id):
                return person.name
        elif asker.role is Role.AGENT:
            return ""
        raise NotAllowed(why="memo")

    def _check_rate(self, times_utc: Sequence[datetime], now: datetime) -> None:
        lately = [at_utc for at_utc in times_utc if now - at_utc < timedelta(minutes=1)]
        if len(lately) >= MOST_A_MINUTE:
            raise RateLimited(limit=MOST_A_MINUTE)
        if len(times_utc) >= MOST_A_DAY:
            raise RateLimited(limit=MOST_A_DAY)

    def _supervisors(self, organisation: str) -> Iterator[Reader]:
        for person in self._catalogue.organisation(organisation).people:
            if person.role == "supervisor":
                yield Role.SUPERVISOR, person.id

    def _readers(self, organisation: str, memo: Memo) -> Iterator[Reader]:
        """All who see the memo but its writer: every supervisor sees what one of them wrote."""
        if memo.to:
            yield Role.AGENT, memo.to
        if not memo.to or memo.from_supervisor:
            for reader in self._supervisors(organisation):
                if reader != (Role.SUPERVISOR, memo.by):
                    yield reader


def _wrote(asker: Asker, memo: Memo) -> bool:
    is_supervisor = asker.role is Role.SUPERVISOR
    return memo.by == asker.user and memo.from_supervisor is is_supervisor


def _may_read(asker: Asker, memo: Memo) -> bool:
    if asker.role is Role.SUPERVISOR:
        return memo.from_supervisor or not memo.to
    return _wrote(asker, memo) or memo.to == asker.user
