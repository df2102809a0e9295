# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub invite` and `revoke` as an operator types them."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.hub.bus_config import server_settings
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.config import HubSettings, PartnerSettings, SettingsWrong
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from session.bus.transport.nkeys import new_seed, public_key
from session.protocol.wire.roles import Role

TWO_AGENTS = EXAMPLE + '\n[[organisations.people]]\nid = "agent2"\nname = "Dominique S."\n'


def run(folder: Path, *words: str, catalogue: str = EXAMPLE) -> int:
    path = folder / "catalogue.toml"
    path.write_text(catalogue, encoding="utf-8")
    return main(
        ["hub", *words, "--catalogue", str(path), "--folder", str(folder), "--language", "en"]
    )


def _enrol(folder: Path, said: str) -> str:
    """Uses the printed code as a newcomer does; returns who that is."""
    code = re.findall(r"^\w{4}-\w{4}$", said, re.MULTILINE)[0].replace("-", "")
    book = open_book(paths_for("hub", folder))
    who = book.enrol(code, public_key(new_seed()), datetime.now(UTC))
    return f"{who.organisation}/{who.role.name}/{who.user}"


def test_a_command_is_read_without_what_databases_and_web_servers_need() -> None:
    code = (
        "import atexit, sys; from expert_app.__main__ import main;"
        "atexit.register(lambda: print(*sys.modules)); main(['hub', '--help'])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "make-certificate" in loaded.stdout
    assert {"sqlalchemy", "aiohttp", "httpx", "numpy"} & set(loaded.stdout.split()) == set()


def test_a_role_and_an_organisation_are_enough_when_only_one_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "invite", "--role", "agent", "--org", "valdore") == 0
    assert _enrol(tmp_path, capsys.readouterr().out) == "valdore/AGENT/agent1"
    # The first one has a key now, so the second is meant.
    assert run(tmp_path, "invite", "--role", "agent", "--org", "valdore", catalogue=TWO_AGENTS) == 0
    assert _enrol(tmp_path, capsys.readouterr().out) == "valdore/AGENT/agent2"


def test_who_is_not_clear_is_asked_for_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "invite", "--role", "agent", "--org", "valdore", catalogue=TWO_AGENTS) == 2
    said = capsys.readouterr().out
    assert "--name" in said
    assert "agent2 (Dominique S.)" in said
    words = ("invite", "--role", "agent", "--org", "valdore", "--name", "Dominique S.")
    assert run(tmp_path, *words, catalogue=TWO_AGENTS) == 0
    assert _enrol(tmp_path, capsys.readouterr().out) == "valdore/AGENT/agent2"


def test_an_unknown_organisation_or_person_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "invite", "--role", "agent", "--org", "nobody") == 2
    assert "nobody" in capsys.readouterr().out
    assert run(tmp_path, "invite", "--role", "agent", "--org", "valdore", "--name", "boss") == 2
    assert "agent1" in capsys.readouterr().out


def test_a_revoked_name_has_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--role", "kiosk", "--org", "valdore", "--name", "borne1")
    assert run(tmp_path, "revoke", *words) == 1
    assert run(tmp_path, "invite", *words) == 0
    assert _enrol(tmp_path, capsys.readouterr().out) == "valdore/KIOSK/borne1"
    book = open_book(paths_for("hub", tmp_path))
    book.set_applied(book.wanted() + 1)  # as a hub that runs beside it does
    assert run(tmp_path, "revoke", *words) == 0
    assert ("valdore", Role.KIOSK, "borne1") not in book.keys()  # noqa: SIM118 - a method, not a dictionary


def test_options_stand_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.toml").write_text(EXAMPLE, encoding="utf-8")
    common = [
        "--catalogue",
        str(tmp_path / "c.toml"),
        "--folder",
        str(tmp_path),
        "--language",
        "en",
    ]
    assert main(["hub", *common, "invite", "--role", "agent", "--org", "valdore"]) == 0
    assert "valdore/agent/agent1" in capsys.readouterr().out


