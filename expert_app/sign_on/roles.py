# SPDX-License-Identifier: GPL-3.0-only
"""The way from what a provider says of a person to a place at a desk, by the rules of the
settings. Pure; used by `at_hub`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expert_app.runtime.config import SignOnRule, SignOnSettings
from session.core.errors import EnrolmentElsewhere, SignOnNoRole, SignOnRefused
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ROLES
from session.protocol.hub.enrolment import SignOnTrouble
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role

NAME_LETTERS = 80
_USER_BYTES = 10


@dataclass(frozen=True)
class Place:
    """The place where a person works. `name` is "" for one whom the convention names."""

    identity: Identity
    name: str
    services: tuple[str, ...]


def inside(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name, or else the one inside others; None when there is none."""
    if path in claims:  # names with dots exist: "https://x.example/groups"
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = None
    return value


def texts(value: Any) -> Iterator[str]:
    """A claim's values, whether it has one or several."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str | int) and not isinstance(item, bool):
            yield str(item)


def _fits(rule: SignOnRule, settings: SignOnSettings, claims: Mapping[str, Any]) -> bool:
    if not rule.values:
        return True
    return not set(rule.values).isdisjoint(texts(inside(claims, rule.claim or settings.claim)))


def user_of(issuer: str, subject: str) -> str:
    """An opaque id: the same person at the same provider always has the same, and no other."""
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()[:_USER_BYTES]
    return f"o_{base64.b32encode(digest).decode().lower()}"


def place_of(
    claims: Mapping[str, Any],
    settings: SignOnSettings,
    catalogue: Catalogue,
    roles: Collection[Role] = (),
) -> Place:
    """Return where the person works, by the first rule that fits.

    Args:
        roles: those that are possible where the person sits; all when there are none.

    Raises:
        SignOnNoRole: no rule fits.
        EnrolmentElsewhere: one does, for a role that is not possible there.
        SignOnRefused: the provider does not say who it is.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or not subject.isprintable():
        raise SignOnRefused(why=SignOnTrouble.SUBJECT)
    words = " ".join(next(texts(inside(claims, settings.name_claim)), "").split())
    name = "".join(filter(str.isprintable, words))[:NAME_LETTERS]  # JSON may hold half a character
    fitting = [
        rule
        for rule in settings.rules
        if _fits(rule, settings, claims) and rule.organisation in catalogue.served
    ]
    if not fitting:
        raise SignOnNoRole(person=name or subject[:NAME_LETTERS])
    possible = [rule for rule in fitting if not roles or ROLES[rule.role] in roles]
    if not possible:
        raise EnrolmentElsewhere(role=fitting[0].role)
    rule = possible[0]
    role = ROLES[rule.role]
    if settings.user_claim:
        user_id = next(texts(inside(claims, settings.user_claim)), "")
    else:
        user_id = ""
    if user_id and is_id(user_id) and catalogue.is_filed(rule.organisation, role, user_id):
        return Place(Identity(rule.organisation, role, user_id), "", ())
    user = user_of(settings.issuer, subject)
    return Place(Identity(rule.organisation, role, user), name or user, tuple(rule.services))
