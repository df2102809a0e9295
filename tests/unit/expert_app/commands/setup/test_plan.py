# SPDX-License-Identifier: GPL-3.0-only
"""What is said about a new network, and what is refused."""

from __future__ import annotations

import pytest

from expert_app.commands.setup.plan import (
    ICONS,
    Address,
    NamedEntry,
    PlanWrong,
    Said,
    address_of,
    icon_for,
    letters_for,
    organisations_of,
)
from views.kiosk.widgets.icons import SERVICE_ICONS


def test_services_and_sites_belong_to_the_organisation_before_them() -> None:
    first, second = organisations_of(
        [
            ("organisation", "valdore=Caisse du Val-Doré"),
            ("service", "Aide au logement"),
            ("site", "Mairie de Saint-Oyen"),
            ("organisation", "Agence des Métiers"),
            ("service", "Aide au logement"),
        ]
    )
    assert first.named == NamedEntry("valdore", "Caisse du Val-Doré")
    assert first.services == (NamedEntry("aide-au-logement", "Aide au logement"),)
    assert first.sites == (NamedEntry("mairie-de-saint-oyen", "Mairie de Saint-Oyen"),)
    assert second.named.id == "agence-des-metiers"
    assert second.services[0].id == "aide-au-logement-2"


def test_a_service_has_the_picture_that_its_name_speaks_of() -> None:
    names = ("Aide au logement", "Santé au travail", "Retraite", "Prime d’activité", "Accueil")
    icons = [icon_for(NamedEntry(id="s", name=name)) for name in names]
    assert icons == ["home", "health", "retirement", "money", "help"]
    assert {*ICONS.values(), "help"} <= SERVICE_ICONS.keys()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "no_organisation"),
        ([("service", "S")], "first_organisation"),
        ([("organisation", "O"), ("site", "T")], "no_service"),
        ([("organisation", "O"), ("service", "S")], "no_site"),
        ([("organisation", "a b=O")], "not_an_id"),
        ([("organisation", "o=O"), ("service", "o=S")], "twice"),
        ([("organisation", " ")], "no_name"),
        (
            [("organisation", "O"), ("site", "T"), *[("service", f"S{n}") for n in range(7)]],
            "too_many",
        ),
    ],
)
def test_a_plan_that_makes_no_network_is_refused(said: list[Said], why: str) -> None:
    with pytest.raises(PlanWrong) as wrong:
        organisations_of(said)
    assert wrong.value.why == why


def test_each_service_has_a_letter_of_its_own() -> None:
    services = [
        NamedEntry("a", "Écoute"),
        NamedEntry("b", "Emploi"),
        NamedEntry("c", "E"),
        NamedEntry("d", "123"),
    ]
    letters = letters_for(services)
    assert letters[:2] == ["E", "M"]
    assert len(set(letters)) == 4


@pytest.mark.parametrize(
    ("text", "address", "listens"),
    [
        ("hub.example", Address("hub.example", 4222), "0.0.0.0"),
        ("tls://10.1.2.3:4300", Address("10.1.2.3", 4300), "0.0.0.0"),
        ("localhost:1", Address("localhost", 1), "127.0.0.1"),
        ("[2001:db8::1]:4222", Address("2001:db8::1", 4222), "::"),
    ],
)
def test_an_address_is_read_with_or_without_port(text: str, address: Address, listens: str) -> None:
    assert address_of(text) == address
    assert address.listen_host == listens


@pytest.mark.parametrize("text", ["", "a b", "hub:0", "hub:99999", "http://hub", "hub:x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PlanWrong):
        address_of(text)