def test_a_link_key_is_made_once_and_only_its_public_half_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "hub",
        "link",
        "--partner",
        "cnav",
        "--key-file",
        str(tmp_path / "link.key"),
        "--folder",
        str(tmp_path),
    ]
    assert main(words) == 0
    printed = capsys.readouterr().out.strip()
    assert main(words) == 0
    assert capsys.readouterr().out.strip() == printed
    seed = (tmp_path / "link.key").read_bytes().strip()
    assert printed == public_key(seed)
    assert (tmp_path / "link.key").stat().st_mode & 0o077 == 0


def test_a_partner_without_key_or_certificate_is_refused_in_words(tmp_path: Path) -> None:
    connects = PartnerSettings(
        network="cnav", address="wss://hub.cnav.example", key_file=str(tmp_path / "none.key")
    )
    with pytest.raises(SettingsWrong, match="hub link --partner cnav"):
        server_settings(HubSettings(network="cnaf", partners=[connects]), tmp_path, enrolment=True)
    both = PartnerSettings(network="cnav", key="U1", address="")
    for settings in (
        HubSettings(network="", partners=[both], leaf_port=7422),
        HubSettings(network="cnaf", partners=[both]),
        HubSettings(network="cnav", partners=[both], leaf_port=7422),
    ):
        with pytest.raises(SettingsWrong):
            server_settings(settings, tmp_path, enrolment=True)
    good = server_settings(
        HubSettings(network="cnaf", partners=[both], leaf_port=7422), tmp_path, enrolment=True
    )
    assert [partner.network for partner in good.partners] == ["cnav"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may do it")
def test_root_leaves_nothing_in_the_folder_of_the_hubs_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    assert run(tmp_path, "people") == 2
    said = capsys.readouterr().err
    assert "belongs to the account nobody" in said
    assert "runuser -u nobody -- expert-app hub" in said
    assert [path.name for path in tmp_path.iterdir()] == ["catalogue.toml"]


def test_a_question_that_nobody_answers_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("expert_app.commands.hub.keys.getpass", no_answer)
    assert run(tmp_path, "secret", "documents") == 2
    assert "in a terminal" in capsys.readouterr().err


def test_the_secret_of_another_booking_service_can_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, str]] = []
    monkeypatch.setattr("expert_app.commands.hub.keys.getpass", lambda _question: "partage")
    monkeypatch.setattr(
        "expert_app.commands.hub.keys.keep_secret", lambda *words: kept.append(words)
    )
    settings = tmp_path / "hub.toml"
    settings.write_text(
        '[rdv]\nlisten = "127.0.0.1:8790"\norganisations = ["valdore"]\n', encoding="utf-8"
    )
    words = ["hub", "secret", "rdv.valdore", "--settings", str(settings), "--folder", str(tmp_path)]
    assert main(words) == 0
    assert kept == [("rdv.valdore", "partage")]
    assert main([*words[:2], "rdv.ailleurs", *words[3:]]) == 2
    assert "rdv.valdore" in capsys.readouterr().out


def test_a_certificate_in_use_is_not_written_over_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ca = str(tmp_path / "ca")
    assert main(["hub", "make-ca", ca]) == 0
    words = ["hub", "make-certificate", "hub.example", "--ca", ca, "--language", "en"]
    assert main(words) == 0
    before = (tmp_path / "ca" / "hub.example.key").read_bytes()
    capsys.readouterr()
    assert main(words) == 1
    assert "--replace" in capsys.readouterr().out
    assert (tmp_path / "ca" / "hub.example.key").read_bytes() == before
    assert main(["hub", "make-certificate", "ca", "--ca", ca]) == 1
    assert main([*words, "--replace"]) == 0
    assert (tmp_path / "ca" / "hub.example.key").read_bytes() != before
