# SPDX-License-Identifier: GPL-3.0-only
"""Who works where, by what a provider says."""

from __future__ import annotations

from typing import Any

import pytest

from expert_app.runtime.config import SignOnRule, SignOnSettings
from expert_app.sign_on.roles import Place, place_of
from session.core.errors import EnrolmentElsewhere, SignOnNoRole, SignOnRefused
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text

AGENTS = SignOnRule("valdore", "agent", values=["agents"], services=["rights"])
HEADS = SignOnRule("valdore", "supervisor", values=["heads"])


def _place(claims: dict[str, Any], *rules: SignOnRule, roles: Any = (), **more: Any) -> Place:
    settings = SignOnSettings(
        issuer="https://sso.example", client_id="c", rules=list(rules), **more
    )
    known = {"sub": "4711", "name": "Camille Roc"}
    return place_of(known | claims, settings, Catalogue.parse(catalogue_text()), roles)


def test_a_group_gives_organisation_role_and_services() -> None:
    place = _place({"groups": ["staff", "agents"]}, AGENTS, HEADS)
    assert place.identity.organisation == "valdore"
    assert place.identity.role is Role.AGENT
    assert is_id(place.identity.user)
    assert "4711" not in place.identity.user
    assert (place.name, place.services) == ("Camille Roc", ("rights",))
    assert _place({"groups": ["agents"], "name": "Other Name"}, AGENTS).identity == place.identity
    assert _place({"groups": ["agents"], "sub": "4712"}, AGENTS).identity != place.identity


def test_groups_that_mean_nothing_here_give_nothing() -> None:
    claims: Any
    for claims in ({}, {"groups": []}, {"groups": ["gardeners"]}, {"groups": {"agents": True}}):
        with pytest.raises(SignOnNoRole) as refused:
            _place(claims, AGENTS)
        assert refused.value.detail == {"person": "Camille Roc"}
    with pytest.raises(SignOnNoRole):
        _place({"groups": ["agents"]}, SignOnRule("elsewhere", "agent", values=["agents"]))


def test_claims_inside_others_and_with_dots_in_their_name_are_found() -> None:
    nested = {"realm_access": {"roles": ["agents"]}}
    assert _place(nested, AGENTS, claim="realm_access.roles").services == ("rights",)
    dotted = {"https://caisse.example/groups": "agents"}
    assert _place(dotted, AGENTS, claim="https://caisse.example/groups").services == ("rights",)
    siret = SignOnRule("valdore", "agent", claim="siret", values=["12345678901234"])
    assert _place({"siret": 12345678901234}, siret).identity.role is Role.AGENT
    assert _place({}, SignOnRule("valdore", "helpdesk")).identity.role is Role.HELPDESK


def test_the_first_rule_that_is_possible_at_this_computer_counts() -> None:
    both = {"groups": ["agents", "heads"]}
    assert _place(both, AGENTS, HEADS).identity.role is Role.AGENT
    heads_only = [Role.SUPERVISOR]
    assert _place(both, AGENTS, HEADS, roles=heads_only).identity.role is Role.SUPERVISOR
    with pytest.raises(EnrolmentElsewhere):
        _place(both, AGENTS, roles=heads_only)


def test_a_person_of_the_convention_stays_who_she_is_there() -> None:
    claims = {"groups": ["agents"], "login": "alice"}
    place = _place(claims, AGENTS, user_claim="login")
    assert place == Place(Identity("valdore", Role.AGENT, "alice"), "", ())
    strange = _place(claims | {"login": "nobody"}, AGENTS, user_claim="login")
    assert strange.identity.user != "nobody"
    # alice is no supervisor: the name alone gives no other role
    other = _place({"groups": ["heads"], "login": "alice"}, HEADS, user_claim="login")
    assert other.identity.user != "alice"


def test_somebody_without_a_subject_is_nobody() -> None:
    with pytest.raises(SignOnRefused):
        _place({"sub": "", "groups": ["agents"]}, AGENTS)


def test_half_a_character_is_nobodys_name_and_no_subject() -> None:
    rule = SignOnRule("valdore", "agent")
    assert _place({"name": "Zo\ud800é\u202e K."}, rule).name == "Zoé K."
    for subject in ("\ud800", "a\nb", "a\u202e"):
        with pytest.raises(SignOnRefused):
            _place({"sub": subject}, rule)
