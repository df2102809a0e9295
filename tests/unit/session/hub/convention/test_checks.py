# SPDX-License-Identifier: GPL-3.0-only
"""What the check finds in a convention that is well formed:
what cannot be, and what is surely not meant.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from session.bus.transport.nkeys import new_seed, public_key
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.checks import advice, is_address
from session.hub.convention.problems import CatalogueWrong
from session.hub.transfers.overflow_moves import overflow_targets
from tests.support.invented_tickets import ticket as invented

KEY = public_key(new_seed())
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TEXT = """
[[organisations]]
id = "caisse"
name = "Caisse"
allowed_addresses = ["https://*.caisse.example/espace/"]
services = [
  { id = "logement", name = "Logement", letter = "L", hours = ["mon-fri 08:30-12:00"], \
overflow = [OVERFLOW] },
  { id = "famille", name = "Famille", letter = "F" },
]
sites = [{ id = "oyen", name = "Mairie", services = ["logement", "famille", "mutuelle/soins"] }]
kiosks = [{ id = "borne1", site = "oyen" }]
people = [{ id = "alice", name = "Alice", services = ["logement", "famille"] }]
closures = [{ first = 2026-12-24, last = 2026-12-31 }]
openings = [{ first = 2026-12-05, hours = "09:00-12:00" }]

