# SPDX-License-Identifier: GPL-3.0-only
"""Calls through a real TURN server, nothing else allowed;
and a relay that does not answer is said, never silence.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.commands.doctor.windows import check_relays
from expert_app.hub.certificates import make_ca
from expert_app.runtime.ice_settings import trust_relays, trust_relays_in_browser
from session.core.clock import SystemClock
from session.core.errors import CallLost, RelayNotTrusted, RelayUnreachable, SessionError
from session.core.tasks import Tasks
from session.hub.queue.turn_credentials import TurnCredentials
from session.media.engines.aiortc_engine import AiortcEngine
from session.media.ice import IcePlan, IceServer, has_relay
from session.media.relays import choose_relay, try_relay
from tests.integration.call.coturn import SECRET, Turn, a_turn_server, free_port, needs_coturn
from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import AIORTC, MEDIA
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until

WRONG = ("nobody", "wrong")


def ticket() -> tuple[str, str]:
    rules = TurnCredentials(
        ["turn:x"], SECRET.encode(), relay_only=True, clock=SystemClock()
    ).rules("s1")
    assert rules is not None
    return rules.username, rules.credential


def two_authorities(turn: Turn, folder: Path) -> Path:
    """A `ca_file` while a network changes its authority: that of the relay stands second."""
    file = folder / "both.pem"
    file.write_bytes(make_ca(folder / "present").read_bytes() + turn.ca_file.read_bytes())
    return file


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test does to the process's trust ends with it."""
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")


@needs_coturn
async def test_each_way_to_the_relay_is_tried_and_each_failure_has_its_reason(
    tmp_path: Path, trusted: None
) -> None:
    async with a_turn_server(tmp_path) as turn:
        for transport in ("udp", "tcp"):
            tried = await try_relay(turn.server(transport, *ticket()))
            assert (tried.address, tried.why) == (turn.host, "")
        assert (await try_relay(turn.server("tls", *ticket()))).why == "certificate"
        trust_relays(str(two_authorities(turn, tmp_path)), tmp_path)
        assert (await try_relay(turn.server("tls", *ticket()))).address == turn.host
        assert (await try_relay(turn.server("udp", *WRONG))).why == "refused"
        assert (await try_relay(IceServer(url="turn:"))).why == "address"
        dead = IceServer(url=f"turn:{turn.host}:{free_port()}?transport=tcp")
        assert (await try_relay(dead, 2.0)).why == "no_answer"


@needs_coturn
async def test_the_best_relay_that_answers_is_chosen(tmp_path: Path, trusted: None) -> None:
    async with a_turn_server(tmp_path) as turn:
        udp, tcp = turn.server("udp", *ticket()), turn.server("tcp", *ticket())
        dead = dataclasses.replace(udp, url=f"turn:{turn.host}:{free_port()}?transport=udp")
        assert await choose_relay([udp, tcp], 2.0) == (udp, [])
        assert await choose_relay([dead, tcp], 2.0) == (tcp, [])
        chosen, why = await choose_relay([dead], 1.0)
        assert (chosen, why) == (None, ["no_answer"])
        assert (await check_relays(IcePlan(servers=(dead, tcp)))).level == "ok"
        finding = await check_relays(IcePlan(servers=(dataclasses.replace(tcp, credential="x"),)))
        assert (finding.level, finding.name) == ("wrong", "relay")
        assert "refuses the name or the password" in finding.sentence


@asynccontextmanager
async def a_relayed_call(plan: IcePlan) -> AsyncIterator[Ends]:
    media = MEDIA.with_plan(plan)
    async with a_call(AIORTC, media, plan) as ends:
        yield ends


@needs_coturn
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_both_ends_see_each_other_through_nothing_but_the_relay(
    qt_loop: QtLoop, tmp_path: Path, transport: str
) -> None:
    async def story() -> None:
        async with a_turn_server(tmp_path) as turn:
            plan = IcePlan(servers=(turn.server(transport, *ticket()),), relay_only=True)
            async with a_relayed_call(plan) as ends:
                await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
                offer, answer = ends.kiosk_channel.sent[0], ends.desk_channel.sent[0]
                for message in (offer, answer):
                    kinds = {line.split(" typ ")[1].split()[0] for line in _candidates(message)}
                    assert kinds == {"relay"}, "no end tells the other its own address"

    qt_loop.run(story())


