# SPDX-License-Identifier: GPL-3.0-only
"""Where callers may be sent: both organisations must say so, and names that lead nowhere are
refused.
"""

from __future__ import annotations

import pytest

from session.core.errors import ServiceUnknown
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.problems import CatalogueWrong

TEXT = """
[[organisations]]
id = "a"
name = "A"
services = [
  { id = "one", name = "Un", letter = "U", transfers_to = TO_SERVICE },
  { id = "two", name = "Deux", letter = "D" },
]
sites = []
kiosks = []
people = []
transfers_to = TO

[[organisations]]
id = "b"
name = "B"
services = [{ id = "x", name = "X", letter = "X" }, { id = "y", name = "Y", letter = "Y" }]
sites = []
kiosks = []
people = []
transfers_from = FROM
"""


def catalogue(to: str = "[]", to_service: str = "[]", let_in: str = '["a"]') -> Catalogue:
    text = TEXT.replace("TO_SERVICE", to_service).replace(
        "transfers_to = TO", f"transfers_to = {to}"
    )
    return Catalogue.parse(text.replace("FROM", let_in))


def test_nothing_is_allowed_that_is_not_written() -> None:
    assert catalogue().transfer_targets("a", "one") == []


def test_an_organisation_means_all_of_its_services_and_a_service_adds_its_own() -> None:
    assert catalogue(to='["b"]').transfer_targets("a", "two") == [("b", "x"), ("b", "y")]
    both = catalogue(to='["b/y"]', to_service='["b/x", "b"]')
    assert both.transfer_targets("a", "one") == [("b", "y"), ("b", "x")]
    assert both.transfer_targets("a", "two") == [("b", "y")]
    assert both.transfer_targets("b", "x") == []
    with pytest.raises(ServiceUnknown):
        both.transfer_targets("a", "x")


@pytest.mark.parametrize(
    ("to", "let_in", "code"),
    [
        ('["c"]', '["a"]', "unknown_organisation"),
        ('["b/z"]', '["a"]', "unknown_service"),
        ('["b"]', "[]", "transfer_not_taken"),
        ("[]", '["c"]', "unknown_organisation"),
    ],
)
def test_what_another_organisation_does_not_say_is_named_and_leads_nowhere(
    to: str, let_in: str, code: str
) -> None:
    found = catalogue(to=to, let_in=let_in)
    assert [problem.code for problem in found.advice] == [code]
    assert found.transfer_targets("a", "one") == []


def test_a_transfer_to_itself_is_refused() -> None:
    with pytest.raises(CatalogueWrong) as refused:
        catalogue(to='["a/two"]', let_in='["a"]')
    assert [problem.code for problem in refused.value.problems] == ["transfer_to_itself"]
