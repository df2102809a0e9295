# SPDX-License-Identifier: GPL-3.0-only
"""Appointments that agents take in another booking service. The rules behind the verbs of
`session.protocol.appointments.outside`; used by the hub.

The hub keeps no token: the desk holds its agent's own, and says it with each question.
"""

from __future__ import annotations

from session.core.errors import NotAllowed, OutsideRefused
from session.hub.access.handlers import Asker, handles
from session.hub.appointments.booking import Booking
from session.hub.appointments.slips import Slips
from session.hub.parts import OutsideService
from session.protocol.appointments.outside import (
    OutsideOffer,
    OutsideOfferRequest,
    OutsidePlan,
    OutsidePlanRequest,
    OutsideState,
    OutsideStateRequest,
    OutsideToken,
    OutsideTokenRequest,
)


class OutsideBooking:
    """Answers desks. Without a service it offers none."""

    def __init__(self, service: OutsideService | None, booking: Booking, *, slips: Slips) -> None:
        self._service = service
        self._booking = booking
        self._slips = slips

    @handles(OutsideOfferRequest)
    async def offer(self, asker: Asker, _request: OutsideOfferRequest) -> OutsideOffer:
        """See `OutsideOfferRequest`."""
        return self._service.offer(asker.organisation) if self._service else OutsideOffer()

    @handles(OutsideTokenRequest)
    async def token(self, asker: Asker, request: OutsideTokenRequest) -> OutsideToken:
        """See `OutsideTokenRequest`. Raises as `OutsideService`."""
        service = self._of(asker)
        token = await service.token(asker.organisation, request.code, request.verifier)
        return OutsideToken(token=token)

    @handles(OutsidePlanRequest)
    async def plan(self, asker: Asker, request: OutsidePlanRequest) -> OutsidePlan:
        """See `OutsidePlanRequest`. Raises `NotAllowed` without the caller's yes, and as
        `OutsideService`.
        """
        if not request.agreed:
            raise NotAllowed(why="agreement")
        if not (request.person.family_name.strip() and request.person.given_names.strip()):
            raise OutsideRefused(why="name")
        return await self._of(asker).begin(asker.organisation, request.token, request.person)

    @handles(OutsideStateRequest)
    async def state(self, asker: Asker, request: OutsideStateRequest) -> OutsideState:
        """See `OutsideStateRequest`. Raises `NotAllowed` (not the session's dossier), and as
        `OutsideService`.
        """
        if request.dossier:
            await self._booking.check_dossier(asker, request.session_id, request.dossier)
        starts_at, appointment = await self._of(asker).chosen(
            asker.organisation,
            request.token,
            request.plan,
            person=request.person,
            dossier=request.dossier,
        )
        slip = self._slips.slip(appointment) if appointment is not None else None
        return OutsideState(starts_at=starts_at, slip=slip)

    def _of(self, asker: Asker) -> OutsideService:
        if self._service is None or not self._service.offer(asker.organisation).page:
            raise NotAllowed(why="outside")
        return self._service