def _candidates(message: object) -> list[str]:
    sdp = str(getattr(message, "sdp", ""))
    return [line for line in sdp.splitlines() if line.startswith("a=candidate:")]


@needs_coturn
def test_a_relay_whose_certificate_is_not_believed_is_said_so_by_kiosk_and_desk(
    qt_loop: QtLoop, tmp_path: Path, trusted: None
) -> None:
    async def story() -> None:
        async with a_turn_server(tmp_path) as turn:
            plan = IcePlan(servers=(turn.server("tls", *ticket()),), relay_only=True)
            said: list[SessionError] = []
            async with a_relayed_call(plan) as ends:
                ends.desk.failed.connect(said.append)
                await until(lambda: said)
            assert isinstance(said[0], RelayNotTrusted), (
                "by the kiosk, whose Chromium does not tell why"
            )
            engine, offering = AiortcEngine(), AiortcEngine()
            engine.set_ice(plan)
            try:
                with pytest.raises(RelayNotTrusted):
                    await engine.answer(await offering.offer())
            finally:
                await engine.close()
                await offering.close()

    qt_loop.run(story())


@needs_coturn
@pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil is not installed (apt install libnss3-tools)"
)
async def test_chromium_believes_a_relay_of_the_next_authority_in_a_file_of_two(
    tmp_path: Path,
) -> None:
    async with a_turn_server(tmp_path) as turn:
        both = two_authorities(turn, tmp_path)
        for _start in range(2):
            assert trust_relays_in_browser(str(both), tmp_path)
        server = turn.server("tls", *ticket())
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            *(
                "-m",
                "tests.integration.call.relay_page",
                server.url,
                server.username,
                server.credential,
            ),
            env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await asyncio.wait_for(program.communicate(), 40)
        assert said.decode().split() == ["relay"], "nothing but the way through it, with TLS"


def test_a_dead_relay_that_is_the_only_way_is_said_by_name(qt_loop: QtLoop) -> None:
    async def story() -> None:
        dead = IceServer(
            url=f"turn:127.0.0.1:{free_port()}?transport=tcp", username="u", credential="c"
        )
        engine = AiortcEngine()
        engine.set_ice(IcePlan(servers=(dead,), relay_only=True))
        offering = AiortcEngine()
        try:
            with pytest.raises(RelayUnreachable) as caught:
                await engine.answer(await offering.offer())
            assert isinstance(caught.value, CallLost)
            assert caught.value.detail == {"why": "no_answer"}
        finally:
            await engine.close()
            await offering.close()

    qt_loop.run(story())


def test_a_dead_relay_beside_other_ways_is_said_and_the_call_goes_on(qt_loop: QtLoop) -> None:
    async def story() -> None:
        dead = IceServer(
            url=f"turn:127.0.0.1:{free_port()}?transport=tcp", username="u", credential="c"
        )
        said: list[SessionError] = []
        async with a_relayed_call(IcePlan(servers=(dead,))) as ends:
            ends.desk.failed.connect(said.append)
            await until(lambda: ends.told_to_desk and ends.told_to_kiosk)
            await until(lambda: said)
            assert [error.code for error in said] == ["relay_unreachable"]

    qt_loop.run(story())


def test_a_kiosk_without_a_relay_tells_the_desk_why_there_is_no_call(qt_loop: QtLoop) -> None:
    async def story() -> None:
        dead = IceServer(
            url=f"turn:127.0.0.1:{free_port()}?transport=tcp", username="u", credential="c"
        )
        said: list[SessionError] = []
        async with a_relayed_call(IcePlan(servers=(dead,), relay_only=True)) as ends:
            ends.desk.failed.connect(said.append)
            await until(lambda: said)
            assert isinstance(said[0], RelayUnreachable)

    qt_loop.run(story())


