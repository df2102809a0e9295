# SPDX-License-Identifier: GPL-3.0-only
"""What will not fit on a machine is said before the hub's start, with what to type."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.commands.doctor import machine
from expert_app.commands.doctor.findings import CheckResult
from expert_app.commands.doctor.hub import before_start
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.config import DiskSettings, HubSettings, MetricsSettings
from expert_app.runtime.folder_owner import own_folder
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import (
    DocumentsSettings,
    MailSettings,
    RdvSettings,
    SmsSettings,
    StoreSettings,
)
from resources.texts import use_language
from tests.support import postgres
from tests.support.hub_world import free_port


def look(folder: Path, **changes: Any) -> list[CheckResult]:
    """What does not fit; the ports and the room are others' unless a test changes them."""
    settings = HubSettings(
        listen_port=free_port(),
        store=StoreSettings(quota_mb=64),
        disk=DiskSettings(warn_mb=0, full_mb=0),
        metrics=MetricsSettings(),
    )
    found = before_start(msgspec.structs.replace(settings, **changes), paths_for("hub", folder))
    return [finding for finding in found if finding.sentence != CLOCK]


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


CLOCK = "Nobody sets this machine's clock: `timedatectl set-ntp true`."


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_nothing_is_said_of_a_machine_that_fits(tmp_path: Path) -> None:
    assert look(tmp_path / "not" / "there") == []


def test_a_small_disk_is_said(tmp_path: Path) -> None:
    [small] = look(tmp_path, disk=DiskSettings(warn_mb=1 << 40, full_mb=0))
    assert (small.name, small.level) == ("disk", "wrong")


def test_a_quota_above_what_the_disk_has_is_said_with_one_that_fits(tmp_path: Path) -> None:
    [quota] = look(tmp_path, store=StoreSettings(quota_mb=1 << 40))
    assert (quota.name, quota.level) == ("quota", "absent")
    assert "Set `quota_mb = " in quota.sentence
    assert look(tmp_path, bus="nats://127.0.0.1:1", store=StoreSettings(quota_mb=1 << 40)) == []


def test_a_port_in_use_is_named_but_not_while_this_very_hub_has_it(tmp_path: Path) -> None:
    with taken_port() as port:
        [listen] = look(tmp_path, listen_port=port)
        assert (listen.name, listen.level) == ("port", "wrong")
        assert f"`ss -ltnp sport = :{port}`" in listen.sentence
        [metrics] = look(tmp_path, metrics=MetricsSettings(listen=f"127.0.0.1:{port}"))
        assert "metrics.listen" in metrics.sentence
        with own_folder(paths_for("hub", tmp_path).data, "hub"):
            assert look(tmp_path, listen_port=port) == []


def test_an_address_of_another_machine_is_no_place_to_listen(tmp_path: Path) -> None:
    [port] = look(tmp_path, listen_host="192.0.2.7")
    assert "no address of this machine" in port.sentence


def test_a_certificate_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    [missing] = look(tmp_path, tls_certificate=str(tmp_path / "none.pem"))
    assert missing.level == "wrong"
    assert "make-certificate" in missing.sentence


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://hub:hunter2@127.0.0.1:{free_port()}/dossiers"
    [database] = look(tmp_path, database=address)
    assert (database.name, database.level) == ("database", "wrong")
    assert "hunter2" not in database.sentence
    assert "psql postgresql" in database.sentence


@pytest.mark.parametrize("address", ["hub:hunter2@base", "postgresql://hub:hunter2@base:five/d"])
def test_a_database_s_address_that_nobody_can_read_is_said(tmp_path: Path, address: str) -> None:
    [database] = look(tmp_path, database=address)
    assert (database.name, database.level) == ("database", "wrong")
    assert "hunter2" not in database.sentence
    assert "`database` in the settings" in database.sentence


@pytest.mark.skipif(postgres.programs() is None, reason="PostgreSQL is not installed here")
def test_a_clock_far_from_the_database_s_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = postgres.programs()
    assert home is not None
    with postgres.server(home) as server:
        address = postgres.new_database(server, "dossiers")
        assert look(tmp_path, database=address) == []
        monkeypatch.setattr(machine, "MOST_OFFSET", timedelta(0))
        [clock] = look(tmp_path, database=address)
        assert (clock.name, clock.level) == ("clock", "absent")
        assert "timedatectl" in clock.sentence


