# SPDX-License-Identifier: GPL-3.0-only
"""Acts that the helpdesk wants done at idle kiosks and at desks: who may, how often, and a line
for each act before the machine hears of it. Verbs `help_kiosk`, `help_places`, `remote_help`,
`remote_helps`, `remote_help_done`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Select, and_, func, insert, or_, select, update

from session.core.clock import Clock
from session.core.errors import (
    AgentAway,
    KioskAway,
    KioskInUse,
    NotAllowed,
    RateLimited,
    ReasonWithoutWords,
    TicketUnknown,
)
from session.hub.access.handlers import Asker, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.history.database import History
from session.hub.queue.notifications import Notifications
from session.hub.remote_help import tables
from session.protocol.helpdesk.remote_help import (
    DESK_ACTS,
    HelpKiosk,
    HelpPlace,
    HelpPlaces,
    HelpPlacesRequest,
    RemoteHelp,
    RemoteHelpDone,
    RemoteHelpRequest,
    RemoteHelps,
    RemoteHelpsRequest,
    RemoteResult,
    RemoteState,
)
from session.protocol.hub.requests import Done, RemoteAct, RemoteHelpWanted, fitting
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import LEAST_LETTERS

log = logging.getLogger(__name__)

MOST_AN_HOUR = 40
"""Acts of one person."""

ANSWER = timedelta(seconds=120)
"""A kiosk that has not answered by then does not."""

DESK_ANSWER = timedelta(seconds=180)
"""The same of a desk, whose person is asked first."""

RESULT_KEPT = timedelta(days=1)
"""What came of an act; the line that it was wanted stays with the history."""

LISTED = 200

_table, _desks = tables.remote_acts, tables.desk_acts
_result = msgspec.json.Decoder(RemoteResult)


class KioskTickets(Protocol):
    """The part of the queue's view that is needed here."""

    def at_kiosk(self, home: str, kiosk: str) -> list[Ticket]:
        """Open tickets of the caller who is at this kiosk."""
        ...


class KioskPresence(Protocol):
    """The part of the queue's presence that is needed here."""

    def is_there(self, organisation: str, role: Role, user: str) -> bool:
        """True if this client gives signs of life."""
        ...

    def seen_s_ago(self, organisation: str, role: Role, user: str) -> float | None:
        """Seconds since its last sign of life; None when there was none."""
        ...


