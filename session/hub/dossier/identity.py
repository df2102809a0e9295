# SPDX-License-Identifier: GPL-3.0-only
"""The identity of dossiers: what agents find, make, number and correct in their sessions,
and what supervisors correct, merge and read of the register of accesses. Used by hub and vault.

The store writes a line before it gives anything; see `session.hub.dossier.store`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from session.core.birth_date import parse_birth_date
from session.core.clock import Clock
from session.core.dossier_model import Access, AccessKind, ActingUser, CallerIdentity
from session.core.errors import CallerNumberInvalid, MessageMalformed, NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.convention.caller_numbers import checked_number
from session.hub.dossier.deliveries import NameOf
from session.hub.dossier.service import DossierService
from session.hub.dossier.store import IdentityStoreLike
from session.protocol.dossier.identity import (
    AccessesAnswer,
    AccessesRequest,
    CallerNumberGiven,
    DossierCreate,
    DossierCreated,
    DossierHits,
    DossierMerge,
    DossierSearch,
    DossierUnmerge,
    DossierViewed,
    MergeAnswer,
    MergesAnswer,
    MergesRequest,
    PersonCorrected,
    PersonCorrection,
    ProvisionalAnswer,
    ProvisionalRequest,
)
from session.protocol.dossier.long_dossier import DocumentsAnswer, DocumentsRequest
from session.protocol.hub.requests import DossierAnswer
from session.protocol.wire.roles import Role

NumberKind = Callable[[str, str], str]
"""(organisation, service) -> the kind of its callers' numbers, as in the convention."""

LOOK_LASTS = timedelta(hours=1)
LOOKS = frozenset({AccessKind.OPENED, AccessKind.CORRECTED, AccessKind.EXPORTED})
"""How long, and after which acts, a supervisor may read on in a dossier."""


