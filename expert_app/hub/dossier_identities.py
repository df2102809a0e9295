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
    AccessKind,
    CallerIdentity,
    Dossier,
    DossierHit,
    DossierMerged,
)
from session.core.errors import DossierUnknown, RegisterOnly, RegisterSilent
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
        self._store = store
        self._register = RegisterAnswers(store, registers)

    async def open(
        self, organisation: str, number: str, access: Access, *, bound: str, named: bool
    ) -> Dossier:
        """A dossier for a session; one that only the register has is taken in first."""
        opening = self._store.identities.open
        try:
            return await asyncio.to_thread(
                opening, organisation, number, access, bound=bound, named=named
            )
        except DossierUnknown as error:
            state, stored_number = await self._register.take_in(organisation, number)
            if state is RegisterState.AWAY:
                raise RegisterSilent(what="dossier") from error
            if not stored_number:
                raise
        return await asyncio.to_thread(
            opening, organisation, stored_number, access, bound=bound, named=named
        )

    async def find_by_caller_number(self, organisation: str, number: str) -> Dossier | None:
        """The caller's dossier; one that only the register has is taken in first."""
        finding = self._store.find_by_caller_number
        dossier = await asyncio.to_thread(finding, organisation, number)
        if dossier is None and await self._register.take_in_of_caller(organisation, number):
            dossier = await asyncio.to_thread(finding, organisation, number)
        return dossier

    async def was_opened(
        self, organisation: str, number: str, *, session_id: str, user: str
    ) -> bool:
        """Return True if this session has opened or made the dossier."""
        lookup = self._store.identities.was_opened
        return await asyncio.to_thread(
            lookup, organisation, number, session_id=session_id, user=user
        )

    async def view(
        self,
        organisation: str,
        number: str,
        access: Access,
        kind: AccessKind = AccessKind.OPENED,
    ) -> Dossier:
        """A dossier for somebody who looks at it outside of a session."""
        looking = self._store.identities.view
        return await asyncio.to_thread(looking, organisation, number, access, kind)

    async def find(self, organisation: str, caller: CallerIdentity, access: Access) -> DossierHits:
        """Dossiers of this name and birth date, here and in the register."""
        await asyncio.to_thread(self._store.identities.check_search, organisation, access)
        state, others = await self._register.hits(organisation, caller)
        finding = self._store.identities.find
        answer = await asyncio.to_thread(finding, organisation, caller, access, others=others)
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
            await asyncio.to_thread(self._store.identities.check_search, organisation, access)
        state, others = await self._register.hits(organisation, caller)
        is_away = state is RegisterState.AWAY
        if not (is_away or self._register.agents_create(organisation)) and (
            confirmed or not others
        ):
            made_before = self._store.identities.made
            before = await asyncio.to_thread(made_before, organisation, request_id)
            if before is not None:
                return DossierCreated(dossier=before)
            finding = self._store.identities.find
            answer = await asyncio.to_thread(finding, organisation, caller, access, others=others)
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
        creation = await asyncio.to_thread(self._store.identities.create, organisation, new, access)
        return DossierCreated(dossier=creation.dossier, likely=creation.likely)

    async def give_number(
        self, organisation: str, number: str, caller_number: str, access: Access
    ) -> Dossier:
        """The caller of a dossier has this number."""
        giving = self._store.identities.give_number
        return await asyncio.to_thread(giving, organisation, number, caller_number, access)

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
        identities, others = self._store.identities, list[DossierHit]()
        if not confirmed:
            await asyncio.to_thread(identities.check_search, organisation, access)
            _, others = await self._register.hits(organisation, caller)
        correction = await asyncio.to_thread(
            identities.correct_person,
            organisation,
            number,
            caller,
            access,
            confirmed=confirmed,
            of_register=not self._register.agents_create(organisation),
            others=others,
        )
        return PersonCorrected(dossier=correction.dossier, likely=correction.likely)

    async def merge(
        self, organisation: str, merge_id: str, *, keep: str, merged: str, access: Access
    ) -> DossierMerged:
        """All of one dossier moves into another."""
        merging = self._store.merges.merge
        return await asyncio.to_thread(
            merging, organisation, merge_id, keep=keep, merged=merged, access=access
        )

    async def unmerge(self, organisation: str, merge_id: str, access: Access) -> DossierMerged:
        """Two dossiers again."""
        return await asyncio.to_thread(self._store.merges.unmerge, organisation, merge_id, access)

    async def merges(self, organisation: str, dossier: str) -> list[DossierMerged]:
        """Merges of a dossier, or of all."""
        return await asyncio.to_thread(self._store.merges.listed, organisation, dossier)

    async def to_annotate(
        self, organisation: str, session_id: str, user: str, *, alone: bool = False
    ) -> tuple[str, str] | None:
        """The dossier in which a note on a session that is over may be written, and whose."""
        lookup = self._store.identities.to_annotate
        return await asyncio.to_thread(lookup, organisation, session_id, user, alone=alone)

    async def provisional(self, organisation: str, user: str = "") -> ProvisionalAnswer:
        """Dossiers that wait to be matched with the register; of all, or of their maker."""
        dossiers = await asyncio.to_thread(self._store.identities.provisional, organisation, user)
        return ProvisionalAnswer(dossiers=dossiers[:MOST_PROVISIONAL], total=len(dossiers))

    async def accesses(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        """A page of the register of accesses."""
        return await _page(self._store.accesses, organisation, request, of_logs=False)


class ReadingsAdapter:
    """`session.hub.access.log_register.LogReadings` over a store."""

    def __init__(self, register: Accesses) -> None:
        self._register = register

    async def note(self, organisation: str, access: Access) -> None:
        """Writes down a reading."""
        await asyncio.to_thread(self._register.note_reading, organisation, access)

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