[[organisations]]
id = "mutuelle"
name = "Mutuelle"
services = [{ id = "soins", name = "Soins", letter = "S", overflow_from = ["caisse/famille"] }]
people = [{ id = "zoe", name = "Zoé" }]
"""


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.replace("OVERFLOW", "")


def wrong(*changes: tuple[str, str]) -> list[str]:
    """Codes of all that is wrong."""
    with pytest.raises(CatalogueWrong) as caught:
        Catalogue.parse(changed(*changes))
    return [problem.code for problem in caught.value.problems]


def advised(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    catalogue = Catalogue.parse(changed(*changes))
    found = advice([catalogue.organisation(name) for name in catalogue.organisations], NOW)
    assert all(problem.advice for problem in found)
    return [(problem.code, problem.where.removeprefix("organisations.")) for problem in found]


def test_a_right_convention_has_no_problem_at_all() -> None:
    assert advised() == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("last = 2026-12-31", "last = 2026-12-23", "days_backwards"),
        ('hours = "09:00-12:00"', 'hours = "12:00-09:00"', "slot_backwards"),
        ("first = 2026-12-24,", 'first = 2026-12-24, services = ["gone"],', "unknown_service"),
        ("https://*.caisse.example", "ftp://caisse.example", "address_not_http"),
        ('id = "borne1", site = "oyen"', 'id = "borne1", site = "oyen", key = "UBOB"', "not_a_key"),
        (
            'name = "Mairie", services',
            'name = "Mairie", shared_with = ["nobody"], services',
            "unknown_organisation",
        ),
        ('"mutuelle/soins"', '"mutuelle/gone"', "unknown_service"),
        ('"mutuelle/soins"', '"mairie/gone"', "unknown_organisation"),
        (
            '"logement", "famille", "mutuelle/soins"',
            ", ".join(f'"s{n}"' for n in range(7)),
            "too_many_services",
        ),
        ("OVERFLOW", '{ to = "gone", after_s = 60 }', "unknown_service"),
        ("OVERFLOW", '{ to = "logement", after_s = 60 }', "overflow_ring"),
    ],
)
def test_what_cannot_be_is_named(old: str, new: str, code: str) -> None:
    assert code in wrong((old, new))


def test_two_installations_with_one_key_are_refused_before_the_server_refuses_all() -> None:
    codes = wrong(
        ('site = "oyen" }]', f'site = "oyen", key = "{KEY}" }}]'),
        ('"Zoé"', f'"Zoé", key = "{KEY}"'),
    )
    assert codes == ["key_twice", "key_twice"]  # at each of its places


def test_a_ring_of_overflow_rules_is_named_once_with_its_way() -> None:
    text = changed(
        ("OVERFLOW", '{ to = "famille", after_s = 60 }'),
        ('letter = "F"', 'letter = "F", overflow = [{ to = "mutuelle/soins", after_s = 60 }]'),
        ('letter = "S",', 'letter = "S", overflow = [{ to = "caisse/logement", after_s = 1 }],'),
        ('hours = ["mon-fri 08:30-12:00"]', 'overflow_from = ["mutuelle"]'),
    )
    [problem] = Catalogue.parse(text).advice
    assert problem.code == "overflow_ring"
    assert (
        problem.values["path"]
        == "caisse/logement > caisse/famille > mutuelle/soins > caisse/logement"
    )


def test_what_another_organisation_does_not_say_is_named_and_has_no_effect() -> None:
    catalogue = Catalogue.parse(
        changed(
            (
                "OVERFLOW",
                '{ to = "mutuelle/soins", after_s = 0 }, { to = "mairie/rien", after_s = 0 }',
            )
        )
    )
    assert [problem.code for problem in catalogue.advice] == [
        "overflow_not_taken",
        "unknown_service",
    ]
    ticket = invented(1, organisation="caisse", service="logement")
    assert (
        overflow_targets(catalogue, ticket, ticket.arrived_at_utc, lambda organisation, service: 0)
        == []
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "last = 2026-12-31",
            "last = 2026-12-31 }, { first = 2026-03-01",
            ("over", "caisse.closures"),
        ),
        ("first = 2026-12-05", "first = 2026-02-05", ("over", "caisse.openings")),
        (
            '"famille", "mutuelle/soins"',
            '"mutuelle/soins"',
            ("offered_nowhere", "caisse.services.famille"),
        ),
        (
            'services = ["logement", "famille"] }',
            'services = ["famille"] }',
            ("nobody_answers", "caisse.services.logement"),
        ),
        (
            "first = 2026-12-24, last = 2026-12-31",
            'first = 2026-01-01, last = 2027-12-31, services = ["logement"]',
            ("never_open", "caisse.services.logement"),
        ),
        (
            'kiosks = [{ id = "borne1", site = "oyen" }]',
            'kiosks = [{ id = "borne1", site = "oyen" }, { id = "borne2", site = "vide" }]',
            ("kiosk_without_service", "caisse.kiosks.borne2"),
        ),
    ],
)
def test_what_is_surely_not_meant_is_advised(old: str, new: str, found: tuple[str, str]) -> None:
    site = ('"mutuelle/soins"] }]', '"mutuelle/soins"] }, { id = "vide", name = "Vide" }]')
    assert advised((old, new), site) == [found]


def test_what_a_partners_network_offers_is_its_own_affair() -> None:
    partner = ('name = "Mutuelle"', 'name = "Mutuelle"\nnetwork = "cnav"')
    no_people = ('people = [{ id = "zoe", name = "Zoé" }]', "")
    elsewhere = ('"logement", "famille", "mutuelle/soins"', '"logement"')
    taken = ('name = "Caisse"', 'name = "Caisse"\ntransfers_from = ["mutuelle"]')
    nobody = ('services = ["logement", "famille"] }', 'services = ["logement"] }')
    assert advised(partner, no_people, elsewhere, taken) == []
    assert advised(partner, no_people, elsewhere, taken, nobody) == [
        ("nobody_answers", "caisse.services.famille")
    ]
    assert advised(partner, no_people, elsewhere) == [
        ("offered_nowhere", "caisse.services.famille")
    ]


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://www.caisse.example/", True),
        ("http://127.0.0.1:8080", True),
        ("https://*.caisse.example/espace/", True),
        ("https://*.example.*/", False),
        ("https://*/", False),
        ("https://*.fr/", False),
        ("https://www.*.example/", False),
        ("https://www.caisse.example/*/x", False),
        ("https://me@caisse.example/", False),
        ("https://caisse.example:x/", False),
        ("ftp://caisse.example/", False),
        ("javascript:alert(1)", False),
        ("//caisse.example/", False),
        ("https:///espace", False),
        ("https://caisse.example/a b", False),
    ],
)
def test_addresses_are_http_and_only_the_first_label_may_be_a_star(
    address: str, good: bool
) -> None:
    assert is_address(address) is good
