# SPDX-License-Identifier: GPL-3.0-only
"""What a guide names must be in the convention: page of the library, scan profile, service."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.store.procedures import load_procedures
from expert_app.hub.procedure_words import list_procedures, name_troubles, names_not_in
from session.hub.convention.catalogue import Catalogue

CONVENTION = """
[[organisations]]
id = "caf"
name = "Caisse d'entraide"
services = [{ id = "logement", name = "Logement", letter = "B" }]
library = [{ id = "form", title = "Formulaire", address = "https://caf.example/form" }]
scan_profiles = [{ id = "mail", name = "Courrier" }]
allowed_addresses = ["https://caf.example/"]
"""

PROCEDURES = """
organisation = "caf"
name = "Caisse d'entraide"

[[procedures]]
id = "aide"
name = "Aide au logement"
services = ["logement"]
pieces = [{ id = "bail", name = "Bail" }]
steps = [
    { id = "form", name = "Remplir", page = "form" },
    { id = "bail", name = "Numériser", scan = "mail", piece = "bail" },
]
"""


def listed(folder: Path, text: str) -> int:
    (folder / "caf.toml").write_text(text, encoding="utf-8")
    return list_procedures(folder, convention=Catalogue.parse(CONVENTION))


def test_what_the_convention_has_is_well(tmp_path: Path) -> None:
    assert listed(tmp_path, PROCEDURES) == 0


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('page = "form"', 'page = "forme"', "The library of the convention has no “forme”."),
        ('scan = "mail"', 'scan = "males"', "The convention has no scan profile “males”."),
        ('["logement"]', '["logements"]', "The convention has no service “logements”."),
    ],
)
def test_what_it_has_not_is_named(
    right: str, wrong: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(tmp_path, PROCEDURES.replace(right, wrong)) == 1
    assert said in capsys.readouterr().out


def test_health_counts_what_is_missing_and_names_the_first(tmp_path: Path) -> None:
    wrong = PROCEDURES.replace('page = "form"', 'page = "forme"').replace('"mail"', '"males"')
    (tmp_path / "caf.toml").write_text(wrong, encoding="utf-8")
    entry = Catalogue.parse(CONVENTION).organisation("caf")
    [trouble] = name_troubles(names_not_in(load_procedures(tmp_path), entry))
    assert (trouble.code, trouble.grave) == ("procedures_unknown", False)
    assert trouble.detail == {"names": 2, "first": "caf.aide.steps.form: forme"}
    (tmp_path / "caf.toml").write_text(PROCEDURES, encoding="utf-8")
    assert not name_troubles(names_not_in(load_procedures(tmp_path), entry))


def test_an_organisation_that_the_convention_does_not_know_is_not_compared(tmp_path: Path) -> None:
    (tmp_path / "autre.toml").write_text(
        PROCEDURES.replace('"caf"', '"autre"').replace('"mail"', '"males"'), encoding="utf-8"
    )
    assert list_procedures(tmp_path, convention=Catalogue.parse(CONVENTION)) == 0


def test_the_list_says_in_which_folder_what_is_whose_and_how_much(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = """
[[phrases]]
id = "attendre"
say = { fr = "Un instant." }
[[notes]]
id = "rappel"
name = "Rappel"
text = "Manque : {missing}."
"""
    (tmp_path / "autre.toml").write_text(
        PROCEDURES.replace('"caf"', '"autre"') + more, encoding="utf-8"
    )
    assert listed(tmp_path, PROCEDURES) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"In {tmp_path}:"
    assert said[1] == "autre (the convention does not know this organisation)"
    assert said[2].startswith("  aide: Aide au logement – 1 piece, 0 more")
    assert said[3:6] == ["  1 phrase of its own", "  1 note of its own", "caf"]
