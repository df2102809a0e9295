# SPDX-License-Identifier: GPL-3.0-only
"""What the hub knows of people who signed on; the whole way is in tests/integration."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.sign_on.at_hub import SignOnAtHub
from expert_app.sign_on.provider import Provider
from session.core.tasks import Tasks
from session.hub.access.identities import IdentityBook
from session.hub.convention.catalogue import Catalogue
from tests.support.hub_world import catalogue_text
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
