# SPDX-License-Identifier: GPL-3.0-only
"""The questions of a search, an opening and a new dossier to the organisation's register, and
the way of its dossiers into the store. Used by `expert_app.hub.dossier_identities`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from documents.store.dossier_store import DossierStore
from expert_app.register.importing import incoming
from expert_app.register.source import RegisterQuestion, like
from resources.texts import _
from session.core.dossier_model import Access, ActingUser, CallerIdentity, DossierHit, HitReason
from session.hub.dossier.register import RegisterAway, RegisterRecord, Registers
from session.protocol.dossier.identity import RegisterState
from session.protocol.hub.number_check import is_same_number

log = logging.getLogger(__name__)

REGISTER = "register"
"""Who the register of accesses says it was, when a dossier came from there."""


class RegisterAnswers:
    """Asks the registers of all organisations.

    Args:
        registers: by organisation.
    """

    def __init__(self, store: DossierStore, registers: Registers) -> None:
        self._store = store
        self._registers = registers

    def agents_create(self, organisation: str) -> bool:
        """Agents make dossiers themselves, whether the register answers or not."""
        register = self._registers.get(organisation)
        return register is None or register.agents_create

    async def hits(
        self, organisation: str, caller: CallerIdentity
    ) -> tuple[RegisterState, list[DossierHit]]:
        """Dossiers that the register has of this person, the likeliest first."""
        register = self._registers.get(organisation)
        if register is None or not register.is_live:
            return RegisterState.NONE, []
        try:
            records = await register.find(caller.family_name, caller.given_names, caller.born_on)
            if caller.caller_number:
                records = [*await register.by_caller_number(caller.caller_number), *records]
        except RegisterAway:
            return RegisterState.AWAY, []
        question = RegisterQuestion(
            family_name=caller.family_name,
            given_names=caller.given_names,
            born_on=caller.born_on,
        )
        hits = [_hit(question, caller, record) for record in records]
        hits.sort(key=lambda hit: list(HitReason).index(hit.why))
        return RegisterState.ANSWERED, hits

    async def take_in(self, organisation: str, number: str) -> tuple[RegisterState, str]:
        """Takes the dossier of this number in; its number as the register writes it, "" when the
        register has none.
        """
        register = self._registers.get(organisation)
        if register is None or not register.is_live:
            return RegisterState.NONE, ""
        try:
            records = await register.by_number(number)
        except RegisterAway:
            return RegisterState.AWAY, ""
        is_in = await self._take(organisation, records)
        return RegisterState.ANSWERED, records[0].number if is_in else ""

    async def take_in_of_caller(self, organisation: str, caller_number: str) -> bool:
        """Takes the dossier of the caller with this number in; False when the register has none,
        or several.
        """
        register = self._registers.get(organisation)
        if register is None or not register.is_live:
            return False
        try:
            records = await register.by_caller_number(caller_number)
        except RegisterAway:
            return False
        return await self._take(organisation, records)

    async def _take(self, organisation: str, records: Sequence[RegisterRecord]) -> bool:
        if len(records) != 1:
            return False
        by = ActingUser(user=REGISTER, name=_("the organisation's register"))
        access = Access(by=by, reason=_("found in the register"))
        take = self._store.incoming.take
        await asyncio.to_thread(take, organisation, [incoming(records[0])], access)
        log.info("a dossier of %s came from its register", organisation)
        return True


def _hit(question: RegisterQuestion, caller: CallerIdentity, record: RegisterRecord) -> DossierHit:
    same = record.born_on == question.born_on and like(question, record) == 1.0
    if same:
        why = HitReason.SAME_NAME_AND_BIRTH
    else:
        why = HitReason.SIMILAR_NAME_AND_BIRTH
    if caller.caller_number and is_same_number(record.caller_number, caller.caller_number):
        why = HitReason.SAME_NUMBER
    parts = (record.given_names.strip(), record.family_name.strip())
    return DossierHit(
        number=record.number,
        caller_name=" ".join(part for part in parts if part),
        born_on=record.born_on,
        has_caller_number=bool(record.caller_number),
        procedure=record.procedure,
        why=why,
    )
