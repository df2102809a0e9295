# SPDX-License-Identifier: GPL-3.0-only
"""The hub's providers: who signs on becomes somebody of the convention for some hours, and is asked
about from time to time. Used by `expert_app.hub.own_server`.

Refresh tokens are in memory alone. After a restart of the hub, who is in stays in until the hours
are over, and is asked about no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from expert_app.runtime.config import HubSettings, SignOnSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.sign_on.roles import place_of
from expert_app.stores.passwords import load_secret, sign_on_name
from session.core.errors import SessionError, SignOnAway, SignOnNotOffered, SignOnRefused
from session.core.tasks import Tasks
from session.hub.access.identities import Identity, IdentityBook, SignedOn
from session.hub.access.sign_on import nobody_talks
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ROLES, PersonEntry
from session.hub.monitoring.health import Trouble
from session.protocol.hub.enrolment import SignOnOffer, SignOnRequest

if TYPE_CHECKING:
    from expert_app.sign_on.provider import Provider

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks at who is to be asked about."""

OFFER_S = 3.0
"""A provider that says nothing of itself within this time is not offered, and holds up no other."""

EXCHANGE_S = 40.0
"""Longest sign-on, all questions to the provider together."""

_NAMES = {role: name for name, role in ROLES.items()}


@dataclass
class _Watched:
    """Somebody who is in."""

    provider: Provider
    subject: str
    until_utc: datetime
    ask_at_s: float
    refresh_token: str = field(repr=False)


