# SPDX-License-Identifier: GPL-3.0-only
"""The things a desk or kiosk needs to seal:
pinned keys, the vaults' clients, which verbs go to a vault. Used by the programs.

A `BusClient` that has one asks the vault instead of the hub where the organisation has a vault.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from session.bus.sealing.pinned_keys import PinnedKeys
from session.bus.sealing.sealed_number import seal_number
from session.bus.sealing.vault_client import Caller, VaultClient
from session.bus.transport.connection import Connection
from session.core.errors import SealKeyRefused, SessionError
from session.protocol.hub.log import LogAppend
from session.protocol.hub.requests import Request
from session.protocol.hub.seal_keys import SealCard, SealKey
from session.protocol.sealing import VAULT_PARTS, Part, SealCardAnswer
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

CARD_S = 300.0
"""A card is asked for again after so long."""

FetchCard = Callable[[str], Awaitable[SealCardAnswer]]
"""Asks the hub for an organisation's card."""


class SealingClient:
    """One end's knowledge of those who seal:
    the organisations' cards, and a client for each vault.

    Args:
        pins: whom we believe.
        home: our own account, the organisation or the network's operator.
        organisation_of: which organisation a session belongs to, for its log;
            our own where it does not know.
    """

    def __init__(
        self,
        pins: PinnedKeys,
        home: str,
        *,
        organisation_of: Callable[[str], str] = lambda session_id: "",
    ) -> None:
        self.pins = pins
        self.home = home
        self._organisation_of = organisation_of
        self._clock = pins.clock
        self._cards: dict[str, SealCard | None] = {}
        self._asked_s: dict[str, float] = {}
        self._vaults: dict[tuple[str, Part], VaultClient] = {}
        self._connection: Connection | None = None
        self._fetch: FetchCard | None = None

    def use(
        self, connection: Connection, *, role: Role, user: str, seed: bytes, fetch: FetchCard
    ) -> None:
        """Called once by the bus's client:
        the connection, who we are, and how the hub is asked for a card.
        """
        self._connection = connection
        self._fetch = fetch
        self._caller = Caller(self.home, role, user)
        self._seed = seed

    def take_card(self, organisation: str, card: SealCard | None) -> list[SealKey]:
        """A card as the hub gave it with a session:
        the keys that hold, none where it does not seal.

        Raises:
            SealKeyRefused, SealKeyOld.
        """
        keys = self.pins.accept(organisation, card)
        self._cards[organisation] = card
        self._asked_s[organisation] = self._clock.monotonic_s()
        return keys

    async def vault_for(self, request: Request[Any]) -> VaultClient | None:
        """Return the vault's client for this request; None when the hub answers it.

        Raises:
            As `take_card`, and what asking the hub for the card raises.
        """
        part = VAULT_PARTS.get(request.verb)
        if part is None:
            return None
        organisation = self.home
        if isinstance(request, LogAppend):
            organisation = self._organisation_of(request.session_id) or self.home
        return await self.vault(organisation, part)

    async def vault(self, organisation: str, part: Part) -> VaultClient | None:
        """The client of this part of an organisation's vault; None when it has none.
        Raises as `vault_for`.
        """
        if self._connection is None or self._fetch is None:
            raise SealKeyRefused(organisation=organisation, why="no connection")
        await self._refresh(organisation, self._fetch)
        if self._cards[organisation] is None:
            return None
        if (organisation, part) not in self._vaults:
            keys = partial(self._keys, organisation)
            self._vaults[organisation, part] = VaultClient(
                self._connection,
                organisation,
                part=part,
                caller=self._caller,
                seed=self._seed,
                keys=keys,
            )
        return self._vaults[organisation, part]

    async def _refresh(self, organisation: str, fetch: FetchCard) -> None:
        """Asks for the card when there is none, and again now and then: keys follow each other."""
        if self._clock.monotonic_s() - self._asked_s.get(organisation, float("-inf")) < CARD_S:
            return
        try:
            card = (await fetch(organisation)).card
        except SessionError:
            if organisation not in self._cards:
                raise
            return  # the hub is away: the card it gave before holds
        self.take_card(organisation, card)

    async def sealed_number(self, organisation: str, number: str) -> str | None:
        """A caller's number, closed for this organisation's vault;
        None when it has none and the hub may read it.

        Raises:
            As `vault_for`: then the number must not be sent at all.
        """
        if self._connection is None or self._fetch is None:
            raise SealKeyRefused(organisation=organisation, why="no connection")
        await self._refresh(organisation, self._fetch)
        keys = self._keys(organisation)
        if not keys:
            return None
        return seal_number(
            number,
            [key.key for key in keys],
            organisation=organisation,
            home=self.home,
            kiosk=self._caller.user,
        )

    def _keys(self, organisation: str) -> list[SealKey]:
        return self.pins.accept(organisation, self._cards.get(organisation))

    def forget_cards(self) -> None:
        """The convention has become another one: cards are asked for again."""
        self._cards.clear()
        self._asked_s.clear()
