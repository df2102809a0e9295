# SPDX-License-Identifier: GPL-3.0-only
"""The owners of dossiers, and the readers of what, as the hub's dossier service needs them:
asynchronous, in protocol words. Used by `dossier_adapter`.
"""

from __future__ import annotations

import asyncio

from documents.store.accesses import Accesses, AccessFilter
from documents.store.dossier_store import DossierStore
from documents.store.identities import NewDossier
from expert_app.register.asking import RegisterAnswers
from session.core.dossier_model import (
    Access,
    CallerIdentity,
    Dossier,
    DossierHit,
)
from session.core.errors import DossierUnknown, RegisterOnly, RegisterSilent
from session.core.tasks import in_thread
from session.hub.dossier.register import Registers
from session.protocol.dossier.identity import (
    AccessesAnswer,
    AccessesRequest,
    DossierCreated,
    DossierHits,
    PersonCorrected,
    ProvisionalAnswer,
    RegisterState,
)

MOST_PROVISIONAL = 100


class IdentityAdapter:
    """`session.hub.dossier.store.IdentityStoreLike` over a store.

    Args:
        registers: organisations' own sources of dossiers.
    """

    def __init__(self, store: DossierStore, registers: Registers) -> None:
        self._register = RegisterAnswers(store, registers)
        self._find_by_caller_number = in_thread(store.find_by_caller_number)
        self._accesses = store.accesses
        identities = store.identities
        self._check_search = in_thread(identities.check_search)
        self._open = in_thread(identities.open)
        self._find = in_thread(identities.find)
        self._made = in_thread(identities.made)
        self._create = in_thread(identities.create)
        self._correct_person = in_thread(identities.correct_person)
        self._provisional = in_thread(identities.provisional)
        self.was_opened = in_thread(identities.was_opened)
        self.view = in_thread(identities.view)
        self.give_number = in_thread(identities.give_number)
        self.to_annotate = in_thread(identities.to_annotate)
        self.callers_of = in_thread(identities.callers_of)
        self.merge = in_thread(store.merges.merge)
        self.unmerge = in_thread(store.merges.unmerge)
        self.merges = in_thread(store.merges.listed)

    async def open(
        self, organisation: str, number: str, access: Access, *, bound: str, named: bool
    ) -> Dossier:
        """A dossier for a session; one that only the register has is taken in first."""
        try:
            return await self._open(organisation, number, access, bound=bound, named=named)
        except DossierUnknown as error:
            state, stored_number = await self._register.take_in(organisation, number)
            if state is RegisterState.AWAY:
                raise RegisterSilent(what="dossier") from error
            if not stored_number:
                raise
        return await self._open(organisation, stored_number, access, bound=bound, named=named)

    async def find_by_caller_number(self, organisation: str, number: str) -> Dossier | None:
        """The caller's dossier; one that only the register has is taken in first."""
        dossier = await self._find_by_caller_number(organisation, number)
        if dossier is None and await self._register.take_in_of_caller(organisation, number):
            dossier = await self._find_by_caller_number(organisation, number)
        return dossier

    async def find(self, organisation: str, caller: CallerIdentity, access: Access) -> DossierHits:
        """Dossiers of this name and birth date, here and in the register."""
        await self._check_search(organisation, access)
        state, others = await self._register.hits(organisation, caller)
        answer = await self._find(organisation, caller, access, others=others)
        return DossierHits(hits=answer.hits, more=answer.more, register=state)

    async def create(
        self,
        organisation: str,
        caller: CallerIdentity,
        access: Access,
        *,
        request_id: str,
        bound: str,
        confirmed: bool,
    ) -> DossierCreated:
        """A new dossier, or its likely doubles; provisional while the register is away."""
        if not confirmed:
            await self._check_search(organisation, access)
        state, others = await self._register.hits(organisation, caller)
        is_away = state is RegisterState.AWAY
        if not (is_away or self._register.agents_create(organisation)) and (
            confirmed or not others
        ):
            before = await self._made(organisation, request_id)
            if before is not None:
                return DossierCreated(dossier=before)
            answer = await self._find(organisation, caller, access, others=others)
            if confirmed or not answer.hits:
                raise RegisterOnly
            return DossierCreated(dossier=None, likely=answer.hits)
        new = NewDossier(
            request_id=request_id,
            caller=caller,
            bound=bound,
            confirmed=confirmed,
            provisional=is_away,
            others=others,
        )
        creation = await self._create(organisation, new, access)
        return DossierCreated(dossier=creation.dossier, likely=creation.likely)

    async def correct_person(
        self,
        organisation: str,
        number: str,
        caller: CallerIdentity,
        access: Access,
        *,
        confirmed: bool,
    ) -> PersonCorrected:
        """Names and birth date of a dossier's person are these; or its likely doubles."""
        others = list[DossierHit]()
        if not confirmed:
            await self._check_search(organisation, access)
            _, others = await self._register.hits(organisation, caller)
        correction = await self._correct_person(
            organisation,
            number,
            caller,
            access,
            confirmed=confirmed,
            of_register=not self._register.agents_create(organisation),
            others=others,
        )
        return PersonCorrected(dossier=correction.dossier, likely=correction.likely)

    async def provisional(self, organisation: str, user: str = "") -> ProvisionalAnswer:
        """Dossiers that wait to be matched with the register; of all, or of their maker."""
        dossiers = await self._provisional(organisation, user)
        return ProvisionalAnswer(dossiers=dossiers[:MOST_PROVISIONAL], total=len(dossiers))

    async def accesses(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        """A page of the register of accesses."""
        return await _page(self._accesses, organisation, request, of_logs=False)


class ReadingsAdapter:
    """`session.hub.access.log_register.LogReadings` over a store."""

    def __init__(self, register: Accesses) -> None:
        self._register = register
        self.note = in_thread(register.note_reading)

    async def listed(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        """A page of who has read logs."""
        return await _page(self._register, organisation, request, of_logs=True)


async def _page(
    register: Accesses, organisation: str, request: AccessesRequest, *, of_logs: bool
) -> AccessesAnswer:
    criteria = AccessFilter(
        first=request.first,
        last=request.last,
        user=request.user,
        dossier=request.dossier,
        session=request.session,
        of_logs=of_logs,
        kind=request.kind,
        before=request.before,
        limit=request.limit,
    )
    lines = await asyncio.to_thread(register.listed, organisation, criteria)
    refused = await asyncio.to_thread(register.refused_lately, organisation, of_logs=of_logs)
    return AccessesAnswer(lines=lines, more=len(lines) == request.limit, refused_lately=refused)