class RemoteActs:
    """Args: history: the database; raises `StoreUnreachable` while it is away. time_zone: whose
    days the list counts.
    """

    def __init__(
        self,
        history: Callable[[], History],
        catalogue: Catalogue,
        *,
        tickets: KioskTickets,
        presence: KioskPresence,
        notifications: Notifications,
        clock: Clock,
        time_zone: str,
    ) -> None:
        self._history = history
        self._catalogue = catalogue
        self._zone = ZoneInfo(time_zone)
        self._tickets = tickets
        self._presence = presence
        self._notifications = notifications
        self._clock = clock
        self._prepared: History | None = None

    @handles(HelpKiosk)
    async def want(self, asker: Asker, request: HelpKiosk) -> RemoteHelp:
        """Writes the line, then tells kiosk or desk; the same `help_id` again is answered as it
        stands.

        Raises:
            NotAllowed, KioskInUse, KioskAway, AgentAway, RateLimited, StoreUnreachable.
        """
        home = self._home(asker, request)
        if not request.reason:
            raise ReasonWithoutWords(letters=LEAST_LETTERS)
        existing = await asyncio.to_thread(self._found, asker, request.help_id)
        if existing is not None:
            return existing
        self._check_reachable(home, request)
        row = {
            "help_id": request.help_id,
            "organisation": home,
            "kiosk": request.kiosk,
            "act": request.act.value,
            "by": asker.writer,
            "by_organisation": asker.organisation,
            "by_name": self._catalogue.person_name(asker.organisation, asker.user)[:200],
            "reason": request.reason[:200],
            "asked_at_utc": _naive(self._clock.utc_now()),
            "state": RemoteState.ASKED.value,
            "result": "",
        }
        await asyncio.to_thread(self._write, row, request.desk)
        if request.desk:
            role = Role.AGENT
        else:
            role = Role.KIOSK
        log.info("%s is wanted at %s %s", request.act.value, role.name.lower(), request.kiosk)
        event = RemoteHelpWanted(
            help_id=request.help_id, act=request.act, by_name=str(row["by_name"])
        )
        await self._notifications.notify(home, role, request.kiosk, event)
        remote_help = await asyncio.to_thread(self._found, asker, request.help_id)
        assert remote_help is not None
        return remote_help

    def _home(self, asker: Asker, request: HelpKiosk) -> str:
        """In whose account kiosk or desk lives. Raises `NotAllowed`."""
        home = request.organisation or asker.organisation
        if asker.role is not Role.OPERATOR and home != asker.organisation:
            raise NotAllowed(why="organisation")
        if not request.desk:
            self._catalogue.site_of(home, request.kiosk)
        elif request.act not in DESK_ACTS:
            raise NotAllowed(why="act")
        elif not any(
            person.id == request.kiosk and person.role == "agent"
            for person in self._catalogue.organisation(home).people
        ):
            raise NotAllowed(why="person")
        return home

    def _check_reachable(self, home: str, request: HelpKiosk) -> None:
        if request.desk:
            if not self._presence.is_there(home, Role.AGENT, request.kiosk):
                raise AgentAway(agent=request.kiosk)
            return
        if self._tickets.at_kiosk(home, request.kiosk):
            raise KioskInUse(kiosk=request.kiosk)
        if not self._presence.is_there(home, Role.KIOSK, request.kiosk):
            raise KioskAway(kiosk=request.kiosk)

    @handles(HelpPlacesRequest)
    async def places(self, asker: Asker, _request: HelpPlacesRequest) -> HelpPlaces:
        """The kiosks and desks of the asker's organisation; an operator's are all."""
        if asker.role is Role.OPERATOR:
            homes = sorted(self._catalogue.organisations)
        else:
            homes = [asker.organisation]
        places = [place for home in homes for place in self._places_of(home)]
        places.sort(
            key=lambda place: (place.desk, place.organisation, place.site, place.name or place.id)
        )
        return HelpPlaces(places=tuple(places))

    def _places_of(self, home: str) -> list[HelpPlace]:
        entry = self._catalogue.organisation(home)
        sites = {site.id: site.name for site in entry.sites}
        kiosks = [
            self._place(
                home, Role.KIOSK, kiosk.id, name=kiosk.name, site=sites.get(kiosk.site, kiosk.site)
            )
            for kiosk in entry.kiosks
        ]
        agents = (person for person in entry.people if person.role == "agent")
        return kiosks + [
            self._place(home, Role.AGENT, agent.id, name=agent.name, site="") for agent in agents
        ]

    def _place(self, home: str, role: Role, user: str, *, name: str, site: str) -> HelpPlace:
        now = self._clock.utc_now().replace(microsecond=0)
        if role is Role.AGENT:
            ago_s = None
        else:
            ago_s = self._presence.seen_s_ago(home, role, user)
        return HelpPlace(
            organisation=home,
            id=user,
            name=name[:200],
            site=site[:200],
            desk=role is Role.AGENT,
            there=self._presence.is_there(home, role, user),
            seen_at_utc=None if ago_s is None else now - timedelta(seconds=round(ago_s)),
        )

    @handles(RemoteHelpRequest)
    async def state(self, asker: Asker, request: RemoteHelpRequest) -> RemoteHelp:
        """Return how far an act is. Raises `TicketUnknown`."""
        remote_help = await asyncio.to_thread(self._found, asker, request.help_id)
        if remote_help is None:
            raise TicketUnknown
        return remote_help

    @handles(RemoteHelpsRequest)
    async def listed(self, asker: Asker, request: RemoteHelpsRequest) -> RemoteHelps:
        """Return what was wanted of the organisation's kiosks and desks;
        an operator sees all.
        """
        matches = await asyncio.to_thread(self._list, asker, request)
        helps = matches[: min(LISTED, fitting(matches))]
        return RemoteHelps(helps=tuple(helps), more=len(matches) > len(helps))

    @handles(RemoteHelpDone)
    async def done(self, asker: Asker, request: RemoteHelpDone) -> Done:
        """Take what came of an act from the machine that was asked, and nothing from others."""
        await asyncio.to_thread(self._close, asker, request)
        return Done()

    # ---- the database

    def _database(self) -> History:
        history = self._history()
        if history is not self._prepared:
            with history.writing() as connection:
                tables.metadata.create_all(connection)
            self._prepared = history
        return history

    def _write(self, row: dict[str, Any], desk: bool) -> None:
        now = self._clock.utc_now()
        since = _naive(now - timedelta(hours=1))
        mine = and_(
            _table.c.by == row["by"],
            _table.c.by_organisation == row["by_organisation"],
            _table.c.asked_at_utc > since,
        )
        old = _table.c.asked_at_utc < _naive(now - RESULT_KEPT)
        with self._database().writing() as connection:
            count = connection.execute(select(func.count()).where(mine)).scalar() or 0
            if count >= MOST_AN_HOUR:
                raise RateLimited(limit=MOST_AN_HOUR)
            connection.execute(update(_table).where(old, _table.c.result != "").values(result=""))
            connection.execute(insert(_table).values(row))
            if desk:
                connection.execute(insert(_desks).values(help_id=row["help_id"]))

    def _close(self, asker: Asker, request: RemoteHelpDone) -> None:
        if request.result.code:
            state = RemoteState.FAILED
        else:
            state = RemoteState.DONE
        place = and_(
            _table.c.help_id == request.help_id,
            _table.c.organisation == asker.organisation,
            _table.c.kiosk == asker.user,
            _table.c.state == RemoteState.ASKED.value,
        )
        at_desk = _table.c.help_id.in_(select(_desks.c.help_id))
        place = and_(place, at_desk if asker.role is Role.AGENT else ~at_desk)
        result = msgspec.json.encode(request.result).decode()
        with self._database().writing() as connection:
            connection.execute(update(_table).where(place).values(state=state.value, result=result))

    def _found(self, asker: Asker, help_id: str) -> RemoteHelp | None:
        """Only who has wanted it sees what came of it."""
        place = and_(
            _table.c.help_id == help_id,
            _table.c.by == asker.writer,
            _table.c.by_organisation == asker.organisation,
        )
        with self._database().reading() as connection:
            row = connection.execute(_with_desks().where(place)).first()
        if row is None:
            return None
        return self._help_of(row, with_result=True)

    def _list(self, asker: Asker, request: RemoteHelpsRequest) -> list[RemoteHelp]:
        """One more than is listed, when there are more."""
        at = _table.c.asked_at_utc
        query = _with_desks().order_by(at.desc(), _table.c.help_id.desc()).limit(LISTED + 1)
        if asker.role is not Role.OPERATOR:
            query = query.where(_table.c.organisation == asker.organisation)
        if request.kiosk:
            query = query.where(_table.c.kiosk == request.kiosk)
        if request.by:
            query = query.where(_table.c.by == request.by)
        if request.act is not None:
            query = query.where(_table.c.act == request.act.value)
        if request.first is not None:
            query = query.where(at >= self._midnight(request.first))
        if request.last is not None:
            query = query.where(at < self._midnight(request.last + timedelta(days=1)))
        with self._database().reading() as connection:
            if request.before:
                before_at = select(at).where(_table.c.help_id == request.before).scalar_subquery()
                earlier = and_(at == before_at, _table.c.help_id < request.before)
                query = query.where(or_(at < before_at, earlier))
            return [self._help_of(row, with_result=False) for row in connection.execute(query)]

    def _midnight(self, day: date) -> datetime:
        return _naive(datetime.combine(day, time(), self._zone))

    def _help_of(self, row: Any, *, with_result: bool) -> RemoteHelp:
        asked_at = row.asked_at_utc.replace(tzinfo=UTC)
        state = RemoteState(row.state)
        desk = row.at_desk is not None
        limit = DESK_ANSWER if desk else ANSWER
        if state is RemoteState.ASKED and self._clock.utc_now() - asked_at > limit:
            state = RemoteState.SILENT
        return RemoteHelp(
            help_id=row.help_id,
            organisation=row.organisation,
            kiosk=row.kiosk,
            act=RemoteAct(row.act),
            state=state,
            by=row.by,
            by_name=row.by_name,
            reason=row.reason,
            asked_at_utc=asked_at,
            result=_result.decode(row.result) if with_result and row.result else None,
            desk=desk,
        )


def _with_desks() -> Select[Any]:
    """Acts, and whether each is one of a desk."""
    both = _table.outerjoin(_desks, _desks.c.help_id == _table.c.help_id)
    return select(_table, _desks.c.help_id.label("at_desk")).select_from(both)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
