# SPDX-License-Identifier: GPL-3.0-only
"""Server, hub or network go away, by force:
what was acknowledged is there, and everybody comes back alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import psutil
import pytest

import session.bus.server.process
from session.bus.client import BusClient
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.core.errors import BusUnreachable, SessionError
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.requests import QueueRequest
from session.protocol.hub.tickets import TicketState
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.hub_world import free_port, hub_world, one_computer_each
from tests.support.waiting import LONGEST_S, until


async def _start_hub_process(folder: Path, port: int, keys: Path) -> tuple[Process, int]:
    command = [sys.executable, "-m", "tests.faults.hub_process", str(folder), str(port), str(keys)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return process, int(await process.stdout.readline())


async def _kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and /proc are POSIX")
async def test_a_ticket_survives_kill_9_and_no_server_outlives_its_hub(tmp_path: Path) -> None:
    port, hub_seed, seeds = free_port(), new_seed(), {"kiosk1": new_seed(), "alice": new_seed()}
    keys = tmp_path / "keys.json"
    users = {user: public_key(seed) for user, seed in seeds.items()}
    keys.write_text(json.dumps({"hub": hub_seed.decode(), "users": users}), encoding="utf-8")
    process, server_pid = await _start_hub_process(tmp_path, port, keys)
    tasks, clock, url = Tasks(), SystemClock(), f"nats://127.0.0.1:{port}"
    kiosk_bus = BusClient(
        [url], Role.KIOSK, user="kiosk1", seed=seeds["kiosk1"], tasks=tasks, clock=clock
    )
    desk_bus = BusClient(
        [url], Role.AGENT, user="alice", seed=seeds["alice"], tasks=tasks, clock=clock
    )
    try:
        await kiosk_bus.connect()
        await desk_bus.connect()
        kiosk, desk = (
            KioskClient(kiosk_bus, clock, tasks=tasks),
            DeskClient(desk_bus, clock, tasks=tasks),
        )
        await kiosk.start()
        await desk.start()
        await until(lambda: desk.is_ready)
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket
        facts = await desk.accept(ticket.id)

        children = psutil.Process(process.pid).children()
        assert server_pid in [child.pid for child in children], "beside what syncs, where it does"
        await _kill(process)
        await until(lambda: not any(child.is_running() for child in children))
        with pytest.raises(SessionError):
            await desk_bus.ask_once(QueueRequest())
        process, _ = await _start_hub_process(tmp_path, port, keys)
        await until(lambda: desk.is_ready and kiosk_bus.is_connected)

        again = await kiosk.call("rights", "1234567", "r1")
        assert (again.ticket.id, again.ticket.state) == (ticket.id, TicketState.IN_SESSION)
        assert again.session is not None
        assert again.session.id == facts.id
        resumed = await desk.resume()
        assert [session.caller_number for session in resumed.sessions] == ["1234567"]
        assert [seen.id for seen in desk.queue] == [ticket.id]
    finally:
        await kiosk_bus.close()
        await desk_bus.close()
        await tasks.close()
        await _kill(process)


async def test_a_killed_server_is_back_at_once_and_everybody_with_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        told: list[bool] = []
        desk.connection_changed.connect(told.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await until(lambda: len(desk.queue) == 1)
        world.kill_server()
        await until(lambda: told == [False])
        await until(lambda: told == [False, True])
        assert [seen.id for seen in desk.queue] == [ticket.id]
        second = (await (await world.kiosk("kiosk2")).call("housing", "", "r2")).ticket
        await until(lambda: [seen.id for seen in desk.queue] == [ticket.id, second.id])
        assert (await desk.accept(ticket.id)).ticket_id == ticket.id


async def test_a_bus_away_for_ten_seconds_loses_nothing(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first, second = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        desk, other = await world.desk("alice"), await world.desk("bob")
        one = (await first.call("housing", "", "r1")).ticket
        two = (await second.call("housing", "", "r2")).ticket
        facts = await desk.accept(one.id)
        await until(
            lambda: len(other.queue) == 2 and other.queue[0].state is TicketState.IN_SESSION
        )
        before = other.queue
        await world.server.stop()
        await until(lambda: not desk.is_ready and not first.bus.is_connected)
        with pytest.raises(BusUnreachable):
            await first.status(one.id)
        with pytest.raises(BusUnreachable):
            await desk.bus.channel(facts.id).send_raw("chunk", b"x", {})
        await asyncio.sleep(10)
        await world.server.start()
        await until(lambda: desk.is_ready and other.is_ready)
        assert other.queue == before
        assert desk.queue == before
        assert (await second.status(two.id)).position == 1
        got: list[bytes] = []
        first.bus.channel(facts.id).on_raw("chunk", lambda payload, headers: got.append(payload))
        await desk.bus.channel(facts.id).send_raw("chunk", b"again", {"Item": "x", "Index": "0"})
        await until(lambda: got == [b"again"])


async def test_an_accept_whose_hub_died_is_repeated_until_its_outcome_is_known(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        retried: list[str] = []
        desk.retrying.connect(retried.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await world.stop_hub()
        accepting = world.tasks.start(desk.accept(ticket.id), name="accept")
        await until(lambda: bool(retried))
        await world.start_hub()
        facts = await accepting
        assert (facts.ticket_id, retried[0]) == (ticket.id, "accept")


async def test_two_hubs_share_the_work_and_one_may_die(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first_hub, first_connection = world.hub, world.connection
        second_hub = await world.start_hub()
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        for n in range(12):
            newest = (await kiosk.call("housing", "", f"r{n}")).ticket.id
        await until(lambda: [seen.id for seen in desk.queue] == [newest])
        assert first_hub is not None
        assert first_connection is not None
        assert first_hub.server.counts.answered > 0
        assert second_hub.server.counts.answered > 0
        facts = await desk.accept(newest)
        got: list[bytes] = []
        desk.bus.channel(facts.id).on_raw("mirror", lambda payload, headers: got.append(payload))
        await first_hub.stop()
        await first_connection.close()
        await until(lambda: len(second_hub.queue.view.open_tickets("valdore")) == 1)
        for n in range(5):
            await kiosk.bus.channel(facts.id).send_raw("mirror", bytes([n]), {"Seq": str(n)})
        await until(lambda: got == [bytes([n]) for n in range(5)])


class _Wire:
    """A network between a client and the server that can fall silent:
    nothing passes, nothing is closed.
    """

    def __init__(self, port: int, tasks: Tasks) -> None:
        self._target = port
        self._tasks = tasks
        self._open: list[tuple[asyncio.Event, asyncio.StreamWriter]] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        if self._server is None or not self._server.is_serving():  # closed meanwhile
            writer.close()
            far_writer.close()
            return
        passing = asyncio.Event()
        passing.set()
        self._open += [(passing, writer), (passing, far_writer)]
        self._tasks.start(self._pump(reader, far_writer, passing), name="wire out")
        self._tasks.start(self._pump(far_reader, writer, passing), name="wire in")

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            await passing.wait()
            writer.write(data)
        writer.close()

    def fall_silent(self) -> None:
        """For the connections there are; new ones pass."""
        for passing, _ in self._open:
            passing.clear()

    def speak_again(self) -> None:
        for passing, _ in self._open:
            passing.set()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for _, writer in self._open:
            writer.transport.abort()


async def test_a_network_that_falls_silent_is_noticed_and_the_line_rebuilt(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        wire = _Wire(int(world.server.url.rpartition(":")[2]), world.tasks)
        await wire.start()
        seed = world.seeds["valdore", Role.AGENT, "alice"]
        client = BusClient(
            [f"nats://127.0.0.1:{wire.port}"],
            Role.AGENT,
            user="alice",
            seed=seed,
            tasks=world.tasks,
            clock=world.clock,
        )
        try:
            await client.connect()
            told: list[bool] = []
            client.connected.connect(told.append)
            wire.fall_silent()
            channel = client.channel("s1_00000000")

            # data queued on a dead line is what nats-py hangs on
            async def send_for_ever() -> None:
                while True:
                    await channel.send_raw("chunk", b"x" * 48_000, {})

            with pytest.raises(BusUnreachable):
                await send_for_ever()
            await until(lambda: told == [False, True])
            assert (await client.ask_once(QueueRequest())).total == 0
        finally:
            await client.close()
            await wire.close()


async def test_a_short_silence_of_the_network_breaks_no_line(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        wire = _Wire(int(world.server.url.rpartition(":")[2]), world.tasks)
        await wire.start()
        connection = Connection(
            [f"nats://127.0.0.1:{wire.port}"],
            world.seeds["valdore", Role.AGENT, "alice"],
            tasks=world.tasks,
            inbox=subjects.inbox(Role.AGENT, "alice"),
            name="alice",
            probe_s=1.0,
        )
        try:
            await connection.open(LONGEST_S)
            changes: list[bool] = []
            connection.connected.connect(changes.append)
            wire.fall_silent()
            await asyncio.sleep(2.2)  # One probe gives up waiting, its answer comes late.
            wire.speak_again()
            await asyncio.sleep(1.5)
            assert changes == []
            assert connection.is_connected
        finally:
            await connection.close()
            await wire.close()


@pytest.mark.skipif(not hasattr(os, "kill"), reason="needs signals")
async def test_a_server_that_does_not_start_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path / "one", with_hub=False) as world:
        port = int(world.server.url.rpartition(":")[2])
        settings = ServerSettings(tmp_path / "two", port, host="127.0.0.2")
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "jetstream").write_text(
            "a file where the store should be", encoding="utf-8"
        )
        second = BusServer(
            settings,
            world.catalogue.accounts(one_computer_each(world.keys)),
            hub_key=public_key(world.hub_seed),
            tasks=world.tasks,
        )
        monkeypatch.setattr(session.bus.server.process, "READY_S", 0.5)
        with pytest.raises(BusUnreachable):
            await second.start()
        assert second.pid is None
