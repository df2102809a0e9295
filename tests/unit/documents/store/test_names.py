# SPDX-License-Identifier: GPL-3.0-only
"""Names of people are the same whatever the keyboard, and alike with one slip."""

from __future__ import annotations

import pytest

from documents.store.names import ALIKE, likeness, name_words, search_key


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("LEFÈVRE-O’BRIEN", "Zoé Marie-Lou"),
        ("lefevre o'brien", "marie lou ZOE"),
        ("Lefevre-OBrien", ""),
        ("Lefèvre O`Brien", "Zoé"),
    ],
)
def test_accents_capitals_hyphens_apostrophes_and_order_do_not_count(
    family: str, given: str
) -> None:
    assert likeness(family, given, search_key("Lefèvre-O'Brien", "Zoé, Marie-Lou")) == 1.0


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Lefevvre", "Zoé"),
        ("Lefèvre", "Zoe-Marie"),
        ("Zoé", "Lefèvre"),
        ("Dupont-Lefèvre", "Zoé"),
        ("Le Fevre", "Zoé"),
    ],
)
def test_a_slip_or_an_exchange_is_alike(family: str, given: str) -> None:
    assert likeness(family, given, search_key("Lefèvre", "Zoé")) >= ALIKE


@pytest.mark.parametrize(("family", "given"), [("Martin", "Zoé"), ("Lefèvre", "Karim"), ("L", "Z")])
def test_another_person_is_not_alike(family: str, given: str) -> None:
    assert likeness(family, given, search_key("Lefèvre", "Zoé")) == 0.0


def test_a_name_whose_parts_are_not_known_is_found_by_its_words() -> None:
    key = search_key("Zoé Lefèvre")
    assert likeness("Lefevre", "", key) == 1.0
    assert likeness("LEFEVRE", "Zoé", key) == 1.0
    assert likeness("Lefevre", "Karim", key) == 0.0


def test_letters_that_are_not_taken_apart_and_other_scripts() -> None:
    assert name_words("Søren Łukasz Cœur Straße") == ["soren", "lukasz", "coeur", "strasse"]
    assert name_words("Ἀλέξανδρος") == ["αλεξανδροσ"]
    assert likeness("Иванов", "", search_key("ИВАНОВ", "Олег")) == 1.0