class IdentityService:
    """Finds, makes and numbers dossiers for agents in session; merges them and reads the register
    for supervisors.
    """

    def __init__(
        self, dossiers: DossierService, *, number_kind: NumberKind, name_of: NameOf, clock: Clock
    ) -> None:
        self._dossiers = dossiers
        self._number_kind = number_kind
        self._name_of = name_of
        self._clock = clock

    @property
    def _store(self) -> IdentityStoreLike:
        return self._dossiers.store.identities

    @handles(DossierSearch)
    async def find(self, asker: Asker, request: DossierSearch) -> DossierHits:
        """Looks for the caller's dossier. Raises `TicketUnknown`, `TooManyDossiers`."""
        ticket = await self._dossiers.own(asker.organisation, asker.user, request.session_id)
        caller = CallerIdentity(
            family_name=request.family_name,
            given_names=request.given_names,
            born_on=_checked_day(request.born_on),
        )
        access = self._dossiers.access(asker, ticket, request.session_id)
        return await self._store.find(asker.organisation, caller, access)

    @handles(DossierCreate)
    async def create(self, asker: Asker, request: DossierCreate) -> DossierCreated:
        """Makes the caller's dossier.

        Raises:
            TicketUnknown, CallerNumberInvalid, NumberTaken, ReasonNeeded, TooManyDossiers.
        """
        organisation = asker.organisation
        ticket, record = await self._dossiers.sessions.owned(
            organisation, asker.user, request.session_id
        )
        kind = self._number_kind(organisation, ticket.service)
        caller = CallerIdentity(
            family_name=request.family_name,
            given_names=request.given_names,
            born_on=_checked_day(request.born_on),
            caller_number=checked_number(kind, request.caller_number),
            contact=request.contact.strip(),
        )
        created = await self._store.create(
            organisation,
            caller,
            self._dossiers.access(asker, ticket, request.session_id, request.reason),
            request_id=request.request_id,
            bound=record.dossier,
            confirmed=request.confirmed,
        )
        if created.dossier is not None:
            await self._dossiers.bind(organisation, ticket, record, created.dossier.number)
        return created

    @handles(CallerNumberGiven)
    async def give_number(self, asker: Asker, request: CallerNumberGiven) -> DossierAnswer:
        """The caller of the session's dossier has a number.

        Raises:
            TicketUnknown, CallerNumberInvalid, NumberTaken, TooManyDossiers,
            NotAllowed: not the session's dossier.
        """
        organisation = asker.organisation
        ticket, _ = await self._dossiers.check(asker, request.session_id, request.dossier)
        kind = self._number_kind(organisation, ticket.service)
        number = checked_number(kind, request.caller_number)
        if not number:
            raise CallerNumberInvalid(kind=kind)
        access = self._dossiers.access(asker, ticket, request.session_id)
        return DossierAnswer(
            dossier=await self._store.give_number(organisation, request.dossier, number, access)
        )

    @handles(PersonCorrection)
    async def correct_person(self, asker: Asker, request: PersonCorrection) -> PersonCorrected:
        """Names or birth date of a dossier's person were written down wrongly.

        Raises:
            TicketUnknown, DossierUnknown, DossierOfRegister, DossierWasMerged, TooManyDossiers,
            NotAllowed: an agent, and not the session's dossier.
        """
        organisation, session_id = asker.organisation, request.session_id
        caller = CallerIdentity(
            family_name=request.family_name,
            given_names=request.given_names,
            born_on=_checked_day(request.born_on),
        )
        if asker.role is Role.AGENT:
            ticket, _ = await self._dossiers.check(asker, session_id, request.dossier)
            access = self._dossiers.access(asker, ticket, session_id, request.reason)
        else:
            access = self._access(asker, request.reason)
        return await self._store.correct_person(
            organisation, request.dossier, caller, access, confirmed=request.confirmed
        )

    # ---- supervisors

    @handles(DossierViewed)
    async def view(self, asker: Asker, request: DossierViewed) -> DossierAnswer:
        """A supervisor looks at a dossier. Raises `DossierUnknown`."""
        access = self._access(asker, request.reason)
        return DossierAnswer(
            dossier=await self._store.view(asker.organisation, request.dossier, access)
        )

    @handles(DocumentsRequest)
    async def documents(self, asker: Asker, request: DocumentsRequest) -> DocumentsAnswer:
        """The documents or notes of a dossier that an agent has opened in this session, or that a
        supervisor has looked at lately. Raises `TicketUnknown`, `DossierUnknown`, `NotAllowed`.
        """
        organisation = asker.organisation
        if asker.role is Role.AGENT:
            await self._dossiers.check(asker, request.session_id, request.dossier)
        else:
            await self._check_looked_at(organisation, asker.user, request.dossier)
        dossier = await self._dossiers.store.open(organisation, request.dossier)
        if request.notes:
            return DocumentsAnswer(notes=list(dossier.notes))
        return DocumentsAnswer(documents=list(dossier.documents))

    async def _check_looked_at(self, organisation: str, user: str, dossier: str) -> None:
        request = AccessesRequest(user=user, dossier=dossier)
        lines = (await self._store.accesses(organisation, request)).lines
        since = self._clock.utc_now() - LOOK_LASTS
        if not any(line.kind in LOOKS and line.at_utc >= since for line in lines):
            raise NotAllowed(why="nobody has looked at this dossier lately")

    @handles(DossierMerge)
    async def merge(self, asker: Asker, request: DossierMerge) -> MergeAnswer:
        """Two dossiers of one person become one. Raises `DossierUnknown`, `MergeImpossible`."""
        merge = await self._store.merge(
            asker.organisation,
            request.request_id,
            keep=request.keep,
            merged=request.merged,
            access=self._access(asker, request.reason),
        )
        return MergeAnswer(merge=merge)

    @handles(DossierUnmerge)
    async def unmerge(self, asker: Asker, request: DossierUnmerge) -> MergeAnswer:
        """Two dossiers again. Raises `DossierUnknown`, `MergeImpossible`."""
        access = self._access(asker, request.reason)
        return MergeAnswer(
            merge=await self._store.unmerge(asker.organisation, request.merge_id, access)
        )

    def _access(self, asker: Asker, reason: str) -> Access:
        name = self._name_of(asker.organisation, asker.user)
        by = ActingUser(user=asker.user, name=name, computer=asker.computer)
        return Access(by=by, reason=reason)

    @handles(MergesRequest)
    async def merges(self, asker: Asker, request: MergesRequest) -> MergesAnswer:
        """Which dossiers were made one."""
        return MergesAnswer(merges=await self._store.merges(asker.organisation, request.dossier))

    @handles(ProvisionalRequest)
    async def provisional(self, asker: Asker, request: ProvisionalRequest) -> ProvisionalAnswer:
        """Dossiers that wait to be matched with the register; an agent is told the numbers of
        those that it has made, and nothing of their callers.
        """
        if asker.role is not Role.AGENT:
            return await self._store.provisional(asker.organisation)
        answer = await self._store.provisional(asker.organisation, asker.user)
        bare = [
            msgspec.structs.replace(dossier, caller_name="–", born_on="")
            for dossier in answer.dossiers
        ]
        return ProvisionalAnswer(dossiers=bare, total=answer.total)

    @handles(AccessesRequest)
    async def accesses(self, asker: Asker, request: AccessesRequest) -> AccessesAnswer:
        """A page of the register of accesses."""
        return await self._store.accesses(asker.organisation, request)


def _checked_day(born_on: str) -> str:
    """Raises `MessageMalformed` for a day that no calendar has."""
    try:
        return parse_birth_date(born_on)
    except ValueError as error:
        raise MessageMalformed(why="born_on") from error
