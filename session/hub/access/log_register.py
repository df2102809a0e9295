# SPDX-License-Identifier: GPL-3.0-only
"""The register of those who have read logs: before each part of a log it is asked.
Used by the log services of hub and vault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from session.core.dossier_model import Access, ActingUser
from session.core.errors import LogReasonNeeded
from session.hub.access.handlers import Asker, handles
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest, LogAccessesRequest
from session.protocol.hub.log import LogRequest
from session.protocol.wire.typed_words import LEAST_LETTERS, is_reason


class LogReadings(Protocol):
    """The register of who has read which conversation's log. Every method may raise
    `StoreUnreachable`.
    """

    async def note(self, organisation: str, access: Access) -> None:
        """A line, before anything of the log leaves; one that was written within minutes for the
        same reading counts. Raises `TooManyLogs`.
        """
        ...

    async def listed(self, organisation: str, request: AccessesRequest) -> AccessesAnswer:
        """A page of it."""
        ...


class LogRegister:
    """Writes down each reading, and lists them for supervisors.

    Args:
        name_of: (organisation, user) -> the person's name.
    """

    def __init__(self, readings: LogReadings, name_of: Callable[[str, str], str]) -> None:
        self._readings = readings
        self._name_of = name_of

    async def note(self, asker: Asker, request: LogRequest, *, of: str = "") -> None:
        """Writes down who reads which log, and why. Raises `LogReasonNeeded`, `TooManyLogs`.

        Args:
            of: whose log it is; "" the asker's organisation's.
        """
        reason = request.reason
        if not is_reason(reason):
            raise LogReasonNeeded(letters=LEAST_LETTERS)
        name = self._name_of(asker.organisation, asker.user)
        home = of or asker.organisation
        if home != asker.organisation:
            name = f"{name} ({asker.organisation})"
        access = Access(
            by=ActingUser(
                user=asker.user, name=name, computer=request.computer.strip() or asker.computer
            ),
            session_id=request.session_id,
            reason=reason,
        )
        await self._readings.note(home, access)

    @handles(LogAccessesRequest)
    async def listed(self, asker: Asker, request: LogAccessesRequest) -> AccessesAnswer:
        """A page of who has read logs of the organisation."""
        return await self._readings.listed(asker.organisation, request)
