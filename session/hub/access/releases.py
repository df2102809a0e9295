# SPDX-License-Identifier: GPL-3.0-only
"""Tells whoever asks which release of the programs this network is to have, as its operator wrote
it into the hub's settings. Used by `session.hub.composition`.
"""

from __future__ import annotations

from session.hub.access.handlers import Asker, handles
from session.protocol.hub.requests import ReleaseAnswer, ReleaseRequest


class Releases:
    """Args: wanted: the release, how long there is time, and where to get it."""

    def __init__(self, wanted_release: ReleaseAnswer) -> None:
        self._wanted = wanted_release

    @handles(ReleaseRequest)
    async def release(self, _asker: Asker, _request: ReleaseRequest) -> ReleaseAnswer:
        """Return what the operator wants; nothing where nobody wrote anything."""
        return self._wanted