def test_documents_that_nobody_takes_are_said(tmp_path: Path) -> None:
    place = DocumentsSettings(kind="webdav", address=f"http://127.0.0.1:{free_port()}/share")
    [documents] = look(tmp_path, documents=place)
    assert (documents.name, documents.level) == ("documents", "wrong")


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
        assert main(["hub", "check", *place, "--json"]) == 1
        answer = json.loads(capsys.readouterr().out)
        assert "port" in [finding["name"] for finding in answer["machine"]]
        assert settings.exists()
        main(["hub", "check", str(folder / "convention.toml"), *place, "--json"])
        assert json.loads(capsys.readouterr().out)["machine"] == []


def test_a_secret_that_is_missing_is_said_before_the_hub_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "jeton"
    file.write_text("jeton", encoding="utf-8")
    file.chmod(0o644)
    gateway = SmsSettings(
        organisation="valdore", address="http://127.0.0.1:9/sms", secret_file=str(file)
    )
    [open_file] = look(tmp_path, sms=[gateway])
    assert (open_file.level, "chmod 600" in open_file.sentence) == ("wrong", True)
    door = RdvSettings(listen="127.0.0.1:8790", organisations=["valdore"])
    [missing] = look(tmp_path, rdv=door)
    assert (missing.level, "hub secret rdv.valdore" in missing.sentence) == ("wrong", True)
    assert "secret_folder" in missing.sentence
    monkeypatch.setenv("POSTE_EXPERT_SECRET_RDV_VALDORE", "partage")
    assert look(tmp_path, rdv=door) == []
    folder = msgspec.structs.replace(door, organisations=["marais"], secret_folder=str(tmp_path))
    [no_file] = look(tmp_path, rdv=folder)
    assert str(tmp_path / "marais") in no_file.sentence
    with taken_port() as port:
        [taken] = look(tmp_path, rdv=msgspec.structs.replace(door, listen=f"127.0.0.1:{port}"))
    assert "rdv.listen" in taken.sentence


def _both_ways(ca_file: str) -> RdvSettings:
    return RdvSettings(
        listen="127.0.0.1:8790",
        organisations=["valdore"],
        public_address="https://hub.example",
        address="https://rdv.example",
        client_id="poste",
        ca_file=ca_file,
    )


def test_an_authority_that_cannot_be_read_is_said_before_the_hub_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RDV_VALDORE", "RDV_CLIENT"):
        monkeypatch.setenv(f"POSTE_EXPERT_SECRET_{name}", "partage")
    (tmp_path / "empty.pem").touch()
    for file in ("/nowhere/ca.pem", str(tmp_path / "empty.pem")):
        [unreadable] = look(tmp_path, rdv=_both_ways(file))
        assert (unreadable.level, file in unreadable.sentence) == ("wrong", True)


def test_a_mail_server_or_a_gateway_that_takes_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "jeton"
    file.touch(mode=0o600)
    file.write_text("jeton", encoding="utf-8")
    mail = MailSettings(
        organisation="valdore", host="127.0.0.1", port=free_port(), sender="rdv@exemple.fr"
    )
    gateway = SmsSettings(
        organisation="marais", address=f"http://127.0.0.1:{free_port()}/", secret_file=str(file)
    )
    found = look(tmp_path, mail=[mail], sms=[gateway])
    assert [finding.level for finding in found] == ["absent", "absent"]
    assert "The mail server of valdore takes nothing" in found[0].sentence
    assert "The SMS gateway of marais takes nothing" in found[1].sentence
    [no_authority] = look(
        tmp_path, sms=[msgspec.structs.replace(gateway, ca_file="/nowhere/ca.pem")]
    )
    assert (no_authority.level, "/nowhere/ca.pem" in no_authority.sentence) == ("wrong", True)


def test_messages_of_an_organisation_that_nobody_knows_are_said(tmp_path: Path) -> None:
    convention = tmp_path / "convention.toml"
    convention.write_text(EXAMPLE, encoding="utf-8")
    door = RdvSettings(listen=f"127.0.0.1:{free_port()}", organisations=["ailleurs"])
    [unknown] = [
        finding
        for finding in look(tmp_path, catalogue=str(convention), rdv=door)
        if finding.name == "settings"
    ]
    assert "[rdv] in the settings is of ailleurs" in unknown.sentence
