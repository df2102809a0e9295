# SPDX-License-Identifier: GPL-3.0-only
"""What who watches a hub is told: a real hub and server, real HTTP.
Somebody who reads it learns nobody's name.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from expert_app.backup.watch import BackupWatch
from expert_app.commands.hub.context import HubContext
from expert_app.commands.hub.explain import explain
from expert_app.hub.metrics import HubMetrics, MetricsCollector
from expert_app.hub.monitor import CONNECTIONS, Monitor
from expert_app.runtime.config import HubSettings, MetricsSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import BackupSettings
from session.bus.server.certificate_watch import CertificateState
from session.core.clock import SystemClock
from session.core.errors import ServiceUnknown, StoreFull, TicketTaken
from session.core.tasks import Tasks
from session.hub.history import audit
from session.hub.monitoring.health import Trouble
from session.protocol.conversation.messages import PageRefused, SessionMessage
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import LONGEST_S, until

NUMBER = "1234567"


WATCHING = Path(__file__).parents[3] / "installers" / "watching"
A_FIGURE = re.compile(r"\bposte_expert_\w+")


async def _monitor(world: World) -> Monitor:
    assert world.hub is not None
    assert world.connection is not None
    monitor = Monitor(
        "127.0.0.1",
        0,
        health=world.hub.monitoring.health,
        metrics=HubMetrics(world.hub, world.connection),
        refused=world.hub.flood_watch.refused,
    )
    assert await monitor.start()
    return monitor


async def _ask(monitor: Monitor, path: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.request(method, monitor.address + path, timeout=10)


async def _figures(monitor: Monitor) -> dict[tuple[str, ...], float]:
    text = (await _ask(monitor, "/metrics")).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_callers_agents_and_requests_are_counted_and_nobody_is_named(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        kiosk, other = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        alice, bob = await world.desk("alice"), await world.desk("bob")
        first = await kiosk.call("rights", NUMBER, "r1")
        await other.call("housing", "", "r2")
        await alice.accept(first.ticket.id)
        with pytest.raises(TicketTaken):
            await bob.accept(first.ticket.id)
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.queue.presence.agents("valdore") == 2)
        found = await _figures(monitor)
        assert found["poste_expert_waiting", "valdore", "housing"] == 1
        assert found["poste_expert_waiting", "valdore", "rights"] == 0
        assert 0 < found["poste_expert_longest_wait_seconds", "valdore", "housing"] < 60
        assert found["poste_expert_in_session", "valdore"] == 1
        assert found["poste_expert_agents", "valdore", "in_session"] == 1
        assert found["poste_expert_agents", "valdore", "available"] == 1
        assert found["poste_expert_requests_total", "call"] == 2
        assert found["poste_expert_requests_total", "accept"] == 2
        assert found["poste_expert_refusals_total", "ticket_taken", "accept"] == 1
        assert found["poste_expert_request_seconds_count", "call"] == 2
        assert found["poste_expert_up",] == 1
        text = (await _ask(monitor, "/metrics")).text + (await _ask(monitor, "/healthz")).text
        for secret in (
            NUMBER,
            "alice",
            "Alice",
            "bob",
            "kiosk1",
            first.ticket.id,
            first.ticket.number,
        ):
            assert secret not in text
        monitor.stop()


async def test_alert_rules_and_dashboard_ask_for_figures_that_a_hub_has(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.connection is not None
        backups = BackupWatch(BackupSettings(folder=str(tmp_path)), "hub", clock=SystemClock())
        backups.newest_at_utc = datetime.now(UTC)
        world.hub.network.state.on_certificate(CertificateState(90, ""))
        world.hub.parts.disk_space.free_bytes = 1
        figures = HubMetrics(world.hub, world.connection, backups=backups)
        names = {
            name
            for family in text_string_to_metric_families(figures.text("")[1].decode())
            for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")
        }
        asked = {
            name
            for file in ("alerts.yml", "dashboard.json")
            for name in A_FIGURE.findall((WATCHING / file).read_text("utf-8"))
        }
    assert len(asked) > 15
    assert asked - names == set()


async def test_health_is_good_then_says_that_the_server_is_gone(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        assert world.hub is not None
        await world.hub.history.projection.caught_up.wait()
        answer = await _ask(monitor, "/healthz")
        assert (answer.status_code, answer.json()) == (200, {"state": "ok", "reasons": []})
        await world.server.stop()
        line = world.connection.bus if world.connection is not None else None
        await until(lambda: line is not None and not line.is_connected)
        answer = await _ask(monitor, "/healthz")
        assert answer.status_code == 503
        assert [one["code"] for one in answer.json()["reasons"] if one["grave"]] == [
            "bus_unreachable"
        ]
        assert (await _figures(monitor))["poste_expert_up",] == 0
        monitor.stop()


async def test_a_history_that_cannot_be_written_is_a_warning_and_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "ACK_S", 2.0)  # the server gives again what was not written
    async with hub_world(tmp_path) as world:
        monitor, kiosk = await _monitor(world), await world.kiosk("kiosk1")
        assert world.hub is not None
        projection = world.hub.history.projection
        await projection.caught_up.wait()
        with closing(sqlite3.connect(str(projection.history.engine.url.database))) as base:
            base.execute("ALTER TABLE history_transition RENAME TO elsewhere")
            assert (await kiosk.call("rights", "", "r1")).ticket.state == "waiting"
            await until(lambda: projection.trouble)
            answer = await _ask(monitor, "/healthz")
            assert (answer.status_code, answer.json()["state"]) == (200, "warning")
            assert answer.json()["reasons"] == [
                {"code": "history_closed", "grave": False, "why": "OperationalError"}
            ]
            base.execute("ALTER TABLE elsewhere RENAME TO history_transition")
        await until(lambda: not projection.trouble)
        await until(lambda: projection.position.applied == 1)
        assert (await _ask(monitor, "/healthz")).json() == {"state": "ok", "reasons": []}
        monitor.stop()


async def test_a_part_of_the_convention_that_was_refused_is_a_warning(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        assert world.hub is not None
        await world.hub.history.projection.caught_up.wait()
        world.hub.network.state.refused_parts = ["marais.toml: signature"]
        answer = await _ask(monitor, "/healthz")
        assert answer.status_code == 200
        assert json.loads(answer.text)["state"] == "warning"
        assert answer.json()["reasons"][0] == {
            "code": "convention_refused",
            "grave": False,
            "parts": 1,
            "first": "marais.toml: signature",
        }
        monitor.stop()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/metrics", 405), ("HEAD", "/healthz?x=1", 200)],
)
async def test_other_questions_are_refused(
    tmp_path: Path, method: str, path: str, status: int
) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        assert (await _ask(monitor, path, method)).status_code == status
        monitor.stop()


async def test_who_refused_the_certificate_says_so_when_it_is_back(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        health = world.hub.monitoring.health
        kiosk = await world.client(Role.KIOSK, "kiosk1")
        kiosk._connection.refused_certificates = 2  # test_tls.py has real refusals
        kiosk.beat()
        told = Trouble("certificate_not_believed", False, {"clients": 1})

        async def is_told() -> bool:
            return told in await health.check()

        await until(is_told)


async def test_work_that_failed_and_goes_on_is_named(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        tasks = world.hub.parts.tasks
        monitor = await _monitor(world)
        runs = itertools.count()

        async def work() -> None:
            if next(runs) == 0:
                raise ZeroDivisionError

        await tasks.keep(work, name="a sweep")
        said = json.loads((await _ask(monitor, "/healthz")).text)
        reason = {"task": "a sweep", "failures": 1, "error": "ZeroDivisionError"}
        assert said["reasons"] == [{"code": "task_failing", "grave": False, **reason}]
        found = await _figures(monitor)
        assert found["poste_expert_task_failures_total", "a sweep"] == 1
        assert found["poste_expert_trouble", "task_failing", "false"] == 1
        monitor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the hub's program has uvloop on Linux only")
def test_the_loop_of_the_hub_s_program_serves_the_monitor_too() -> None:
    import uvloop

    class Well:
        async def check(self) -> list[Trouble]:
            return []

    async def asked() -> str:
        metrics = MetricsCollector("poste_expert", Tasks())
        monitor = Monitor("127.0.0.1", 0, health=Well(), metrics=metrics)
        assert await monitor.start()
        said = (await _ask(monitor, "/healthz")).text
        monitor.stop()
        return said

    assert json.loads(uvloop.run(asked()))["state"] == "ok"


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nX: "])
async def test_connections_that_never_ask_keep_nobody_from_asking(
    tmp_path: Path, said: bytes
) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        host, _, port = monitor.address.removeprefix("http://").rpartition(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(100)]
        for _reader, writer in slow:
            writer.write(said)
        assert (await _ask(monitor, "/healthz")).status_code == 200
        await until(lambda: len(monitor._open_now) <= CONNECTIONS)
        monitor.stop()
        for _reader, writer in slow:
            writer.close()
        assert not monitor._open_now


async def test_a_question_that_is_never_finished_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expert_app.hub.monitor.REQUEST_S", 0.2)
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        host, _, port = monitor.address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert not monitor._open_now
        writer.close()
        monitor.stop()


async def test_a_head_that_does_not_end_is_refused(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        host, _, port = monitor.address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 100_000)
        assert (await reader.read(12)).startswith(b"HTTP/1.")
        writer.close()
        monitor.stop()


async def test_an_address_that_is_taken_does_not_stop_the_hub(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first = await _monitor(world)
        assert world.hub is not None
        assert world.connection is not None
        port = int(first.address.rpartition(":")[2])
        metrics = HubMetrics(world.hub, world.connection)
        second = Monitor(
            "127.0.0.1",
            port,
            health=world.hub.monitoring.health,
            metrics=metrics,
        )
        assert await second.start() is False
        assert second.address == ""
        first.stop()


async def test_a_nearly_full_disk_takes_no_new_call_keeps_who_is_here_and_recovers_by_itself(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        kiosk = await world.kiosk("kiosk1")
        other = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        here = await kiosk.call("rights", "", "r1")
        assert world.hub is not None
        disk_space = world.hub.parts.disk_space
        disk_space._folders, disk_space.full_bytes, disk_space.warn_bytes = (
            [tmp_path],
            1 << 60,
            1 << 61,
        )
        await until(lambda: disk_space.is_full)
        with pytest.raises(StoreFull):
            await other.call("housing", "", "r2")
        assert (await kiosk.call("rights", "", "r1")).ticket.id == here.ticket.id
        await desk.accept(here.ticket.id)
        answer = await _ask(monitor, "/healthz")
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (503, "disk_full")
        disk_space.full_bytes = 0
        await until(lambda: not disk_space.is_full)
        assert (await other.call("housing", "", "r2")).ticket.state == "waiting"
        answer = await _ask(monitor, "/healthz")
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (200, "disk_low")
        monitor.stop()


async def test_a_made_up_verb_makes_no_label_of_its_own(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        line = await world.connect_as(Role.KIOSK, "kiosk1")
        await line.request("svc.k.kiosk1.made_up_by_a_visitor", b"{}", timeout_s=LONGEST_S)
        found = await _figures(monitor)
        assert found["poste_expert_requests_total", "unknown"] == 1
        assert not [name for name in found if "made_up_by_a_visitor" in name]
        monitor.stop()


def _asked_at(listen: str, folder: Path) -> HubContext:
    settings = HubSettings(metrics=MetricsSettings(listen=listen))
    return HubContext(settings, paths_for("hub", folder))


async def test_who_writes_a_kiosk_is_told_what_was_not_taken_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_world(tmp_path) as world:
        monitor = await _monitor(world)
        hub = _asked_at(monitor.address.removeprefix("http://"), tmp_path)

        async def explained(as_json: bool = False) -> list[str]:
            code = await asyncio.to_thread(explain, hub, "kiosk1", once=True, as_json=as_json)
            assert code == 0
            return capsys.readouterr().out.splitlines()

        [nothing] = await explained()
        assert "kiosk1" in nothing
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        with pytest.raises(ServiceUnknown):
            await kiosk.call("chess", "", "r0")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        told: list[SessionMessage] = []
        kiosk.bus.channel(facts.id).on_message("end", told.append)
        desk.bus.channel(facts.id).on_message("call", lambda message: None)
        connection = await world.connect_as(Role.KIOSK, "kiosk1")
        ours = f"ses.k.kiosk1.{facts.id}"
        await connection.publish(f"{ours}.chunk", b"x" * 60_000, {})
        await connection.publish(f"{ours}.call", b"nonsense", {})
        await until(lambda: len(told) == 2)
        await desk.bus.channel(facts.id).send(
            "device", PageRefused(page_id="p1", code="page_damaged")
        )
        refused = world.hub.flood_watch.refused  # type: ignore[union-attr]
        await until(lambda: len(refused.of("kiosk1", "k")) == 4)
        lines = await explained()
        assert [line.split("  ")[2:] for line in lines[:1]] == [
            ["call", "service_unknown (hub): service chess"]
        ]
        assert ["message_too_large (hub)" in lines[1], "(desk)" in lines[2]] == [True, True]
        assert lines[3].endswith("device page p1  page_damaged (desk)")
        [first, *_] = await explained(as_json=True)
        assert json.loads(first)["code"] == "service_unknown"
        silent = _asked_at("127.0.0.1:1", tmp_path)
        assert await asyncio.to_thread(explain, silent, "kiosk1", once=True) == 1
        assert explain(_asked_at("", tmp_path), "kiosk1", once=True) == 2
        monitor.stop()
