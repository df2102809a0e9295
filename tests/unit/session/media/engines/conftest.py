# SPDX-License-Identifier: GPL-3.0-only
"""What the tests of the engines share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiortc import RTCConfiguration

from session.media.engines import aiortc_internals as internals
from tests.unit.session.media.engines.two_peers import Pair


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = [internals.PeerConnection(RTCConfiguration(iceServers=[])) for _number in range(2)]
    yield made[0], made[1]
    for pc in made:
        await pc.close()
