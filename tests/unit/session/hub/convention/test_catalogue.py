# SPDX-License-Identifier: GPL-3.0-only
"""The catalogue: what it says, and how it is refused when it says what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import NotAllowed, ServiceUnknown
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.loading import load
from session.hub.convention.problems import CatalogueWrong
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text


def test_a_kiosk_gets_the_services_of_its_site() -> None:
    offer = Catalogue.parse(catalogue_text()).offer("valdore", "kiosk1")
    assert offer.site == "Mairie de Saint-Oyen"
    assert [service.number_kind for service in offer.services] == ["allocataire", ""]
    assert offer.allowed_addresses == ["https://www.valdore.example/"]


def test_unknown_names_are_refused() -> None:
    catalogue = Catalogue.parse(catalogue_text())
    with pytest.raises(NotAllowed):
        catalogue.offer("valdore", "kiosk9")
    with pytest.raises(NotAllowed):
        catalogue.offer("nobody", "kiosk1")
    with pytest.raises(ServiceUnknown):
        catalogue.serving("valdore", "kiosk1", "care")
    assert catalogue.person_name("valdore", "alice") == "Alice M."
    assert catalogue.person_name("valdore", "unknown") == "unknown"


def test_only_enrolled_people_get_on_the_bus() -> None:
    key = public_key(new_seed())
    catalogue = Catalogue.parse(
        catalogue_text().replace('id = "bob"', f'id = "bob", key = "{key}"')
    )
    accounts = {account.organisation: account for account in catalogue.accounts()}
    assert [user.user for user in accounts["valdore"].users] == ["bob"]
    enrolled = catalogue.accounts(
        {("valdore", Role.KIOSK, "kiosk1"): ("UK",), ("valdore", Role.AGENT, "bob"): ("UNEW",)}
    )
    assert [(user.user, user.public_key) for user in enrolled[0].users] == [
        ("kiosk1", "UK"),
        ("bob", "UNEW"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('letter = "D"', 'letter = "dd"', "services", "regex"),
        ('number_kind = "allocataire"', 'number_kind = "iban"', "services.rights", "iban"),
        (
            'services = ["rights", "housing"]',
            'services = ["rights", "gone"]',
            "sites.townhall",
            "gone",
        ),
        (
            'services = ["rights", "housing"]',
            'services = ["rights", "rights"]',
            "sites.townhall",
            "twice",
        ),
        ('id = "kiosk2", site = "townhall"', 'id = "kiosk1", site = "townhall"', "kiosks", "twice"),
        ('site = "hall" }]', 'site = "barn" }]', "kiosks.kiosk9", "barn"),
        ('id = "marais"', 'id = "valdore"', "organisations", "twice"),
        ('id = "marais"', 'id = "ma rais"', "id", "regex"),
        ('name = "Denis W."', 'nom = "Denis W."', "people", "nom"),
        ('name = "Alice M."', 'name = "Alice M.", services = ["gone"]', "people.alice", "gone"),
        ('letter = "L"', 'letter = "L", mode = "shove"', "mode", "shove"),
        (
            'letter = "L"',
            'letter = "L", outcomes = [{ id = "a", name = "A" }, { id = "a", name = "B" }]',
            "housing",
            "twice",
        ),
        ("[[organisations]]", "[[organisations", "catalogue", ""),
    ],
)
def test_a_wrong_catalogue_is_refused_with_place_and_reason(
    old: str, new: str, where: str, why: str
) -> None:
    with pytest.raises(CatalogueWrong) as caught:
        Catalogue.parse(catalogue_text().replace(old, new, 1))
    assert [one for one in caught.value.problems if where in one.where and why in str(one)]


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CatalogueWrong, match=r"catalogue\.toml"):
        load(tmp_path / "catalogue.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(CatalogueWrong, match="utf8"):
        load(tmp_path / "latin.toml")
