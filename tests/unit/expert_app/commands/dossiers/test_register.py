# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub dossiers import` and `register-test` as an operator types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from expert_app.__main__ import main
from expert_app.runtime.paths import paths_for
from tests.support.hub_world import catalogue_text

HEAD = "numero;nom;prenoms;date de naissance;matricule\n"
ODILE = "REF-1;Lefèvre;Odile;29/02/1980;1234567\n"
PAUL = "REF-2;Ménard;Paul;03/11/1975;\n"


def run(folder: Path, *words: str) -> int:
    catalogue = folder / "catalogue.toml"
    catalogue.write_text(catalogue_text(), encoding="utf-8")
    return main(
        ["hub", *words, "--catalogue", str(catalogue), "--folder", str(folder), "--language", "en"]
    )


def _import(folder: Path, text: str | bytes, *words: str, org: str = "valdore") -> int:
    file = folder / "caisse.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return run(folder, "dossiers", "import", str(file), "--org", org, *words)


def _store(folder: Path) -> DossierStore:
    return DossierStore(paths_for("hub", folder).folder("dossiers"))


def test_a_file_is_imported_and_imported_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(tmp_path, HEAD + ODILE + PAUL) == 0
    said = capsys.readouterr().out
    assert "Dossiers made: 2;" in said
    assert f"Dossiers of valdore in the hub in {tmp_path}" in said
    assert _import(tmp_path, HEAD + ODILE + PAUL, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["new"], facts["changed"], facts["unchanged"]) == (0, 0, 2)
    assert (facts["organisation"], facts["kind"], facts["dry_run"]) == ("valdore", "hub", False)
    assert _import(tmp_path, HEAD + ODILE.replace("Lefèvre", "Garnier"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["changed"] == 1
    with _store(tmp_path) as store:
        assert store.open_dossier("valdore", "REF-1").caller_name == "Odile Garnier"
        lines = store.accesses.listed("valdore", AccessFilter())
    assert [line.user for line in lines] == ["import", "import"]
    assert "caisse.csv" in lines[0].reason


def test_a_dry_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _import(tmp_path, HEAD + ODILE + PAUL, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Nothing was changed" in said
    assert "Dossiers made: 2;" in said
    with _store(tmp_path) as store:
        assert store.find_by_caller_number("valdore", "1234567") is None


def test_refused_lines_stand_in_a_file_beside_without_what_was_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "REF-3;=SOMME(A1);Anne;29/02/1980;\nREF-1;Autre;Anne;29/02/1980;\nREF-4;A;B;1/1/80;12\n"
    assert _import(tmp_path, HEAD + ODILE + bad) == 1
    said = capsys.readouterr()
    assert "Refused lines: 3." in said.out
    assert "Line 3, nom: This begins with =" in said.out
    report = tmp_path / "caisse.refused.csv"
    assert str(report) in said.out
    assert report.stat().st_mode & 0o077 == 0
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [row[:4] for row in rows[1:]] == [
        ["3", "refused", "nom", "formula"],
        ["4", "refused", "numero", "twice"],
        ["5", "refused", "date de naissance", "date_wrong"],
    ]
    assert rows[2][4] == "This stands in line 2 already."
    text = report.read_text(encoding="utf-8")
    assert "SOMME" not in text
    assert "Autre" not in text
    assert _import(tmp_path, HEAD + ODILE) == 0
    assert not report.exists()


def test_a_callers_number_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert _import(tmp_path, HEAD + "REF-1;A;B;29/02/1980;12345\n") == 1


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ((HEAD + ODILE).encode("cp1252"), (), "--encoding cp1252"),
        ((HEAD + ODILE).encode("utf-16"), (), "--encoding utf-16"),
        ((HEAD + ODILE).encode(), ("--encoding", "cp1252"), "Say no --encoding"),
        (b"a;b\n1;2\n", (), "number, family_name, given_names, born_on"),
        (b"", (), "The file is empty."),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    text: bytes,
    words: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _import(tmp_path, text, *words) == 2
    assert sentence in capsys.readouterr().err


def test_whose_dossiers_they_are_must_be_clear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(tmp_path, HEAD + ODILE, org="nobody") == 2
    assert "nobody" in capsys.readouterr().err
    assert run(tmp_path, "dossiers", "import", str(tmp_path / "caisse.csv")) == 2
    assert "--org" in capsys.readouterr().err
    assert run(tmp_path, "dossiers", "import", str(tmp_path / "x.csv"), "--org", "valdore") == 2
    assert "x.csv cannot be read" in capsys.readouterr().err


def test_an_import_by_french_headers_in_windows_letters(tmp_path: Path) -> None:
    text = f"{HEAD}{ODILE}".replace("prenoms", "Prénoms").encode("cp1252")
    assert _import(tmp_path, text, "--encoding", "cp1252") == 0
    with _store(tmp_path) as store:
        assert store.open_dossier("valdore", "REF-1").caller_name == "Odile Lefèvre"


def test_a_register_that_is_not_set_up_or_has_no_secret_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "hub.toml"
    settings.write_text(
        '[[register]]\norganisation = "valdore"\n'
        'by_number = "http://127.0.0.1:9/dossiers/{number}"\n',
        encoding="utf-8",
    )
    words = ("register-test", "--settings", str(settings), "--folder", str(tmp_path))

    def said(*more: str, code: int) -> str:
        assert main(["hub", *words, "--language", "en", *more]) == code
        captured = capsys.readouterr()
        return captured.out + captured.err

    assert "no [[register]]" in said("--org", "marais", code=2)
    assert "register.valdore" in said("--org", "valdore", code=2)
    monkeypatch.setenv("POSTE_EXPERT_SECRET_REGISTER_VALDORE", "jeton")
    assert "does not answer" in said("--org", "valdore", code=1)
    facts = json.loads(said("--org", "valdore", "--json", code=1))
    assert (facts["answers"], facts["reason"]) == (False, "unreachable")
