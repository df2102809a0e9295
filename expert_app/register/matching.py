# SPDX-License-Identifier: GPL-3.0-only
"""Finds the true dossiers of those that agents made while a register was away, and joins the two.
Runs in hub and vault.

Only what leaves no doubt is joined by itself: one dossier, of the same birth date and the same
number or names. A supervisor may take it back for 30 days, and then it is not done again. Where
agents make dossiers too, one that the register knows nobody like is settled: it is theirs. The
others stay on the board's list until somebody merges them.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from functools import partial

from documents.store.dossier_store import DossierStore
from documents.store.incoming import ProvisionalRow, is_certainly
from documents.store.names import search_key
from expert_app.register.asking import REGISTER
from expert_app.register.importing import incoming
from expert_app.register.lookup import RegisterLookup
from expert_app.register.source import RegisterQuestion
from resources.texts import _
from session.core.dossier_model import Access, ActingUser
from session.core.errors import DossierUnknown, MergeImpossible, SessionError
from session.core.tasks import Tasks
from session.hub.dossier.register import RegisterAway, RegisterRecord

log = logging.getLogger(__name__)

MOST_A_ROUND = 50
"""Dossiers that a register is asked about in one round."""


class ProvisionalMatcher:
    """Matches what is provisional, for each organisation that has a register."""

    def __init__(self, store: DossierStore, lookups: Sequence[RegisterLookup]) -> None:
        self._store = store
        self._lookups = lookups
        self._round = 0
        self._asked: dict[tuple[str, str], int] = {}

    def start(self, tasks: Tasks) -> None:
        """Looks now and then from now on."""
        for lookup in self._lookups:
            tasks.keep(partial(self._run, lookup), name=f"match dossiers of {lookup.organisation}")

    async def match(self, lookup: RegisterLookup) -> int:
        """One round; how many dossiers were joined. Raises `StoreUnreachable`."""
        organisation, joined = lookup.organisation, 0
        self._round += 1
        rows = await asyncio.to_thread(self._store.incoming.provisional, organisation)
        rows.sort(key=lambda row: self._asked.get((organisation, row.number), 0))
        for row in rows[:MOST_A_ROUND]:
            self._asked[organisation, row.number] = self._round
            try:
                matches, alike = await self._certain(lookup, row)
            except RegisterAway:
                break
            if len(matches) == 1:
                number, record = next(iter(matches.items()))
                joined += await asyncio.to_thread(self._join, organisation, row, number, record)
            elif lookup.is_live and lookup.agents_create and not alike:
                access = Access(by=_by(), reason=_("not in the register"))
                settle = self._store.incoming.settle
                await asyncio.to_thread(settle, organisation, row.number, access)
        here = {(organisation, row.number) for row in rows}
        self._asked = {
            key: at for key, at in self._asked.items() if key[0] != organisation or key in here
        }
        return joined

    async def _run(self, lookup: RegisterLookup) -> None:
        while True:
            try:
                joined = await self.match(lookup)
            except SessionError as error:
                log.warning("dossiers are matched later: %s", error.code)
            else:
                if joined:
                    log.info("%d dossiers of %s were matched", joined, lookup.organisation)
            await asyncio.sleep(lookup.settings.poll_s)

    async def _certain(
        self, lookup: RegisterLookup, row: ProvisionalRow
    ) -> tuple[dict[str, RegisterRecord | None], int]:
        """Dossiers that are this person's without a doubt, ours and the register's; and how many
        alike the register has.
        """
        caller = row.caller
        questions = [
            RegisterQuestion(
                family_name=caller.family_name,
                given_names=caller.given_names,
                born_on=caller.born_on,
            )
        ]
        if caller.caller_number:
            questions.append(RegisterQuestion(caller_number=caller.caller_number))
        records = [record for question in questions for record in await lookup.ask(question)]
        here = await asyncio.to_thread(
            self._store.incoming.certainly_same, lookup.organisation, caller
        )
        matches: dict[str, RegisterRecord | None] = dict.fromkeys(here)
        for record in records:
            key = search_key(record.family_name, record.given_names)
            same_birth = record.born_on == caller.born_on
            if same_birth and is_certainly(caller, key, record.caller_number):
                matches[record.number] = record
        open_matches = {
            number: matches[number] for number in matches if number not in row.not_again
        }
        return open_matches, len(records)

    def _join(
        self, organisation: str, row: ProvisionalRow, number: str, record: RegisterRecord | None
    ) -> bool:
        access = Access(by=_by(), reason=_("found in the register"))
        if record is not None:
            self._store.incoming.take(organisation, [incoming(record)], access)
        pair = f"{organisation}|{row.number}|{number}"
        merge_id = hashlib.blake2b(pair.encode(), digest_size=15).hexdigest()
        try:
            keep = self._store.open_dossier(organisation, number).number
            self._store.merges.merge(
                organisation, merge_id, keep=keep, merged=row.number, access=access
            )
        except (MergeImpossible, DossierUnknown):
            return False  # another hub, or a supervisor, was quicker
        return True


def _by() -> ActingUser:
    return ActingUser(user=REGISTER, name=_("the organisation's register"))
