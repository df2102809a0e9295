# SPDX-License-Identifier: GPL-3.0-only
"""Words typed in a hurry find what is meant."""

from __future__ import annotations

import pytest

from views.words.fuzzy_search import Searched, plain, words_wanted

TITLES = (
    "Pièce d’identité",
    "Numériser la page",
    "Aide au logement",
    "Déclaration de ressources",
    "Ma disponibilité : pause",
    "Œuvre sociale",
)


def found(typed: str) -> list[str]:
    scored = [(Searched(title).score(words_wanted(typed)), title) for title in TITLES]
    return [title for score, title in sorted(scored, key=lambda one: -one[0]) if score]


def test_accents_case_and_apostrophes_do_not_count() -> None:
    assert plain("Pièce d’Identité") == "piece d'identite"
    assert found("IDENTITE") == ["Pièce d’identité"]
    assert found("oeuvre") == ["Œuvre sociale"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("num", "Numériser la page"),
        ("numreiser", "Numériser la page"),
        ("numrei", "Numériser la page"),
        ("logemnt aide", "Aide au logement"),
        ("resources", "Déclaration de ressources"),
        ("disponiblité", "Ma disponibilité : pause"),
    ],
)
def test_words_may_be_begun_swapped_or_mistyped(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_every_word_must_fit_and_a_short_one_must_fit_exactly() -> None:
    assert found("aide identite") == []
    assert found("pue") == []
    assert found("pau") == ["Ma disponibilité : pause"]


def test_words_of_the_title_come_before_other_words() -> None:
    in_title, beside = Searched("Loyer", "page"), Searched("Page", "loyer")
    wanted = words_wanted("loyer")
    assert in_title.score(wanted) > beside.score(wanted) > 0