class Way:
    """A way of datagrams to a TURN server, which can be cut."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.port = 0
        self.said = 0
        self._tasks = Tasks()
        self._open = True
        self._front: asyncio.DatagramTransport | None = None
        self._backs: dict[tuple[str, int], asyncio.DatagramTransport] = {}
        self._opening = asyncio.Lock()

    async def begin(self) -> None:
        self._front = await self._socket(self._ask)
        self.port = self._front.get_extra_info("sockname")[1]

    async def _socket(
        self, take: Callable[[bytes, tuple[str, int]], None]
    ) -> asyncio.DatagramTransport:
        class Taker(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                take(data, addr)

        loop = asyncio.get_running_loop()
        transport, _protocol = await loop.create_datagram_endpoint(
            Taker, local_addr=(self._turn.host, 0)
        )
        return transport

    def _ask(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._open:
            self._tasks.start(self._pass_on(data, addr), name="pass on")

    async def _pass_on(self, data: bytes, addr: tuple[str, int]) -> None:
        def answer(data: bytes, _addr: tuple[str, int]) -> None:
            if self._open and self._front is not None:
                self.said += 1
                self._front.sendto(data, addr)

        async with self._opening:  # one for two packets that come together
            if addr not in self._backs:
                self._backs[addr] = await self._socket(answer)
        self._backs[addr].sendto(data, (self._turn.host, self._turn.port))

    async def quiet(self) -> None:
        """Until it has said something, and nothing for a while."""
        said = -1
        async with asyncio.timeout(30):
            while self.said != said or not said:
                said = self.said
                await asyncio.sleep(0.5)

    def cut(self) -> None:
        self._open = False

    async def end(self) -> None:
        await self._tasks.close()
        for transport in (self._front, *self._backs.values()):
            if transport is not None:
                transport.close()


@needs_coturn
async def test_a_desk_that_was_told_of_a_call_has_its_relay_before_the_offer(
    tmp_path: Path,
) -> None:
    async with a_turn_server(tmp_path) as turn:
        way = Way(turn)
        await way.begin()
        server = dataclasses.replace(
            turn.server("udp", *ticket()), url=f"turn:{turn.host}:{way.port}?transport=udp"
        )
        engine, late, offering = AiortcEngine(), AiortcEngine(), AiortcEngine()
        try:
            for each in (engine, late):
                each.set_ice(IcePlan(servers=(server,)))
            engine.prepare()
            await way.quiet()
            way.cut()
            assert has_relay(await engine.answer(await offering.offer()))
            assert not has_relay(await late.answer(await offering.offer()))
        finally:
            await way.end()
            for each in (engine, late, offering):
                await each.close()


@needs_coturn
async def test_addresses_that_were_found_for_another_plan_are_not_used(tmp_path: Path) -> None:
    async with a_turn_server(tmp_path) as turn:
        engine, offering = AiortcEngine(), AiortcEngine()
        try:
            plan = IcePlan(servers=(turn.server("udp", *ticket()),))
            engine.set_ice(plan)
            engine.prepare()
            engine.set_ice(IcePlan())
            assert not has_relay(await engine.answer(await offering.offer()))
            engine.set_ice(plan)
            engine.prepare()
            engine.set_ice(dataclasses.replace(plan, relay_only=True))
            answer = await engine.answer(await offering.offer())
            assert {
                line.split(" typ ")[1].split()[0] for line in answer.splitlines() if " typ " in line
            } == {"relay"}
        finally:
            await engine.close()
            await offering.close()


async def test_a_relay_that_is_silent_is_waited_for_once_and_the_call_goes_on_without_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{silent.getsockname()[1]}?transport=udp"
        engine, offering = AiortcEngine(), AiortcEngine()
        try:
            engine.set_ice(IcePlan(servers=(IceServer(url=url, username="u", credential="c"),)))
            engine.prepare()
            # two waits are too long for it
            assert "typ host" in await engine.answer(await offering.offer())
            assert engine.stats().relay_failed
        finally:
            await engine.close()
            await offering.close()
