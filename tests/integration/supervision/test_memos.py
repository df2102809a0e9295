# SPDX-License-Identifier: GPL-3.0-only
"""Agents and a supervisor write each other over the real bus; the hub keeps it until midnight."""

from __future__ import annotations

from pathlib import Path

import pytest

from session.core.errors import NotAllowed, RateLimited
from session.desk.hub.memos import SUPERVISORS, MemoBook
from session.hub.supervision.memo_store import BUCKET
from session.hub.supervision.memos import MOST_A_MINUTE
from session.protocol.colleagues.memos import (
    MEMO_LETTERS,
    ColleaguesRequest,
    MemoRequest,
    MemosRequest,
)
from session.protocol.hub.board import AgentState, AgentStateRequest
from session.protocol.hub.requests import Memo
from session.protocol.wire.roles import Role
from tests.integration.supervision.memo_writers import Memory, writer
from tests.support.hub_world import hub_world
from tests.support.waiting import until


async def test_people_write_each_other_and_nobody_else_reads_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        memory = Memory()
        alice, bob = await writer(world, "alice"), await writer(world, "bob", memory=memory)
        boss = await writer(world, "boss", Role.SUPERVISOR)

        fate = await alice.writes("bob", "Le dossier 2 69 05 49 588 157 80, tu le connais ?")
        assert (fate.there, fate.code) == (1, "")
        await until(lambda: bool(bob.arrived))
        [text] = bob.thread("alice")
        assert "588" not in text, "the number of a person is masked"
        assert bob.memos.book.unread() == bob.memos.book.unread("alice") == 1
        bob.memos.mark_read("alice")
        assert bob.memos.book.unread() == 0
        await bob.writes("alice", "Oui.")
        await until(lambda: alice.thread("bob")[-1:] == ["Oui."])
        assert not boss.memos.book.memos

        await alice.writes(SUPERVISORS, "Puis-je partir à 16 h ?")
        await until(lambda: bool(boss.arrived))
        await boss.writes("alice", "Oui, merci.")
        await until(lambda: alice.thread(SUPERVISORS)[-1:] == ["Oui, merci."])
        assert boss.thread("alice") == alice.thread(SUPERVISORS)
        assert bob.thread(SUPERVISORS) == []

        again = await writer(world, "bob", memory=memory)
        await until(lambda: len(again.memos.book.memos) == 2)
        assert again.memos.book.unread() == 0, "what was read stays read over a restart"


async def test_who_is_there_and_until_when_somebody_pauses(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        alice, bob = await writer(world, "alice"), await world.client(Role.AGENT, "bob")
        bob.beat()
        end = world.clock.utc_now().replace(microsecond=0)
        await bob.ask(AgentStateRequest(available=False, reason="break"))
        await bob.ask(AgentStateRequest(available=False, reason="break", until_utc=end))
        bus = await world.client(Role.AGENT, "alice")
        answer = await bus.ask(ColleaguesRequest())
        facts = {who.id: (who.state, who.until_utc) for who in answer.colleagues}
        assert facts["bob"] == (AgentState.PAUSED, end)
        assert "alice" not in facts
        await until(lambda: alice.memos.book.known)


async def test_who_is_there_is_shown_again_after_each_answer_for_its_times_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("session.desk.hub.memos.ASK_S", 0.05)
    async with hub_world(tmp_path) as world:
        alice = await writer(world, "alice")
        await until(lambda: alice.memos.book.known)
        books: list[MemoBook] = []
        alice.memos.changed.connect(books.append)
        await until(lambda: len(books) > 2)
        assert books[0] == books[-1]


async def test_what_the_hub_refuses(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        alice = await writer(world, "alice")
        boss = await world.client(Role.SUPERVISOR, "boss")
        kiosk = await world.client(Role.KIOSK, "kiosk1")
        assert (await alice.writes("zoe", "Bonjour")).code == NotAllowed.code
        with pytest.raises(NotAllowed):
            await boss.ask(MemoRequest(memo_id="m1", to=SUPERVISORS, text="Bonjour"))
        with pytest.raises(NotAllowed):
            await kiosk.ask(MemosRequest())
        # bob is absent: the memo waits for him until midnight
        fate = await alice.writes("bob", "x" * MEMO_LETTERS)
        assert (fate.there, fate.code) == (0, "")
        bus = await world.client(Role.AGENT, "alice")
        for number in range(MOST_A_MINUTE - 1):
            await bus.ask_once(MemoRequest(memo_id=f"n{number}", to="bob", text="encore"))
        retried: list[str] = []
        bus.retrying.connect(retried.append)
        with pytest.raises(RateLimited) as refused:
            await bus.ask(MemoRequest(memo_id="last", to="bob", text="encore"))
        assert refused.value.detail == {"limit": MOST_A_MINUTE}
        assert not retried, "a limit is an answer, and said at once"


async def test_nobody_writes_to_a_person_whose_keys_were_taken_away(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        alice, bob = await writer(world, "alice"), await writer(world, "bob")
        await alice.writes("bob", "Bonjour")
        world.revoked.add(("valdore", Role.AGENT, "bob"))
        fate = await alice.writes("bob", "Tu es là ?")
        assert (fate.there, fate.code) == (0, NotAllowed.code)
        await until(lambda: bool(bob.arrived))
        assert bob.thread("alice") == ["Bonjour"]
        bus = await world.client(Role.AGENT, "alice")
        answer = await bus.ask(ColleaguesRequest())
        assert "bob" not in {who.id for who in answer.colleagues}


async def test_five_hundred_memos_come_in_pages_and_none_of_yesterday(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.connection is not None
        store = world.hub.supervision.memo_store
        for number in range(500):
            memo = Memo(
                memo_id=f"m{number}",
                at_utc=world.clock.utc_now(),
                by=f"agent{number % 3}",
                by_name="Agent",
                to="bob",
                to_name="Bob T.",
                text="é" * MEMO_LETTERS,
            )
            await store.add("valdore", memo)
        bob = await writer(world, "bob")
        await until(lambda: len(bob.memos.book.memos) == 500)
        stored = await world.connection.streams.last(BUCKET, "$KV.mm.valdore.m1")
        assert stored is not None
        assert int(stored.headers["Nats-TTL"].removesuffix("s")) <= 25 * 3600
