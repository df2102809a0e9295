# SPDX-License-Identifier: GPL-3.0-only
"""The identity of dossiers: what a desk and a supervisor's board ask the dossier service.
Used by their programs.

The other end is `session.hub.dossier.identity`, of the hub or of the organisation's vault. Each
request raises what was refused.
"""

from __future__ import annotations

import msgspec

from session.bus.client import BusClient
from session.core.dossier_model import AccessLine, CallerIdentity, Dossier, DossierMerged
from session.protocol.dossier.identity import (
    AccessesRequest,
    CallerNumberGiven,
    DossierCreate,
    DossierCreated,
    DossierHits,
    DossierMerge,
    DossierSearch,
    DossierUnmerge,
    DossierViewed,
    MergesRequest,
    PersonCorrected,
    PersonCorrection,
    ProvisionalAnswer,
    ProvisionalRequest,
)
from session.protocol.wire.ids import new_id


class DossierIdentityClient:
    """An agent's requests, each in its own session."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def find(
        self, session_id: str, family_name: str, given_names: str, *, born_on: str
    ) -> DossierHits:
        """Dossiers of this name and birth date. Raises `TooManyDossiers`."""
        request = DossierSearch(
            session_id=session_id,
            family_name=family_name,
            given_names=given_names,
            born_on=born_on,
        )
        return await self._bus.ask(request)

    async def create(
        self,
        session_id: str,
        caller: CallerIdentity,
        *,
        request_id: str,
        confirmed: bool = False,
        reason: str = "",
    ) -> DossierCreated:
        """Makes the caller's dossier, or gives its likely doubles.

        Args:
            request_id: the same until it is made, so that it is made once.

        Raises:
            CallerNumberInvalid, NumberTaken, ReasonNeeded, TooManyDossiers.
        """
        request = DossierCreate(
            session_id=session_id,
            request_id=request_id,
            family_name=caller.family_name,
            given_names=caller.given_names,
            born_on=caller.born_on,
            caller_number=caller.caller_number,
            contact=caller.contact,
            confirmed=confirmed,
            reason=reason,
        )
        return await self._bus.ask(request)

    async def give_number(self, session_id: str, dossier: str, caller_number: str) -> Dossier:
        """The caller has this number; the dossier afterwards.
        Raises `CallerNumberInvalid`, `NumberTaken`.
        """
        request = CallerNumberGiven(
            session_id=session_id, dossier=dossier, caller_number=caller_number
        )
        return (await self._bus.ask(request)).dossier

    async def correct_person(
        self,
        session_id: str,
        dossier: str,
        caller: CallerIdentity,
        *,
        reason: str,
        confirmed: bool = False,
    ) -> PersonCorrected:
        """The person of this dossier has these names and this birth date; or its likely doubles.
        Raises `DossierOfRegister`, `DossierWasMerged`, `TooManyDossiers`.
        """
        request = _correction(
            session_id, dossier, caller=caller, reason=reason, confirmed=confirmed
        )
        return await self._bus.ask(request)


class DossierRegisterClient:
    """A supervisor's requests: corrections, merges, and the register of accesses."""

    def __init__(self, bus: BusClient) -> None:
        self.bus = bus

    async def view(self, number: str, reason: str) -> Dossier:
        """A dossier to look at; the look is written down. Raises `DossierUnknown`."""
        request = DossierViewed(dossier=number, reason=reason)
        return (await self.bus.ask(request)).dossier

    async def correct_person(
        self, dossier: str, caller: CallerIdentity, *, reason: str, confirmed: bool = False
    ) -> PersonCorrected:
        """Correct a person like `DossierIdentityClient.correct_person`, of any dossier.
        Raises `DossierUnknown` too.
        """
        request = _correction("", dossier, caller=caller, reason=reason, confirmed=confirmed)
        return await self.bus.ask(request)

    async def merge(
        self, keep: str, merged: str, reason: str, *, request_id: str = ""
    ) -> DossierMerged:
        """All of `merged` moves into `keep`, once per `request_id`.
        Raises `DossierUnknown`, `MergeImpossible`.
        """
        request = DossierMerge(
            request_id=request_id or new_id(), keep=keep, merged=merged, reason=reason
        )
        return (await self.bus.ask(request)).merge

    async def unmerge(self, merge_id: str, reason: str) -> DossierMerged:
        """Two dossiers again. Raises `MergeImpossible`."""
        request = DossierUnmerge(merge_id=merge_id, reason=reason)
        return (await self.bus.ask(request)).merge

    async def merges(self, dossier: str = "") -> list[DossierMerged]:
        """Merges of a dossier, or of all."""
        request = MergesRequest(dossier=dossier)
        return (await self.bus.ask(request)).merges

    async def provisional(self) -> ProvisionalAnswer:
        """Dossiers that wait to be matched with the register."""
        return await self.bus.ask(ProvisionalRequest())

    async def every_access(self, request: AccessesRequest) -> list[AccessLine]:
        """All lines that the request's filters find, page by page, the newest first."""
        lines: list[AccessLine] = []
        while True:
            answer = await self.bus.ask(request)
            lines += answer.lines
            if not (answer.more and answer.lines):
                return lines
            request = msgspec.structs.replace(request, before=answer.lines[-1].id)


def _correction(
    session_id: str, dossier: str, *, caller: CallerIdentity, reason: str, confirmed: bool
) -> PersonCorrection:
    return PersonCorrection(
        session_id=session_id,
        dossier=dossier,
        family_name=caller.family_name,
        given_names=caller.given_names,
        born_on=caller.born_on,
        confirmed=confirmed,
        reason=reason,
    )
