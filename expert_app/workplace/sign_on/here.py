# SPDX-License-Identifier: GPL-3.0-only
"""Signs this computer's person on: a key of its own, the provider's page in the browser, and what
the hub makes of it. Used by `expert_app.desk.wiring.sign_in` and where a window ends.
"""

from __future__ import annotations

import asyncio
import logging
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from expert_app.runtime.config import DeskSettings, load, save
from expert_app.runtime.credentials import forget_seed, key_name, save_seed
from expert_app.runtime.enrolment import TRIAL, keep_authority, remember
from expert_app.runtime.paths import Paths
from session.bus.enrolment import Door
from session.bus.transport.authority import fetch_authority
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.bus.transport.tls import authority_tls, client_tls
from session.core.computer import computer_name
from session.core.errors import SessionError, SignOnGivenUp, SignOnNotOffered
from session.core.tasks import Tasks
from session.protocol.hub.enrolment import (
    EnrolAnswer,
    SignOnAnswer,
    SignOnOffer,
    SignOnRequest,
    sign_on_proof_text,
)
from session.protocol.hub.invitation import InvitationLine
from session.protocol.wire.roles import OF_ORGANISATIONS

log = logging.getLogger(__name__)

SIGN_OFF_S = 4.0
"""A window that closes waits no longer for the hub."""


@dataclass(frozen=True)
class OfferingNetwork:
    """A hub whose providers are known.

    Attributes:
        authority: certificate of its authority (PEM) where it is in no file yet.
    """

    bus: list[str]
    ca_file: str
    authority: str
    offers: tuple[SignOnOffer, ...]
    door: Door


async def find_offers(line: InvitationLine, ca_file: str, tasks: Tasks) -> OfferingNetwork:
    """Asks a hub with whom people sign on there.

    Args:
        line: its addresses, and the fingerprint of its authority; no code is needed.

    Raises:
        SignOnNotOffered: with nobody.
        SessionError: as `session.bus.enrolment.enrol`. AuthorityDiffers: as `enrol_with_line`.
    """
    bus, authority = list(line.addresses), ""
    if line.fingerprint and not ca_file:
        authority = await fetch_authority(bus, line.fingerprint)
    tls = authority_tls(authority) if authority else client_tls(Path(ca_file) if ca_file else None)
    door = Door(bus, tasks=tasks, tls=tls)
    offers = await door.offers()
    if not offers:
        raise SignOnNotOffered
    return OfferingNetwork(bus, ca_file, authority, offers, door)


async def sign_on_here(
    network: OfferingNetwork,
    offer: SignOnOffer,
    paths: Paths,
    *,
    language: str = "fr",
    open_page: Callable[[str], bool] = webbrowser.open,
) -> tuple[DeskSettings, bytes]:
    """The settings, which are written, and the key of whoever signs on in the browser.

    Raises:
        KeyMissing: the key cannot be kept here; no page was opened.
        SignOnGivenUp, SignOnRefused, SignOnNoRole, SignOnAway, EnrolmentElsewhere: no sign-on.
        SessionError: as `session.bus.enrolment.enrol`.
        SettingsWrong, OSError: the settings cannot be written, or the way back's port is taken.
    """
    seed = new_seed()
    await asyncio.to_thread(save_seed, TRIAL, seed)
    try:
        answer = await _sign_on(network, offer, seed, language=language, open_page=open_page)
        name = key_name(answer.organisation, answer.role, answer.user)
        await asyncio.to_thread(save_seed, name, seed)
    finally:
        await asyncio.to_thread(forget_seed, TRIAL)
    return await asyncio.to_thread(_remember, answer, network, paths), seed


async def _sign_on(
    network: OfferingNetwork,
    offer: SignOnOffer,
    seed: bytes,
    *,
    language: str,
    open_page: Callable[[str], bool],
) -> SignOnAnswer:
    from expert_app.workplace.sign_on.browser import (
        BrowserReturn,  # a web server: not at every start
    )

    key = public_key(seed)
    async with BrowserReturn(offer, key, language=language) as back:
        if not await asyncio.to_thread(open_page, back.page):
            log.warning("no browser opens on this computer")
            raise SignOnGivenUp
        code = await back.code()
    request = SignOnRequest(
        offer=offer.id,
        code=code,
        verifier=back.verifier,
        redirect=back.redirect,
        key=key,
        proof=sign(seed, sign_on_proof_text(code, key)),
        roles=OF_ORGANISATIONS,
        computer=computer_name(),
    )
    return await network.door.sign_on(request)


async def prolong(
    settings: DeskSettings,
    seed: bytes,
    paths: Paths,
    tasks: Tasks,
    *,
    open_page: Callable[[str], bool] = webbrowser.open,
) -> datetime:
    """Signs the same person on again with the key that this computer has: whoever works goes on
    meanwhile. The new end, which is written into the settings.

    Raises:
        SignOnNotOffered: with nobody, or with several: then the first page asks which one.
        SessionError: as `sign_on_here`. SettingsWrong, OSError.
    """
    network = await find_offers(InvitationLine(tuple(settings.bus), ""), settings.ca_file, tasks)
    if len(network.offers) > 1:
        raise SignOnNotOffered
    offer = network.offers[0]
    answer = await _sign_on(network, offer, seed, language=settings.language, open_page=open_page)
    stored_settings = await asyncio.to_thread(load, DeskSettings, paths.config)
    stored_settings = msgspec.structs.replace(
        stored_settings, signed_on_until=answer.until_utc.isoformat()
    )
    await asyncio.to_thread(save, stored_settings, paths.config)
    return answer.until_utc


def _remember(answer: SignOnAnswer, network: OfferingNetwork, paths: Paths) -> DeskSettings:
    who = EnrolAnswer(organisation=answer.organisation, role=answer.role, user=answer.user)
    if network.authority:
        ca_file = str(keep_authority(network.authority, paths))
    else:
        ca_file = network.ca_file
    settings = remember(who, network.bus, ca_file, paths)
    assert isinstance(settings, DeskSettings)
    settings = msgspec.structs.replace(settings, signed_on_until=answer.until_utc.isoformat())
    save(settings, paths.config)
    return settings


async def sign_off(settings: DeskSettings, seed: bytes, tasks: Tasks) -> None:
    """The person leaves this computer: the hub lets the key in no more, and tells the provider. One
    that is away is told nothing; then the hours end it.
    """
    if not settings.signed_on_until:
        return
    if settings.ca_file:
        ca_file = Path(settings.ca_file)
    else:
        ca_file = None
    try:
        async with asyncio.timeout(SIGN_OFF_S):
            await Door(settings.bus, tasks=tasks, tls=client_tls(ca_file)).sign_off(seed)
    except (SessionError, TimeoutError) as error:
        log.warning("the hub was not told of the sign-off: %s", type(error).__name__)
