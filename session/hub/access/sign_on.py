# SPDX-License-Identifier: GPL-3.0-only
"""Requests from the door for newcomers to whoever knows the organisations' providers.
Used by `session.hub.access.enrolment`; `expert_app.sign_on` answers.
"""

from __future__ import annotations

from typing import Protocol

from session.hub.access.identities import Identity, SignedOn
from session.protocol.hub.enrolment import SignOnOffer, SignOnRequest


def nobody_talks(_organisation: str, _person: str) -> bool:
    """Return False: for a hub without conversations."""
    return False


class SignOnGate(Protocol):
    """Providers with which people sign on."""

    async def offers(self) -> list[SignOnOffer]:
        """Return the offers that can be used now."""

    async def person(self, request: SignOnRequest) -> SignedOn:
        """Return who this is, as the provider says it and the hub's rules take it.

        Raises:
            SignOnRefused, SignOnNoRole, SignOnAway, SignOnNotOffered, EnrolmentElsewhere.
        """

    def is_with_caller(self, person: Identity) -> bool:
        """A conversation of this person goes on, or its wrap-up."""

    async def signed_off(self, key: str) -> None:
        """The key counts no more: what is known of its sign-on is forgotten, here and there."""
