# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub check` and `hub sign` as an operator uses them."""

from __future__ import annotations

import ast
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import session.hub
from expert_app.__main__ import main
from expert_app.hub.convention_commands import check
from expert_app.hub.words import SENTENCES
from resources.texts import use_language
from tests.support.convention_folder import Folder

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "examples" / "convention"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "convention")


def run(*arguments: str | Path) -> int:
    return main(["hub", *(str(argument) for argument in arguments), "--language", "en"])


def test_a_right_convention_is_printed_as_a_matrix(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 0
    said = capsys.readouterr().out
    assert "Mairie de Saint-Oyen (reseau/oyen) · kiosks: borne1 · Europe/Paris" in said
    assert "Mutuelle du Marais · Soins\n    Mon-Sun always" in said
    assert "Caisse d'entraide · Logement\n    Mon" in said
    assert "08:30-12:00 13:30-17:00" in said
    assert "The convention is complete. Version " in said


def test_everything_wrong_is_said_in_words_at_once(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.change("caisse", "13:30-17:00", "11:30-17:00")
    folder.change("mutuelle", 'site = "oyen"', 'site = "ailleurs"')
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 1
    said = capsys.readouterr().out
    assert (
        "caisse.toml, services.logement.hours: Two slots overlap: 08:30-12:00, 11:30-17:00." in said
    )
    assert "mutuelle.toml, offers.ailleurs: There is no site “ailleurs”." in said
    folder.file("caisse").write_text("services = 7", encoding="utf-8")
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 1
    said = capsys.readouterr().out
    assert "caisse.toml: This file was changed after the holder of U" in said
    assert "caisse.toml: The field “id” is missing." in said
    assert "caisse.toml, services: This does not fit: Expected `array`, got `int`." in said


def test_what_is_surely_not_meant_fails_too_and_the_matrix_is_printed(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.change("caisse", "people = ", "closures = [{ first = 2020-01-01 }]\npeople = ")
    assert run("check", folder.path) == 1
    said = capsys.readouterr().out
    assert "caisse.toml, closures: This is over since 2020-01-01 and can be removed." in said
    assert "Caisse d'entraide · Logement" in said
    assert "Signatures were not looked at" in said


def test_a_part_is_signed_with_a_fresh_key_and_then_accepted(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = tmp_path / "caisse.seed"
    assert run("sign", folder.path, "--part", "caisse.toml", "--seed-file", seed, "--make-key") == 0
    key = capsys.readouterr().out.split()[-1].rstrip(".")
    # never over a key
    assert run("sign", folder.path, "--part", "caisse", "--seed-file", seed, "--make-key") == 1
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 1
    assert "signed by somebody else" in capsys.readouterr().out
    old = folder.text("network").split('id = "caisse", key = "')[1][:56]
    folder.change("network", old, key)
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 0
    folder.file("caisse").write_text(
        folder.text("caisse").replace("08:30", "08:00"), encoding="utf-8"
    )
    assert run("sign", folder.path, "--part", "caisse", "--seed-file", seed) == 0
    assert run("check", folder.path, "--operator-key", folder.operator_key) == 0


def test_signing_says_what_is_missing(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sign", folder.path, "--part", "caisse", "--seed-file", tmp_path / "none") == 1
    assert "cannot be read" in capsys.readouterr().out
    (tmp_path / "bad").write_text("SUX", encoding="ascii")
    (tmp_path / "bad").chmod(0o600)
    assert run("sign", folder.path, "--part", "caisse", "--seed-file", tmp_path / "bad") == 1
    assert "no signing key" in capsys.readouterr().out
    assert run("sign", tmp_path / "gone", "--part", "caisse", "--seed-file", tmp_path / "bad") == 1


def test_the_example_of_the_documentation_is_complete_unsigned_and_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("en")
    folder = tmp_path / "convention"
    shutil.copytree(EXAMPLE, folder)
    assert check(folder, "", NOW) == 0
    assert "Aide au logement\n    Mon closed · Tue 09:00-12:00 ·" in capsys.readouterr().out
    network = folder / "network.toml"
    for part in ("caisse", "emploi", "mutuelle", "network"):
        assert (
            run("sign", folder, "--part", part, "--seed-file", tmp_path / part, "--make-key") == 0
        )
        key = capsys.readouterr().out.split()[-1].rstrip(".")
        if part != "network":
            wanted = f'{{ id = "{part}", key = "'
            assert wanted in network.read_text(encoding="utf-8")
            network.write_text(
                network.read_text(encoding="utf-8").replace(wanted, wanted + key), encoding="utf-8"
            )
    assert check(folder, key, NOW) == 0
    assert "Signatures were not" not in capsys.readouterr().out


def test_every_problem_has_a_sentence_and_every_sentence_a_problem() -> None:
    """Codes are literals in the calls of `Problem` and `SlotWrong`."""
    found: set[str] = set()
    for file in Path(session.hub.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("Problem", "SlotWrong")
                and node.args
            ):
                words = (
                    one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)
                )
                found |= {word for word in words if isinstance(word, str)}
    assert found == set(SENTENCES)
