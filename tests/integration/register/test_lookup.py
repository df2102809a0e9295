# SPDX-License-Identifier: GPL-3.0-only
"""A register is asked over real HTTP: what fits is found, and whatever else it does is one clear
reason, in time.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from expert_app.register.kinds import make_lookup
from expert_app.register.lookup import OpenRegisters, RegisterLookup
from session.core.clock import Clock, ManualClock, SystemClock
from session.core.tasks import Tasks
from session.hub.dossier.register import RegisterAway, RegisterRecord
from tests.support.register_server import (
    PAUL,
    TOKEN,
    RegisterServer,
    register_server,
    rest_settings,
)
from tests.support.tls_files import tls_files
from tests.support.waiting import until

ODILE_FOUND = RegisterRecord(
    number="REF-0042",
    family_name="Lefèvre-Brun",
    given_names="Odile Marie",
    born_on="1980-02-29",
    caller_number="1234567",
    contact="odile@exemple.fr",
)


@asynccontextmanager
async def _lookup(
    server: RegisterServer, clock: Clock | None = None, **more: Any
) -> AsyncIterator[RegisterLookup]:
    async with register_server(server) as address:
        secret = more.pop("secret", TOKEN)
        lookup = make_lookup(rest_settings(address, **more), secret, clock or SystemClock())
        try:
            yield lookup
        finally:
            await lookup.close()


async def test_a_dossier_is_found_by_its_number_the_callers_or_the_person() -> None:
    server = RegisterServer()
    async with _lookup(server) as lookup:
        assert await lookup.by_number("REF-0042") == [ODILE_FOUND]
        assert await lookup.by_caller_number("123 45 67".replace(" ", "")) == [ODILE_FOUND]
        assert await lookup.find("LEFEVRE BRUN", "odile", "1980-02-29") == [ODILE_FOUND]
        assert await lookup.by_number("REF-9999") == []
        assert await lookup.find("Lefèvre-Brun", "", "1980-02-28") == []
        assert lookup.away == ""


async def test_a_name_cannot_change_the_address() -> None:
    server = RegisterServer()
    async with _lookup(server) as lookup:
        assert await lookup.by_number("../dossiers?beneficiaire=1234567") == []
        assert await lookup.find("x&beneficiaire=1234567#", "{born_on}", "1980-02-29") == []
    assert server.asked[0].startswith("/dossiers/..%2Fdossiers%3F")


async def test_a_register_that_lists_everybody_tells_of_nobody_else() -> None:
    server = RegisterServer()
    server.fault = "no_filter"
    async with _lookup(server) as lookup:
        assert await lookup.by_number("REF-0042") == [ODILE_FOUND]
        assert await lookup.find("Lefèvre", "", "1980-02-29") == [ODILE_FOUND]
        assert await lookup.find("Durand", "Odile", "1980-02-29") == []
        assert await lookup.by_caller_number("1111111") == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("unauthorised", "access"),
        ("broken", "busy"),
        ("no_json", "not_understood"),
        ("deep", "not_understood"),
        ("other_fields", "not_understood"),
        ("huge", "not_understood"),
        ("elsewhere", "address"),
        ("slow", "timeout"),
        ("drip", "timeout"),
    ],
)
async def test_what_goes_wrong_there_is_one_reason_in_time(fault: str, reason: str) -> None:
    server, clock = RegisterServer(), ManualClock()
    server.fault = fault
    async with _lookup(server, clock, remember_s=0) as lookup:
        began_s = time.monotonic()
        with pytest.raises(RegisterAway) as caught:
            await lookup.by_number("REF-0042")
        assert caught.value.reason == reason
        assert time.monotonic() - began_s < 10
        assert lookup.away == reason
        assert server.sent_bytes < 30 << 20
        assert server.redirected == 0
        server.fault = ""
        clock.advance(6)
        assert await lookup.by_number("REF-0042") == [ODILE_FOUND]
        assert lookup.away == ""


async def test_nobody_else_waits_for_a_register_that_hangs() -> None:
    server = RegisterServer()
    server.fault = "slow"
    async with _lookup(server, ManualClock()) as lookup:
        for number in ("REF-0042", "REF-0043", "REF-0044"):
            with pytest.raises(RegisterAway):
                await lookup.by_number(number)
    assert len(server.asked) == 1


async def test_a_register_that_is_not_there_is_away() -> None:
    settings = rest_settings("http://127.0.0.1:9")
    lookup = make_lookup(settings, TOKEN, SystemClock())
    with pytest.raises(RegisterAway) as caught:
        await lookup.find("Ménard", "Paul", "1975-11-03")
    assert caught.value.reason == "unreachable"
    registers = OpenRegisters([lookup])
    (trouble,) = registers.troubles()
    assert (trouble.code, trouble.grave) == ("register_away", False)
    assert trouble.detail == {"organisation": "caf31", "why": "unreachable"}
    await registers.close()


async def test_a_register_is_believed_by_the_authority_of_its_settings_alone(
    tmp_path: Path,
) -> None:
    ours, others = tls_files(tmp_path / "ours"), tls_files(tmp_path / "others")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ours.certificate, ours.key)
    async with register_server(RegisterServer(), tls) as address:
        assert address.startswith("https:")
        known = make_lookup(rest_settings(address, ca_file=str(ours.ca)), TOKEN, SystemClock())
        assert await known.by_number("REF-0042") == [ODILE_FOUND]
        await known.close()
        for ca_file in ("", str(others.ca)):
            strange = make_lookup(rest_settings(address, ca_file=ca_file), TOKEN, SystemClock())
            with pytest.raises(RegisterAway) as caught:
                await strange.by_number("REF-0042")
            assert caught.value.reason == "certificate"
            await strange.close()


async def test_a_wrong_secret_is_an_access_refused() -> None:
    async with _lookup(RegisterServer(), secret="autre") as lookup:
        with pytest.raises(RegisterAway) as caught:
            await lookup.by_number("REF-0042")
    assert caught.value.reason == "access"


async def test_an_answer_is_remembered_for_a_minute_and_a_failure_is_not() -> None:
    server, clock = RegisterServer(), ManualClock()
    async with _lookup(server, clock) as lookup:
        await lookup.by_number("REF-0042")
        await lookup.by_number("REF-0042")
        assert len(server.asked) == 1
        clock.advance(61)
        server.fault = "broken"
        with pytest.raises(RegisterAway):
            await lookup.by_number("REF-0042")
        server.fault = ""
        assert await lookup.by_number("REF-0042") == [ODILE_FOUND]
        assert len(server.asked) == 3


async def test_a_register_that_comes_back_is_seen_without_a_question_of_anybody() -> None:
    server, tasks = RegisterServer(), Tasks()
    server.fault = "broken"
    async with _lookup(server, poll_s=0.1) as lookup:
        registers = OpenRegisters([lookup])
        registers.start(tasks)
        await until(lambda: bool(registers.troubles()))
        server.fault = ""
        await until(lambda: not registers.troubles())
        await tasks.close()


async def test_a_search_address_that_is_not_there_is_no_empty_answer() -> None:
    async with register_server(RegisterServer()) as address:
        settings = rest_settings(address, by_caller_number=f"{address}/autre?n={{caller_number}}")
        lookup = make_lookup(settings, TOKEN, SystemClock())
        with pytest.raises(RegisterAway) as caught:
            await lookup.by_caller_number("1234567")
        assert caught.value.reason == "address"
        await lookup.close()


async def test_many_agents_ask_at_once() -> None:
    people = [{**PAUL, "id": f"REF-{n}", "beneficiary": f"{n:07}"} for n in range(50)]
    server = RegisterServer(*people)
    async with _lookup(server, answer_s=4) as lookup:
        found = await asyncio.gather(*(lookup.by_number(f"REF-{n}") for n in range(50)))
    assert [one[0].number for one in found] == [f"REF-{n}" for n in range(50)]
