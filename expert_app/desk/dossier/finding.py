# SPDX-License-Identifier: GPL-3.0-only
"""An agent's work on whose dossier it is, without Qt: search, open, create, number, correct.

`wiring.dossier` connects it with the window.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import NamedTuple

from expert_app.desk.app import DeskApp
from expert_app.desk.filing import Value
from session.core.dossier_model import CallerIdentity, DossierHit
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierIdentityClient
from session.protocol.dossier.identity import DossierHits
from session.protocol.wire.ids import new_id

SEARCH, OPEN, CREATE, NUMBER, PERSON = "search", "open", "create", "number", "person"
"""What an agent may ask for."""


class FindingRefused(NamedTuple):
    """The act that was asked for, and why it was not done."""

    act: str
    code: str
    detail: dict[str, Value]


class DossierFinding:
    """The search for the dossier that the conversation is about; the app shows what is opened
    or made.

    Attributes:
        asked: one of the words above; an answer follows.
        found: dossiers with a name and a birth date.
        likely: nothing was made; the caller may have one of these.
        alike: nothing was corrected; one of these may be the same person's.
        refused: see `FindingRefused`.
    """

    def __init__(self, app: DeskApp, link: DossierIdentityClient, *, tasks: Tasks) -> None:
        self.asked: Signal[str] = Signal()
        self.found: Signal[DossierHits] = Signal()
        self.likely: Signal[list[DossierHit]] = Signal()
        self.alike: Signal[list[DossierHit]] = Signal()
        self.refused: Signal[FindingRefused] = Signal()
        self._app = app
        self._link = link
        self._tasks = tasks
        self._making: tuple[str, CallerIdentity] | None = None
        self._request_id = ""

    def search(self, caller: CallerIdentity) -> None:
        """Looks for dossiers with this name and birth date."""
        if (session_id := self._session_id()) is not None:
            self._do(SEARCH, self._search(session_id, caller))

    async def _search(self, session_id: str, caller: CallerIdentity) -> None:
        hits = await self._link.find(
            session_id, caller.family_name, caller.given_names, born_on=caller.born_on
        )
        if self._session_id() == session_id:
            self.found.emit(hits)

    def open(self, number: str, reason: str) -> None:
        """Opens a dossier by its number; another one than the conversation's for a reason only."""
        if self._session_id() is not None:
            self._do(OPEN, self._app.load_dossier(number, reason))

    def create(self, caller: CallerIdentity, confirmed: bool, reason: str) -> None:
        """Makes the caller's dossier.

        Args:
            confirmed: likely doubles were looked at.
        """
        if (session_id := self._session_id()) is not None:
            self._do(CREATE, self._create(session_id, caller, confirmed=confirmed, reason=reason))

    async def _create(
        self, session_id: str, caller: CallerIdentity, *, confirmed: bool, reason: str
    ) -> None:
        # asked for again after a line was cut, the hub makes it once
        if self._making != (session_id, caller):
            self._making = (session_id, caller)
            self._request_id = new_id()
        answer = await self._link.create(
            session_id, caller, request_id=self._request_id, confirmed=confirmed, reason=reason
        )
        if self._session_id() != session_id:
            return
        if answer.dossier is None:
            self.likely.emit(answer.likely)
            return
        self._making = None
        self._app.open_dossier(answer.dossier)

    def give_number(self, caller_number: str) -> None:
        """The caller of the open dossier has a number."""
        session_id, dossier = self._session_id(), self._app.dossier
        if session_id is not None and dossier is not None:
            self._do(NUMBER, self._give_number(session_id, dossier.number, caller_number))

    async def _give_number(self, session_id: str, dossier: str, caller_number: str) -> None:
        facts = await self._link.give_number(session_id, dossier, caller_number)
        if self._session_id() == session_id:
            self._app.show_dossier(facts)

    def correct_person(self, caller: CallerIdentity, confirmed: bool, reason: str) -> None:
        """Names or birth date of the open dossier were typed wrongly.

        Args:
            confirmed: likely doubles were looked at.
        """
        session_id, dossier = self._session_id(), self._app.dossier
        if session_id is not None and dossier is not None:
            work = self._correct_person(
                session_id, dossier.number, caller, confirmed=confirmed, reason=reason
            )
            self._do(PERSON, work)

    async def _correct_person(
        self,
        session_id: str,
        dossier: str,
        caller: CallerIdentity,
        *,
        confirmed: bool,
        reason: str,
    ) -> None:
        answer = await self._link.correct_person(
            session_id, dossier, caller, reason=reason, confirmed=confirmed
        )
        if self._session_id() != session_id:
            return
        if answer.dossier is None:
            self.alike.emit(answer.likely)
        else:
            self._app.show_dossier(answer.dossier)

    def _session_id(self) -> str | None:
        session = self._app.session
        if session is not None:
            return session.facts.id
        return None

    def _do(self, act: str, work: Awaitable[None]) -> None:
        session_id = self._session_id()

        async def run() -> None:
            try:
                await work
            except SessionError as error:
                session = self._app.session
                if session is not None and session.facts.id == session_id:
                    session.event_log.trouble(error.code)
                    self.refused.emit(FindingRefused(act, error.code, dict(error.detail)))

        self.asked.emit(act)
        self._tasks.start(run(), name=f"dossier {act}")
