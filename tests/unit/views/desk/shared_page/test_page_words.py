# SPDX-License-Identifier: GPL-3.0-only
"""What a screen reader is told of a part of the caller's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resources.texts import use_language
from views.desk.shared_page.page_words import PagePart, listed, spoken


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    use_language("fr")
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (PagePart(kind="field", name="Nom", value="Rostane"), "Nom, champ, Rostane"),
        (PagePart(kind="field", name="Nom", required=True), "Nom, champ, obligatoire, vide"),
        (
            PagePart(kind="field", name="Tél.", value="12", wrong=True, advice="Dix chiffres."),
            "Tél., champ, 12. Erreur : Dix chiffres.",
        ),
        (
            PagePart(kind="field", name="Nom", advice="En capitales"),
            "Nom, champ, vide. En capitales",
        ),
        (PagePart(kind="checkbox", name="Enfants", checked=True), "Enfants, case, cochée"),
        (PagePart(kind="checkbox", name="Enfants", checked=False), "Enfants, case, non cochée"),
        (
            PagePart(kind="choice", name="Activité", value="Retraité"),
            "Activité, liste de choix, Retraité",
        ),
        (PagePart(kind="button", name="Valider", off=True), "Valider, bouton, indisponible"),
    ],
)
def test_a_field_is_said_with_its_name_first(part: PagePart, words: str) -> None:
    assert spoken(part).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (PagePart(kind="heading", name="Vos droits", level=2), "Titre 2, Vos droits"),
        (PagePart(kind="link", name="Accueil"), "Lien, Accueil"),
        (PagePart(kind="region", region="navigation", name="Rubriques"), "Navigation, Rubriques"),
        (PagePart(kind="text", name="Bonjour."), "Bonjour."),
        (
            PagePart(kind="table", name="Pièces", rows=2, columns=3),
            "Tableau, Pièces, 2 lignes, 3 colonnes",
        ),
        (
            PagePart(kind="cell", name="Reçu", head="État", row=2, column=1),
            "État, Reçu, ligne 2, colonne 1",
        ),
    ],
)
def test_a_line_says_first_what_it_is(part: PagePart, words: str) -> None:
    assert listed(part) == words


def test_what_the_kiosk_hides_is_said_to_be_hidden() -> None:
    part = PagePart(kind="field", name="IBAN", masked=True)
    assert "rempli, masqué pour vous" in spoken(part)
