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
from expert_app.hub.monitor import health_text
from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.config import HubSettings, KioskSettings, save
from expert_app.runtime.paths import paths_for
from session.hub.monitoring.health import Trouble
from tests.support.hub_world import free_port


@contextmanager
def healthz(troubles: list[Trouble]) -> Iterator[str]:
    """What a hub with these troubles says of itself; its address."""
    text = health_text(troubles, {"calls": 0}).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if troubles else 200)
            self.end_headers()
            self.wfile.write(text)

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


def test_troubles_of_a_hub_are_said_in_the_operators_words() -> None:
    troubles = [Trouble("no_leader", True, {}), Trouble("disk_remote", False, {"kind": "nfs4"})]
    with healthz(troubles) as listen:
        found = list(hub.check_health(listen))
    assert [finding.level for finding in found] == ["wrong", "absent"]
    assert "cluster has no leader" in found[0].sentence
    assert "nfs4" in found[1].sentence
    with healthz([]) as listen:
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
