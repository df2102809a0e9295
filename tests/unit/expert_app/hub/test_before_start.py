# SPDX-License-Identifier: GPL-3.0-only
"""What will not fit on a machine is said before the hub's start, with what to type."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.hub import before_start
from expert_app.hub.before_start import Misfit, machine_words, misfits
from expert_app.hub.certificates import make_ca, make_certificate
from expert_app.runtime.config import DiskSettings, HubSettings, MetricsSettings
from expert_app.runtime.folder_owner import own_folder
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import DocumentsSettings, StoreSettings
from tests.support import postgres
from tests.support.hub_world import free_port

NOW = datetime.now(UTC)


def look(folder: Path, *, now: datetime = NOW, **changes: Any) -> list[Misfit]:
    """What does not fit; the ports and the room are others' unless a test changes them."""
    usual = HubSettings(listen_port=free_port(), store=StoreSettings(quota_mb=64))
    settings = msgspec.structs.replace(
        usual, disk=DiskSettings(warn_mb=0, full_mb=0), metrics=MetricsSettings()
    )
    found = misfits(msgspec.structs.replace(settings, **changes), paths_for("hub", folder), now)
    return [misfit for misfit in found if misfit.sentence != CLOCK]


CLOCK = "Nobody sets this machine's clock: `timedatectl set-ntp true`."


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_a_machine_that_fits_is_said_to(tmp_path: Path) -> None:
    assert look(tmp_path / "not" / "there") == []
    assert machine_words([]).startswith("This machine fits")


def test_a_full_disk_keeps_callers_out_and_a_small_one_warns(tmp_path: Path) -> None:
    [full] = look(tmp_path, disk=DiskSettings(warn_mb=1 << 40, full_mb=1 << 40))
    assert (full.name, full.grave) == ("disk", True)
    assert "`full_mb = " in full.sentence
    [small] = look(tmp_path, disk=DiskSettings(warn_mb=1 << 40, full_mb=0))
    assert (small.name, small.grave) == ("disk", False)
    assert machine_words([small]).startswith("This machine wants attention:\n- ")
    assert machine_words([small, full]).startswith("On this machine the hub would not work:")


def test_a_quota_above_what_the_disk_has_is_said_with_one_that_fits(tmp_path: Path) -> None:
    [quota] = look(tmp_path, store=StoreSettings(quota_mb=1 << 40))
    assert (quota.name, quota.grave) == ("quota", False)
    assert "Set `quota_mb = " in quota.sentence
    assert look(tmp_path, bus="nats://127.0.0.1:1", store=StoreSettings(quota_mb=1 << 40)) == []


def test_a_port_in_use_is_named_but_not_while_this_very_hub_has_it(tmp_path: Path) -> None:
    with taken_port() as port:
        [listen] = look(tmp_path, listen_port=port)
        assert (listen.name, listen.grave) == ("port", True)
        assert f"`ss -ltnp sport = :{port}`" in listen.sentence
        [metrics] = look(tmp_path, metrics=MetricsSettings(listen=f"127.0.0.1:{port}"))
        assert "metrics.listen" in metrics.sentence
        with own_folder(paths_for("hub", tmp_path).data, "hub"):
            assert look(tmp_path, listen_port=port) == []


def test_an_address_of_another_machine_is_no_place_to_listen(tmp_path: Path) -> None:
    [port] = look(tmp_path, listen_host="192.0.2.7")
    assert "no address of this machine" in port.sentence


def test_a_certificate_says_when_it_ends(tmp_path: Path) -> None:
    make_ca(tmp_path / "ca")
    make_certificate(tmp_path / "ca", ["hub.example"])
    file = str(tmp_path / "ca" / "hub.example.pem")
    assert look(tmp_path, tls_certificate=file) == []
    days = [
        look(tmp_path, tls_certificate=file, now=NOW + timedelta(days=late))
        for late in range(0, 4000, 10)
    ]
    graves = [found[0].grave for found in days if found]
    assert graves[:3] == [False, False, False], "thirty days before"
    assert graves[-1]
    assert "`expert-app hub renew-certificate`" in days[-1][0].sentence
    [missing] = look(tmp_path, tls_certificate=str(tmp_path / "none.pem"))
    assert missing.grave
    assert "make-certificate" in missing.sentence


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://hub:hunter2@127.0.0.1:{free_port()}/dossiers"
    [database] = look(tmp_path, database=address)
    assert (database.name, database.grave) == ("database", True)
    assert "hunter2" not in database.sentence
    assert "psql postgresql" in database.sentence


@pytest.mark.skipif(postgres.programs() is None, reason="PostgreSQL is not installed here")
def test_a_clock_far_from_the_database_s_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = postgres.programs()
    assert home is not None
    with postgres.server(home) as server:
        address = postgres.new_database(server, "dossiers")
        assert look(tmp_path, database=address) == []
        monkeypatch.setattr(before_start, "MOST_OFFSET", timedelta(0))
        [clock] = look(tmp_path, database=address)
        assert (clock.name, clock.grave) == ("clock", False)
        assert "timedatectl" in clock.sentence


def test_documents_that_nobody_takes_are_said(tmp_path: Path) -> None:
    place = DocumentsSettings(kind="webdav", address=f"http://127.0.0.1:{free_port()}/share")
    [documents] = look(tmp_path, documents=place)
    assert (documents.name, documents.grave) == ("documents", True)


def test_the_command_looks_at_the_machine_unless_it_is_given_a_convention(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hub"
    words = ("--organisation", "Val", "--service", "Aide", "--site", "Mairie", "--yes")
    assert main(["hub", "init", str(folder), *words]) == 0
    capsys.readouterr()
    settings = folder / "hub.toml"
    with taken_port() as port:
        place = ("--settings", str(settings), "--listen", f"127.0.0.1:{port}")
        main(["hub", "check", *place, "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert not answer["ok"]
        assert "port" in [misfit["name"] for misfit in answer["machine"]]
        assert settings.exists()
        main(["hub", "check", str(folder / "convention.toml"), *place, "--json"])
        assert json.loads(capsys.readouterr().out)["machine"] == []