class SignOnAtHub:
    """`session.hub.access.sign_on.SignOnGate`.

    Args:
        providers: by the id of their settings.
        check_s: between two questions about one person, instead of what the settings say.
    """

    def __init__(
        self,
        providers: dict[str, Provider],
        book: IdentityBook,
        *,
        catalogue: Catalogue,
        tasks: Tasks,
        check_s: float | None = None,
        look_s: float = LOOK_S,
    ) -> None:
        self._providers = providers
        self._book = book
        self._catalogue = catalogue
        self._tasks = tasks
        self._check_s = check_s
        self._look_s = look_s
        self._watched: dict[str, _Watched] = {}
        self._asking: dict[str, asyncio.Task[str]] = {}
        self._away = set[str]()
        self._unchecked = set[str]()
        self._running: asyncio.Task[None] | None = None
        self._is_with_caller: Callable[[str, str], bool] = nobody_talks

    def start(
        self,
        sign_off: Callable[[str], Awaitable[None]],
        *,
        is_with_caller: Callable[[str, str], bool] = nobody_talks,
    ) -> None:
        """Asks about people from now on; `sign_off` lets a key in no more. `is_with_caller`: of an
        organisation and a person of it.
        """
        self._is_with_caller = is_with_caller
        self._running = self._tasks.keep(
            partial(self._watch, sign_off), name="ask about who signed on"
        )

    async def close(self) -> None:
        """Asks nobody any more, and forgets every token."""
        if self._running is not None:
            self._running.cancel()
        self._watched.clear()
        for task in self._asking.values():
            task.cancel()
        for provider in self._providers.values():
            await provider.close()

    def troubles(self) -> list[Trouble]:
        """`sign_on_away`: a provider that does not answer; who is in stays in.
        `sign_on_unchecked`: one that gives nothing to ask with whether a person still may.
        """
        names_by_code = (("sign_on_away", self._away), ("sign_on_unchecked", self._unchecked))
        return [
            Trouble(code, False, {"offer": name})
            for code, names in names_by_code
            for name in sorted(names)
        ]

    # ---- the door

    async def offers(self) -> list[SignOnOffer]:
        """See `SignOnGate`: a provider that never answered is not offered. However many ask, each
        provider is asked once at a time.
        """
        for name, provider in self._providers.items():
            if name not in self._asking or self._asking[name].done():
                self._asking[name] = self._tasks.start(
                    self._page(provider), name="ask a provider for its page"
                )
        asking = dict(self._asking)
        if asking:
            await asyncio.wait(asking.values(), timeout=OFFER_S)
        return [
            SignOnOffer(
                id=provider.settings.id,
                name=provider.settings.name,
                address=page,
                redirect=provider.settings.redirect,
                issuer=provider.settings.issuer,
            )
            for name, provider in self._providers.items()
            if asking[name].done() and (page := asking[name].result())
        ]

    async def _page(self, provider: Provider) -> str:
        try:
            page = await provider.page()
        except SessionError as error:
            self._note(provider, error)
            return ""
        except Exception:  # the boundary: one provider's nonsense keeps no other from being offered
            log.exception("provider %s is not offered", provider.settings.id)
            return ""
        self._note(provider, None)
        return page

    async def person(self, request: SignOnRequest) -> SignedOn:
        """See `SignOnGate`."""
        provider = self._providers.get(request.offer)
        if provider is None:
            raise SignOnNotOffered
        settings = provider.settings
        try:
            async with asyncio.timeout(EXCHANGE_S):
                answer = await provider.claims(request)
        except TimeoutError as error:
            raise SignOnAway from error
        except SignOnAway as error:
            self._note(provider, error)
            raise
        self._note(provider, None)
        place = place_of(answer.claims, settings, self._catalogue, request.roles)
        until = datetime.now(UTC) + timedelta(hours=settings.hours)
        self._unchecked.discard(settings.id)
        if answer.refresh_token and self._every_s(provider):
            self._watched[request.key] = _Watched(
                provider,
                str(answer.claims["sub"]),
                until,
                asyncio.get_running_loop().time() + self._every_s(provider),
                answer.refresh_token,
            )
        elif settings.check_minutes:
            self._unchecked.add(settings.id)
            log.warning("provider %s gives no refresh token: it is not asked again", settings.id)
        return SignedOn(place.identity, request.key, place.name, place.services, settings.id, until)

    def is_with_caller(self, person: Identity) -> bool:
        """See `SignOnGate`."""
        return self._is_with_caller(person.organisation, person.user)

    async def signed_off(self, key: str) -> None:
        """See `SignOnGate`; a provider that is away is told nothing."""
        watched = self._watched.pop(key, None)
        if watched is not None:
            try:
                await watched.provider.revoke(watched.refresh_token)
            except SessionError as error:
                log.info("a token is not revoked at its provider: %s", error.code)
            except Exception:  # the same boundary: the key is out, whatever becomes of the token
                log.exception("a token is not revoked at its provider")

    # ---- who is in

    def _every_s(self, provider: Provider) -> float:
        if self._check_s is None:
            return provider.settings.check_minutes * 60
        return self._check_s

    async def _watch(self, sign_off: Callable[[str], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            now_s, now = asyncio.get_running_loop().time(), datetime.now(UTC)
            try:
                here = {person.key for person in await asyncio.to_thread(self._book.signed_on)}
                for key, watched in list(self._watched.items()):
                    if watched.until_utc <= now or key not in here:
                        await self.signed_off(key)
                    elif watched.ask_at_s <= now_s:
                        await self._ask(key, watched, sign_off)
            except SessionError as error:
                log.warning("who signed on is not asked about now: %s", error.code)

    async def _ask(
        self, key: str, watched: _Watched, sign_off: Callable[[str], Awaitable[None]]
    ) -> None:
        provider = watched.provider
        watched.ask_at_s = asyncio.get_running_loop().time() + self._every_s(provider)
        try:
            still = await provider.still(watched.refresh_token, watched.subject)
        except SignOnAway as error:
            self._note(provider, error)
        except SignOnRefused as error:
            log.warning("provider %s takes a sign-on back: %s", provider.settings.id, error.detail)
            self._watched.pop(key, None)
            await sign_off(key)
        except Exception:  # the boundary: whoever else is in is asked about all the same
            log.exception("provider %s says nothing of a person", provider.settings.id)
        else:
            self._note(provider, None)
            watched.refresh_token = still.refresh_token

    def _note(self, provider: Provider, error: SessionError | None) -> None:
        """Note what health says of a provider; only changes are logged."""
        name = provider.settings.id
        if error is None:
            self._away.discard(name)
        elif name not in self._away:
            self._away.add(name)
            log.warning("provider %s: %s", name, error.code)


def open_provider(settings: SignOnSettings) -> Provider:
    """The provider, with its secret. Raises `KeyMissing`: there is none where one is needed."""
    from expert_app.sign_on.provider import Provider  # 7 MB that a hub without any does not need

    name = sign_on_name(settings.id)
    if settings.client == "confidential":
        secret = load_secret(name, settings.secret_file)
    else:
        secret = ""
    return Provider(settings, secret)


def open_sign_on(
    settings: HubSettings, book: IdentityBook, *, catalogue: Catalogue, tasks: Tasks
) -> SignOnAtHub | None:
    """The providers of the settings; None when there is none, or the server is not ours. One whose
    secret is missing is left out, with a word in the log.
    """
    providers = {}
    for provider_settings in settings.sso if not settings.bus else ():
        try:
            providers[provider_settings.id] = open_provider(provider_settings)
        except KeyMissing as error:
            log.error("nobody signs on with %s: %s", provider_settings.id, error.why)
    if providers:
        return SignOnAtHub(providers, book, catalogue=catalogue, tasks=tasks)
    return None


def show_signed_on(catalogue: Catalogue, book: IdentityBook) -> None:
    """Whom providers let in stands in the convention like anybody else."""
    everybody = book.signed_on()
    here = {
        person.identity: person for person in everybody if person.key
    }  # what was said last counts
    catalogue.take_signed_on(
        [
            (
                who.organisation,
                PersonEntry(
                    id=who.user,
                    name=person.name or who.user,
                    role=_NAMES[who.role],
                    services=list(person.services),
                ),
            )
            for who, person in here.items()
        ],
        {(person.identity.organisation, person.identity.user): person.name for person in everybody},
    )
