# SPDX-License-Identifier: GPL-3.0-only
"""What the hub knows of people who signed on; the whole way is in tests/integration."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from expert_app.sign_on import at_hub
from expert_app.sign_on.at_hub import SignOnAtHub
from expert_app.sign_on.provider import Provider, StillAllowed
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks
from session.hub.access.identities import IdentityBook
from session.hub.convention.catalogue import Catalogue
from tests.support.hub_world import catalogue_text
from tests.support.waiting import until
from tests.unit.expert_app.sign_on.invented_provider import (
    InventedProvider,
    invented_provider,
    sign_on_request,
)


@pytest.mark.parametrize("minutes", [5, 0])
async def test_a_provider_that_cannot_be_asked_again_is_told_to_the_operator(
    tmp_path: Path, minutes: int
) -> None:
    async with invented_provider() as theirs:
        theirs.refreshed = []
        hub = _hub(theirs, tmp_path, minutes)
        request = sign_on_request()
        theirs.expect(request)
        await hub.person(request)
        told = [(one.code, one.grave) for one in hub.troubles()]
        assert told == ([("sign_on_unchecked", False)] if minutes else [])
        await hub.close()


def _hub(theirs: InventedProvider, folder: Path, minutes: int) -> SignOnAtHub:
    known = Catalogue.parse(catalogue_text())
    provider = Provider(theirs.settings(check_minutes=minutes), "")
    book = IdentityBook(folder / "book.sqlite")
    return SignOnAtHub({"sso": provider}, book, catalogue=known, tasks=Tasks())


class _Nonsense(Provider):
    """Fails in a way that nobody foresaw."""

    async def page(self) -> str:
        raise RecursionError

    async def still(self, refresh_token: str, subject: str) -> StillAllowed:
        raise RecursionError


async def test_one_provider_that_fails_keeps_no_other_from_being_offered_and_asked(
    tmp_path: Path,
) -> None:
    async with invented_provider() as theirs:
        broken = _Nonsense(theirs.settings(id="broken"), "")
        right = Provider(theirs.settings(), "")
        tasks, off = Tasks(), list[str]()
        book = IdentityBook(tmp_path / "book.sqlite")
        hub = SignOnAtHub(
            {"broken": broken, "sso": right},
            book,
            catalogue=Catalogue.parse(catalogue_text()),
            tasks=tasks,
            check_s=0.05,
            look_s=0.05,
        )
        assert [one.id for one in await hub.offers()] == ["sso"]
        keys = []
        for offer, code in (("broken", "code-1"), ("sso", "code-2")):
            seed = new_seed()
            request = msgspec.structs.replace(sign_on_request(seed, code), offer=offer)
            theirs.expect(request)
            book.sign_on(await hub.person(request), datetime.now(UTC))
            keys.append(request.key)

        async def sign_off(key: str) -> None:
            off.append(key)

        hub.start(sign_off)
        theirs.refreshed = []  # the other provider takes its person back
        await until(lambda: off == [keys[1]])
        await hub.close()
        await tasks.close()


async def test_a_provider_that_is_silent_holds_up_no_other_however_many_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hub, "OFFER_S", 5.0)
    async with invented_provider() as silent, invented_provider() as theirs:
        about = "/.well-known/openid-configuration"
        silent.slow.add(about)
        tasks = Tasks()
        hub = SignOnAtHub(
            {
                "silent": Provider(silent.settings(id="silent"), ""),
                "sso": Provider(theirs.settings(), ""),
            },
            IdentityBook(tmp_path / "book.sqlite"),
            catalogue=Catalogue.parse(catalogue_text()),
            tasks=tasks,
        )
        began_s = time.monotonic()
        for offers in await asyncio.gather(*(hub.offers() for _ in range(20))):
            assert [one.id for one in offers] == ["sso"]
        assert time.monotonic() - began_s < 60, "all together, not a hundred seconds one by one"
        assert silent.asked[about] == 1
        silent.slow.clear()
        await hub.close()
        await tasks.close()
