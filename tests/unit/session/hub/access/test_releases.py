# SPDX-License-Identifier: GPL-3.0-only
"""People, and no machine, ask which release is wanted; the answer is the operator's."""

from __future__ import annotations

import asyncio

from session.hub.access.handlers import Asker
from session.hub.access.releases import Releases
from session.protocol.hub.requests import ReleaseAnswer, ReleaseRequest
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role


def test_the_operators_wish_is_told_to_people() -> None:
    wanted = ReleaseAnswer(newest="0.3.0", where="intranet.example")
    asker = Asker("caisse", Role.HELPDESK, "h1")
    assert asyncio.run(Releases(wanted).release(asker, ReleaseRequest())) == wanted
    roles = ALL_VERBS["release"].roles
    assert Role.AGENT in roles
    assert Role.OPERATOR in roles
    assert Role.KIOSK not in roles
