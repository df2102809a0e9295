# SPDX-License-Identifier: GPL-3.0-only
"""The doctor of a hub says what is wrong and what to type; which role it examines by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from expert_app.commands.doctor import hub
from expert_app.commands.doctor.command import roles_here
from expert_app.commands.doctor.findings import check_bus
from expert_app.hub.monitor import health_text
from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.config import HubSettings, KioskSettings, save
from expert_app.runtime.paths import paths_for
from session.hub.monitoring.health import Trouble
from tests.support.hub_world import free_port


@contextmanager
def answering(text: str) -> Iterator[str]:
    """A program that answers everybody with this text; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def test_a_hub_that_does_not_answer_is_said_with_what_to_type() -> None:
    (found,) = hub.check_health(f"127.0.0.1:{free_port()}")
    assert (found.level, "journalctl -u poste-expert-hub" in found.sentence) == ("wrong", True)
    assert list(hub.check_health("")) == []


def test_another_program_at_the_hubs_address_is_no_hub() -> None:
    for text in ("welcome", "{}", '{"reasons": [{"grave": true}]}', '{"reasons": [{"code": 1}]}'):
        with answering(text) as listen:
            (found,) = hub.check_health(listen)
        assert found.level == "wrong"
    (found,) = hub.check_health("127.0.0.1:port")
    assert found.level == "wrong"


async def test_a_hub_that_listens_at_an_address_of_ipv6_is_asked_there() -> None:
    address = hub.own_bus(HubSettings(listen_host="::1", listen_port=free_port()))
    found = await check_bus([address])
    assert (found.level, "[::1]:" in found.sentence) == ("wrong", True)


def test_a_machine_without_a_convention_is_told_where_one_is_named() -> None:
    found = hub.check_convention(HubSettings())
    assert (found.level, "catalogue = " in found.sentence) == ("absent", True)


def test_troubles_of_a_hub_are_said_in_the_operators_words() -> None:
    troubles = [Trouble("no_leader", True, {}), Trouble("disk_remote", False, {"kind": "nfs4"})]
    with answering(health_text(troubles, {})) as listen:
        found = list(hub.check_health(listen))
    assert [finding.level for finding in found] == ["wrong", "absent"]
    assert "cluster has no leader" in found[0].sentence
    assert "nfs4" in found[1].sentence
    with answering(health_text([], {})) as listen:
        (well,) = hub.check_health(listen)
    assert well.level == "ok"


def test_little_room_and_no_backups_are_said_with_what_to_type(tmp_path: Path) -> None:
    settings = HubSettings(folder=str(tmp_path / "not" / "yet"))
    assert hub.check_room(Path(settings.folder), settings).level == "ok"
    assert "poste-expert-backup.timer" in hub.check_backups(settings).sentence
    (tmp_path / "bus.pem").write_text("nothing")
    broken = HubSettings(tls_certificate=str(tmp_path / "bus.pem"), tls_key="k")
    (found,) = hub.check_certificate(broken)
    assert (found.level, "make-certificate" in found.sentence) == ("wrong", True)


def test_what_is_set_up_or_installed_is_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common, versions = CommonOptions(folder=tmp_path), tmp_path / "versions"
    assert roles_here(common, versions) == ("desk", "kiosk")
    versions.mkdir()
    (versions / "poste-expert-kiosk").write_text("1.0")
    assert roles_here(common, versions) == ("kiosk",)
    (tmp_path / "hub.toml").write_text("")
    assert roles_here(common, versions) == ("hub",)
    save(KioskSettings(), paths_for("kiosk", tmp_path).config)
    assert roles_here(common, versions) == ("kiosk",)
