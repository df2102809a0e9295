# SPDX-License-Identifier: GPL-3.0-only
"""A hub without power, or cut off:
the server still gives it requests, and nobody waits until the server finds out.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from session.bus import client as bus_client
from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import NOBODY, SecondRequest
from session.core.errors import HubUnreachable
from session.hub.access.handlers import Asker
from session.hub.access.request_server import SUBJECT, TO_ALL
from session.hub.queue.kiosk_offers import KioskOffers
from session.protocol.codec import encode
from session.protocol.hub.requests import HubMessage, ServicesRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import Answer, World, answer_around, hub_world
from tests.support.waiting import LONGEST_S, until

CALLS = 12


async def deaf_hub(world: World) -> HubConnection:
    """Takes its share of the requests, and answers none."""
    connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
    await connection.connect()
    await connection.serve(SUBJECT, lambda _message: None)
    await connection.settle()
    return connection


def slow(monkeypatch: pytest.MonkeyPatch, thinks: Callable[[], Awaitable[object]]) -> list[Asker]:
    """A hub that starts now thinks so long about its services; returns who has asked."""
    asked = list[Asker]()

    async def think(answer: Answer, asker: Asker, request: ServicesRequest) -> HubMessage:
        asked.append(asker)
        await thinks()
        return await answer(asker, request)

    answer_around(monkeypatch, KioskOffers, ServicesRequest, around=think)
    return asked


async def half_a_second() -> None:
    await asyncio.sleep(0.5)


async def test_a_hub_that_takes_requests_and_answers_none_costs_nobody_a_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_client, "SECOND_S", 0.1)
    async with hub_world(tmp_path) as world:
        deaf = await deaf_hub(world)
        kiosk, again = await world.kiosk("kiosk1"), list[str]()
        kiosk.bus.retrying.connect(again.append)
        for number in range(CALLS):  # each goes to one of the two, by chance
            await kiosk.call("housing", "", f"r{number}")
        assert again == []
        assert world.hub is not None
        assert len(world.hub.queue.view.waiting("valdore")) == 1, "asked twice is done once"
        await deaf.close()


async def test_a_hub_that_has_the_request_in_hand_does_not_begin_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_client, "SECOND_S", 0.1)
    asked = slow(monkeypatch, half_a_second)
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        assert (await kiosk.bus.ask(ServicesRequest())).services
        assert len(asked) == 1


async def test_what_was_answered_is_not_waited_for_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = slow(monkeypatch, half_a_second)
    async with hub_world(tmp_path) as world:
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        second = SecondRequest("all.k.kiosk1.services", 0.1, {})
        question = encode(ServicesRequest())
        await kiosk.request("svc.k.kiosk1.services", question, LONGEST_S, second=second)
        pending: list[str] = []

        def note(subject: str) -> bool:
            pending.append(subject)
            return False

        kiosk.fail_pending(note, "")
        assert len(asked) == 1
        assert pending == []


async def test_where_no_other_hub_is_there_the_first_may_take_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a hub of before, which does not hear the second question."""
    monkeypatch.setattr(bus_client, "SECOND_S", 0.1)
    asked = slow(monkeypatch, half_a_second)
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        await world.connection.bus.drain(TO_ALL)
        kiosk = await world.kiosk("kiosk1")
        assert (await kiosk.bus.ask(ServicesRequest())).services
        assert len(asked) == 1


async def test_who_repeats_a_request_in_hand_many_times_gets_few_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    asked = slow(monkeypatch, go.wait)
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        insistent = await world.connect_as(Role.KIOSK, "kiosk1")
        assert world.hub is not None
        question = encode(ServicesRequest())
        first = asyncio.create_task(kiosk.bus.ask_once(ServicesRequest()))
        await until(lambda: asked)
        again = [
            asyncio.ensure_future(insistent.request("all.k.kiosk1.services", question, LONGEST_S))
            for _ in range(20)
        ]
        counts = world.hub.server.counts
        await until(lambda: counts.dropped == 17)
        go.set()
        assert (await first).services
        await until(lambda: sum(one.done() for one in again) == 3)
        assert len(asked) == 1
        assert counts.dropped == 17
        for one in again:
            one.cancel()
        said = await asyncio.gather(*again, return_exceptions=True)
        assert sum(isinstance(one, asyncio.CancelledError) for one in said) == 17


async def test_a_no_is_heard_at_once_whatever_the_place_for_answers_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        await world.stop_hub()
        for digit in string.hexdigits.lower():
            monkeypatch.setattr(
                secrets, "token_hex", lambda _bytes, digit=digit: digit + "0123456789abcde"
            )
            with pytest.raises(HubUnreachable) as caught:
                await kiosk.request("svc.k.kiosk1.services", encode(ServicesRequest()), 30.0)
            assert caught.value.detail["why"] == NOBODY
