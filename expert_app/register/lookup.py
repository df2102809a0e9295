# SPDX-License-Identifier: GPL-3.0-only
"""A register as the hub's dossier rules ask it: with a time limit, a short memory of answers, and a
word for health when it is away. Used by hub and vault.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.register.source import RegisterQuestion, RegisterSource, fitting
from expert_app.runtime.store_settings import RegisterSettings
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.hub.dossier.register import Register, RegisterAway, RegisterRecord, Registers
from session.hub.monitoring.health import Trouble

log = logging.getLogger(__name__)

REMEMBERED = 500
"""Answers in memory at once: those asked for longest ago go first."""

REST_S = 5.0
"""After a time limit that was reached: nobody else waits for the same in vain."""

NOBODY = RegisterQuestion(number="0")
"""What is asked to see whether a register answers: no dossier has this number."""


class RegisterLookup:
    """`Register` of one organisation.

    Args:
        source: where it is; None for one whose dossiers are only imported.

    Attributes:
        away: why it did not answer when it was last asked (a `Reason`); "" while it does.
    """

    def __init__(
        self, settings: RegisterSettings, source: RegisterSource | None, *, clock: Clock
    ) -> None:
        self.settings = settings
        self.agents_create = settings.created_by == "agent"
        self.away = ""
        self._source = source
        self._clock = clock
        self._rests_until_s = float("-inf")
        self._answers: OrderedDict[RegisterQuestion, tuple[float, list[RegisterRecord]]] = (
            OrderedDict()
        )

    @property
    def organisation(self) -> str:
        """The organisation whose register it is."""
        return self.settings.organisation

    @property
    def is_live(self) -> bool:
        """It can be asked."""
        return self._source is not None

    async def find(self, family_name: str, given_names: str, born_on: str) -> list[RegisterRecord]:
        """See `Register`."""
        return await self._remembered(
            RegisterQuestion(family_name=family_name, given_names=given_names, born_on=born_on)
        )

    async def by_number(self, number: str) -> list[RegisterRecord]:
        """See `Register`."""
        if number:
            return await self._remembered(RegisterQuestion(number=number))
        return []

    async def by_caller_number(self, caller_number: str) -> list[RegisterRecord]:
        """See `Register`."""
        if not caller_number:
            return []
        records = await self._remembered(RegisterQuestion(caller_number=caller_number))
        # the register may write CAF's letter behind it, which we leave out
        return [replace(record, caller_number=caller_number) for record in records]

    async def ask(self, question: RegisterQuestion) -> list[RegisterRecord]:
        """Asks the register itself. Raises `RegisterAway`."""
        if self._source is None:
            return []
        if self._clock.monotonic_s() < self._rests_until_s:
            raise RegisterAway(Reason.TIMEOUT.value)
        try:
            async with asyncio.timeout(self.settings.answer_s):
                records = await self._source.ask(question)
        except TimeoutError as error:
            self._rests_until_s = self._clock.monotonic_s() + REST_S
            raise self._note_away(Reason.TIMEOUT, "") from error
        except NotDelivered as error:
            raise self._note_away(error.reason, error.words) from error
        if self.away:
            log.warning("the register of %s is back", self.organisation)
        self.away = ""
        return fitting(question, records)

    async def poll(self) -> None:
        """Asks for a dossier that nobody has, to see whether it answers."""
        if self._source is not None:
            try:
                await self.ask(NOBODY)
            except RegisterAway:
                return  # noted

    async def close(self) -> None:
        """Ends its connections."""
        if self._source is not None:
            await self._source.close()

    async def _remembered(self, question: RegisterQuestion) -> list[RegisterRecord]:
        self._forget_old()
        answer = self._answers.get(question)
        if answer is not None:
            return answer[1]
        records = await self.ask(question)
        self._answers[question] = (self._clock.monotonic_s(), records)
        self._answers.move_to_end(question)
        return records

    def _forget_old(self) -> None:
        oldest_s = self._clock.monotonic_s() - self.settings.remember_s
        while self._answers:
            question, (at_s, _) = next(iter(self._answers.items()))
            if at_s > oldest_s and len(self._answers) <= REMEMBERED:
                return
            del self._answers[question]

    def _note_away(self, reason: Reason, words: str) -> RegisterAway:
        if self.away != reason:
            log.warning("the register of %s is away: %s %s", self.organisation, reason, words)
        self.away = reason.value
        return RegisterAway(reason.value, words)


class OpenRegisters:
    """All registers of a hub or a vault, and the watch over them."""

    def __init__(self, lookups: Sequence[RegisterLookup] = ()) -> None:
        self._lookups = lookups
        registers: dict[str, Register] = {lookup.organisation: lookup for lookup in lookups}
        self.registers: Registers = registers

    @property
    def lookups(self) -> Sequence[RegisterLookup]:
        """Each of them."""
        return self._lookups

    def troubles(self) -> list[Trouble]:
        """`register_away`: agents go on, with provisional dossiers where only it creates them."""
        return [
            Trouble(
                "register_away", False, {"organisation": lookup.organisation, "why": lookup.away}
            )
            for lookup in self._lookups
            if lookup.away
        ]

    def start(self, tasks: Tasks) -> None:
        """Looks now and then whether each of them answers."""
        for lookup in self._lookups:
            if lookup.is_live:
                tasks.keep(
                    partial(_poll, lookup), name=f"watch the register of {lookup.organisation}"
                )

    async def close(self) -> None:
        """Ends all connections."""
        for lookup in self._lookups:
            await lookup.close()


async def _poll(lookup: RegisterLookup) -> None:
    while True:
        await lookup.poll()
        await asyncio.sleep(lookup.settings.poll_s)
