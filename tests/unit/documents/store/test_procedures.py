# SPDX-License-Identifier: GPL-3.0-only
"""The procedures that come with the program are right, and what is wrong with one's own is said all
at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from documents.store.procedures import (
    Power,
    ProceduresWrong,
    by_language,
    load_procedures,
    piece_id,
    shipped,
    shipped_phrases,
)
from expert_app.hub.procedure_words import problem_words
from session.protocol.conversation.messages import Grant
from views.words.languages import LANGUAGE_NAMES

WRONG = """
organisation = "caf"
name = "Caisse"

[[procedures]]
id = "logement"
name = "Aide au logement"
pieces = [
    { id = "rib", name = "Relevé" },
    { id = "rib", name = "Relevé" },
    { id = "bail", name = "Bail", any_of = [{ id = "bail", name = "Bail" }] },
]
answer = { after_days = 60, silence = "refusal" }

[[procedures]]
id = "rsa"
name = "RSA"
pieces = []
"""


def test_the_shipped_sets_are_right_and_name_the_seven_organisations() -> None:
    procedures = load_procedures(shipped())
    assert procedures.organisations == [
        "caf",
        "carsat",
        "cpam",
        "france_travail",
        "msa",
        "udaf",
        "urssaf",
    ]
    names = {(owner, one.id) for owner in procedures.organisations for one in procedures.of(owner)}
    assert {("caf", "logement"), ("caf", "rsa"), ("caf", "naissance")} <= names
    assert {("france_travail", name) for name in ("inscription", "actualisation", "are")} <= names


def test_a_service_offers_only_its_own_procedures() -> None:
    procedures = load_procedures(shipped())
    assert [one.id for one in procedures.of("caf", "famille")] == ["rsa", "naissance"]
    assert procedures.of("nobody") == []


def test_every_piece_has_an_id_of_its_own_in_a_dossier_of_many_procedures() -> None:
    procedures = load_procedures(shipped())
    for owner in procedures.organisations:
        ids = [piece_id(one.id, rule.id) for one in procedures.of(owner) for rule in one.pieces]
        assert len(ids) == len(set(ids))
        assert all(len(piece_id) <= 40 for piece_id in ids)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "cpam.toml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "msa.toml").write_text('organisation = "msa"\nnames = "MSA"', encoding="utf-8")
    with pytest.raises(ProceduresWrong) as caught:
        load_procedures(tmp_path)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [
        "file_name",
        "twice",
        "twice",
        "one_choice",
        "no_appeal",
        "no_piece",
        "unreadable",
    ]
    assert caught.value.problems[0].where == "cpam.toml"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProceduresWrong):
        load_procedures(tmp_path / "nowhere")


GUIDED = """
organisation = "caf"
name = "Caisse"

[[phrases]]
id = "attendre"
say = "Un instant."
[[phrases]]
id = "attendre"
say = { en = "One moment." }

[[procedures]]
id = "logement"
name = "Aide au logement"
pieces = [{ id = "rib", name = "Relevé" }]
cases = [{ id = "locataire", name = "Locataire" }]
[procedures.wrap_up]
note = "{procedure} : {fait}"
[[procedures.steps]]
id = "rib"
name = "Relevé"
piece = "ribb"
only_if = "locatair"
say = { en = "Your bank details, please." }
[[procedures.steps]]
id = "page"
name = "Simulation"
page = "simulateur"
address = "https://simulateur.example"
"""


def test_a_guide_names_what_is_there_and_speaks_french(tmp_path: Path) -> None:
    (tmp_path / "caf.toml").write_text(GUIDED, encoding="utf-8")
    with pytest.raises(ProceduresWrong) as caught:
        load_procedures(tmp_path)
    assert [(one.code, one.where, one.what) for one in caught.value.problems] == [
        ("twice", "caf.toml, phrases", "attendre"),
        ("no_french", "caf.toml, phrases.attendre", ""),
        ("piece_unknown", "caf.toml, procedures.logement.steps.rib", "ribb"),
        ("case_unknown", "caf.toml, procedures.logement.steps.rib", "locatair"),
        ("no_french", "caf.toml, procedures.logement.steps.rib", ""),
        ("page_and_address", "caf.toml, procedures.logement.steps.page", ""),
        ("note_field", "caf.toml, procedures.logement.wrap_up.note", "fait"),
    ]
    assert all(problem_words(one) for one in caught.value.problems)


def test_a_power_or_an_address_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    for wrong in ('powers = ["see"]', 'address = "ftp://x"', 'say = { french = "Oui" }'):
        text = GUIDED.replace('piece = "ribb"', wrong).replace(
            'say = { en = "Your bank details, please." }', ""
        )
        (tmp_path / "caf.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ProceduresWrong) as caught:
            load_procedures(tmp_path)
        (problem,) = caught.value.problems
        assert problem.code == "unreadable"
        assert "steps" in problem.what, wrong


def test_powers_of_a_step_are_the_grants_of_the_protocol() -> None:
    assert set(get_args(Power)) == {grant.value for grant in Grant}


def test_the_programs_phrases_are_in_every_language_of_callers() -> None:
    phrases = shipped_phrases()
    assert len(phrases) >= 8
    for phrase in phrases:
        assert by_language(phrase.say).keys() == set(LANGUAGE_NAMES)
