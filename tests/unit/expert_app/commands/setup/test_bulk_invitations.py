# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub invite` for many: checked before anything is made, one printed page each."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from expert_app.__main__ import main
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import EnrolmentRefused
from session.protocol.hub.invitation import read_invitation
from session.protocol.wire.roles import Role


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    words = ("--organisation", "valdore=Caisse du Val-Doré", "--service", "Logement")
    where = ("--site", "oyen=Mairie d'Oyen", "--address", "hub.example:4222", "--yes")
    assert main(["hub", "init", str(folder), *words, *where]) == 0
    return folder


def invite(folder: Path, *words: str) -> int:
    return main(["hub", "invite", "--folder", str(folder), "--language", "en", *words])


def table(folder: Path, *lines: str) -> str:
    path = folder / "table.csv"
    path.write_text("\n".join(["organisation;role;name", *lines]), encoding="utf-8")
    return str(path)


def test_everybody_gets_a_page_and_a_line_that_works(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    sheets = hub / "sheets.pdf"
    assert invite(hub, "--all", "--sheets", str(sheets), "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert {one["role"] for one in made} == {role.name.lower() for role in Role} - {"vault"}
    with pikepdf.open(sheets) as pdf:
        assert len(pdf.pages) == len(made)
    if os.name == "posix":
        assert sheets.stat().st_mode & 0o077 == 0
    book, now = open_book(paths_for("hub", hub)), datetime.now(UTC)
    for one in made:
        line = read_invitation(one["line"])
        assert line.addresses == ("tls://hub.example:4222",)
        assert line.fingerprint
        who = book.enrol(line.code, public_key(new_seed()), now + timedelta(days=6))
        assert (who.organisation, who.user) == (one["organisation"], one["user"])
    with pytest.raises(EnrolmentRefused):
        book.enrol(read_invitation(made[0]["line"]).code, "U", now + timedelta(days=8))
    assert invite(hub, "--all", "--sheets", str(hub / "more.pdf")) == 0
    assert "nobody is invited" in capsys.readouterr().out
    assert not (hub / "more.pdf").exists()


def test_a_second_call_keeps_the_sheets_that_are_on_their_way(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(hub, "valdore;agent;agent1")
    assert invite(hub, "--from", path, "--json") == 0
    assert invite(hub, "--all", "--json") == 0
    book = open_book(paths_for("hub", hub))
    capsys.readouterr()
    assert invite(hub, "--all") == 0
    assert "nobody is invited" in capsys.readouterr().out
    assert invite(hub, "--from", path) == 0
    assert "worth nothing" in capsys.readouterr().out
    words = ("--role", "agent", "--org", "valdore", "--name", "agent1", "--language", "en")
    assert main(["hub", "revoke", "--folder", str(hub), *words]) == 0
    assert "withdrawn" in capsys.readouterr().out
    assert "agent1" not in [one.identity.user for one in book.invitations(datetime.now(UTC))]
    assert main(["hub", "revoke", "--folder", str(hub), *words]) == 1


def test_a_table_with_one_wrong_line_invites_nobody(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(hub, "valdore;agent;agent1", "valdore;agent;agent9", "elsewhere;agent;agent1")
    assert invite(hub, "--from", path, "--sheets", str(hub / "s.pdf")) == 2
    said = capsys.readouterr().out
    assert "line 3: " in said
    assert "line 4: " in said
    assert not (hub / "s.pdf").exists()
    assert open_book(paths_for("hub", hub)).invitations(datetime.now(UTC)) == []


def test_sheets_that_exist_are_not_written_over(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, sheets = table(hub, "valdore;agent;agent1"), hub / "s.pdf"
    sheets.write_text("mine")
    assert invite(hub, "--from", path, "--sheets", str(sheets)) == 2
    assert "s.pdf" in capsys.readouterr().out
    assert sheets.read_text() == "mine"
    assert open_book(paths_for("hub", hub)).invitations(datetime.now(UTC)) == []
    assert invite(hub, "--from", str(hub / "none.csv"), "--sheets", str(hub / "t.pdf")) == 2
    assert invite(hub, "--from", path, "--days", "0") == 2


def test_without_sheets_the_lines_are_printed(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invite(hub, "--from", table(hub, "valdore;agent;agent1", "valdore;kiosk;borne1")) == 0
    lines = re.findall(r"^ +(tls://\S+#\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert [len(read_invitation(line).code) for line in lines] == [12, 12]


def test_a_sheet_for_one_by_name_is_refused_before_a_code_is_made(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--role", "agent", "--org", "valdore", "--sheets", str(hub / "one.pdf"))
    assert invite(hub, *words) == 2
    assert "--from FILE.csv" in capsys.readouterr().out
    assert not (hub / "one.pdf").exists()


def test_one_invitation_says_its_whole_line(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--role", "agent", "--org", "valdore", "--name", "agent1")
    assert invite(hub, *words) == 0
    said = capsys.readouterr().out.splitlines()
    line = read_invitation(said[-1])
    assert line.code == said[-4].replace("-", "")
    assert invite(hub, *words, "--json") == 0
    assert read_invitation(json.loads(capsys.readouterr().out)["line"]).fingerprint
    assert invite(hub) == 2
    assert "--from" in capsys.readouterr().out


def test_an_address_that_the_certificate_is_not_for_invites_nobody(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = hub / "hub.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("hub.example:", "elsewhere.example:"), encoding="utf-8")
    words = ("--role", "agent", "--org", "valdore", "--name", "agent1")
    for given in (("--all",), words):
        assert invite(hub, *given) == 2
        assert "elsewhere.example" in capsys.readouterr().out
    assert open_book(paths_for("hub", hub)).invitations(datetime.now(UTC)) == []
    (hub / "hub.pem").write_text("damaged")
    assert invite(hub, "--all") == 1
    assert "hub.pem" in capsys.readouterr().out
