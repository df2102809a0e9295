# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub dossiers accesses`: what a person may ask for by right about the own dossier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from expert_app.__main__ import main
from expert_app.runtime.paths import paths_for
from session.core.dossier_model import Access, ActingUser, Dossier


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub's folder with two dossiers of one person, which two people have looked at."""
    with DossierStore(paths_for("hub", tmp_path).folder("dossiers")) as store:
        for number in ("A1", "B2"):
            store.create_dossier(
                "valdore", Dossier(number=number, caller_name="Zoé Lefèvre", caller_number="")
            )
        alice = Access(
            by=ActingUser(user="alice", name="Alice M.", computer="pc-alice"), session_id="s1"
        )
        store.identities.open("valdore", "B2", alice, named=True)
        boss = Access(by=ActingUser(user="boss", name="Bea S."), reason="Même personne")
        store.merges.merge("valdore", "m1", keep="A1", merged="B2", access=boss)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    common = ["--folder", str(folder), "--language", "en"]
    return main(["hub", *common, "dossiers", "accesses", *arguments])


def test_every_access_is_printed_without_names_unless_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "A1", "--org", "valdore") == 0
    said = capsys.readouterr().out
    assert "Dossier A1: 3 accesses." in said
    assert "Opened · B2" in said
    assert "Même personne" in said
    assert "alice" not in said.lower()  # nor her computer
    assert run(folder, "B2", "--org", "valdore", "--names", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["dossier"] == "A1"
    assert answer["accesses"][0]["by_name"] == "Alice M."
    assert answer["accesses"][0]["computer"] == "pc-alice"
    assert [line["kind"] for line in answer["accesses"]] == ["opened", "merged", "merged"]


def test_what_is_missing_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "A1") == 2
    assert "--org" in capsys.readouterr().out
    assert run(folder, "Z9", "--org", "valdore") == 1
    assert "No dossier has this number." in capsys.readouterr().out
