# SPDX-License-Identifier: GPL-3.0-only
"""The caller's word about keeping documents, as the hub remembers it:
its time, and what is no such word.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from session.core.clock import ManualClock
from session.core.errors import GrantMissing
from session.hub.dossier.keep_consent import GRACE, KeepConsentRecord, KeepConsents
from session.protocol.codec import encode
from session.protocol.conversation.messages import Grant, GrantChanged, GrantRequested
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import ticket as invented

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class MemoryKeep:
    def __init__(self) -> None:
        self.records: dict[tuple[str, str], KeepConsentRecord] = {}

    async def get(self, organisation: str, session_id: str) -> KeepConsentRecord | None:
        return self.records.get((organisation, session_id))

    async def put(self, organisation: str, session_id: str, record: KeepConsentRecord) -> None:
        self.records[organisation, session_id] = record


def word(grant: Grant = Grant.KEEP, *, allowed: bool = True) -> bytes:
    return encode(
        GrantChanged(grant=grant, allowed=allowed, at_utc=NOW, left_s=60.0 if allowed else 0.0)
    )


def live(state: TicketState = TicketState.IN_SESSION) -> Ticket:
    return msgspec.structs.replace(invented(7), state=state, session="s1", agent="alice")


@pytest.mark.parametrize(
    "payload",
    [
        word(Grant.SCAN),
        word(allowed=False),
        encode(GrantRequested(grant=Grant.KEEP)),
        b"{}",
        b"\xff",
        word().replace(b'"left_s":60.0', b'"left_s":1e18'),
        word().replace(b'"left_s":60.0', b'"left_s":1e300'),
        word().replace(b'"left_s":60.0', b'"left_s":-1'),
    ],
)
async def test_only_a_yes_to_keeping_lets_documents_pass(payload: bytes) -> None:
    grants = KeepConsents(MemoryKeep(), ManualClock(NOW))
    await grants.on_message(live(), payload)
    with pytest.raises(GrantMissing):
        await grants.check(live().organisation, "s1", live())


async def test_it_ends_by_itself_while_they_talk_and_holds_in_the_wrap_up() -> None:
    clock = ManualClock(NOW)
    grants = KeepConsents(MemoryKeep(), clock)
    await grants.on_message(live(), word())
    clock.advance(60 + (GRACE - timedelta(seconds=1)).total_seconds())
    await grants.check(live().organisation, "s1", live())
    clock.advance(2)
    with pytest.raises(GrantMissing):
        await grants.check(live().organisation, "s1", live())
    await grants.check(live().organisation, "s1", live(TicketState.WRAP_UP))


async def test_the_word_of_one_session_is_not_that_of_the_next() -> None:
    grants = KeepConsents(MemoryKeep(), ManualClock(NOW))
    await grants.on_message(live(), word())
    with pytest.raises(GrantMissing):
        await grants.check(live().organisation, "s2", live())
