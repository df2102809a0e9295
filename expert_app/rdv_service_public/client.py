# SPDX-License-Identifier: GPL-3.0-only
"""Appointments that agents take at RDV Service Public: a draft with the least data, the page for
the agent's browser, and the appointment once it is there. Used by the hub's rules.

Source: docs/guide_integration.md, docs/interconnexions/oauth.md and the REST interface's
description, github.com/betagouv/rdv-service-public. OAuth 2.0 with a code (RFC 6749, section 4.1):
the client's secret is the hub's, the token is the agent's own.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client
from expert_app.rdv_service_public.notification import Notification, Rdv, read_time
from expert_app.rdv_service_public.taking_in import NAME, TakingIn
from expert_app.runtime.store_settings import RdvSettings
from session.core.appointment_model import Appointment, AppointmentPerson
from session.core.errors import MessageMalformed, OutsideAway, OutsideRefused, OutsideSignOn
from session.core.field_types import NOT_DECODED
from session.protocol.appointments.outside import OutsideOffer, OutsidePlan

log = logging.getLogger(__name__)

ANSWER_S = 6.0
MOST_BYTES = 256 << 10

SCOPE = "write"
"""The only scope that the service has."""


class _Token(msgspec.Struct, frozen=True):
    access_token: str


class _PlanRdv(msgspec.Struct, frozen=True):
    """What a draft says of its appointment."""

    id: int
    starts_at: str


class _Plan(msgspec.Struct, frozen=True):
    id: int
    url: str
    rdv: _PlanRdv | None = None
    updated_at: str = ""


class _PlanAnswer(msgspec.Struct, frozen=True):
    rdv_plan: _Plan


class _RdvsAnswer(msgspec.Struct, frozen=True):
    rdvs: list[Rdv]


class RdvServicePublic:
    """The service, as `OutsideService`.

    Args:
        secret: of this hub as a client there.
    """

    def __init__(self, settings: RdvSettings, secret: str, *, taking_in: TakingIn) -> None:
        self._settings = settings
        self._secret = secret
        self._taking_in = taking_in
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._http = client(settings.ca_file, headers, limits=httpx.Timeout(ANSWER_S))

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    def offer(self, organisation: str) -> OutsideOffer:
        """See `OutsideService`."""
        if not self._taking_in.serves(organisation):
            return OutsideOffer()
        if organisation not in self._settings.organisations:
            return OutsideOffer()
        parameters = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "scope": SCOPE,
        }
        page = self._url(f"/oauth/authorize?{urlencode(parameters)}")
        return OutsideOffer(name=NAME, page=page, redirect=self._ours(organisation, "back"))

    async def token(self, organisation: str, code: str, verifier: str) -> str:
        """See `OutsideService`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._ours(organisation, "back"),
            "client_id": self._settings.client_id,
            "client_secret": self._secret,
            "code_verifier": verifier,
        }
        try:
            response = await self._ask("POST", "/oauth/token", data=form)
        except OutsideSignOn as error:  # 401: it does not know this hub
            raise OutsideRefused(why="client") from error
        if response.status_code == 400:
            raise OutsideSignOn
        return _read(response, _Token).access_token

    async def begin(self, organisation: str, token: str, person: AppointmentPerson) -> OutsidePlan:
        """See `OutsideService`."""
        user = {
            "first_name": person.given_names,
            "last_name": person.family_name,
            "email": person.email,
            "phone_number": person.phone,
        }
        body = {
            "user": {name: text for name, text in user.items() if text},
            "return_url": self._ours(organisation, "done"),
            "dossier_url": self._ours(organisation, "dossier"),
        }
        response = await self._ask("POST", "/api/v1/rdv_plans", token, json=body)
        plan = _read(response, _PlanAnswer).rdv_plan
        self._check_page(plan.url)
        return OutsidePlan(plan=plan.id, page=plan.url)

    async def chosen(
        self, organisation: str, token: str, plan: int, *, person: AppointmentPerson, dossier: str
    ) -> tuple[datetime | None, Appointment | None]:
        """See `OutsideService`. The appointment is the one that a notification brings, too."""
        response = await self._ask("GET", f"/api/v1/rdv_plans/{plan}", token)
        said = _read(response, _PlanAnswer).rdv_plan
        if said.rdv is None:
            return None, None
        try:
            starts_at = read_time(said.rdv.starts_at)
            at = read_time(said.updated_at) if said.updated_at else None
            await self._take_in(organisation, token, said.rdv.id, at)
        except MessageMalformed as error:
            raise OutsideAway(why=Reason.NOT_UNDERSTOOD.value) from error
        appointment = await self._taking_in.complete(
            organisation, said.rdv.id, person=person, dossier=dossier
        )
        return starts_at, appointment

    async def _take_in(self, organisation: str, token: str, rdv: int, at: datetime | None) -> None:
        """Stores it without waiting for its notification. Raises `MessageMalformed`."""
        response = await self._ask("GET", "/api/v1/rdvs", token, params={"id[]": rdv})
        for entry in _read(response, _RdvsAnswer).rdvs:
            if entry.id == rdv:
                known = Notification(event="updated", at=at, rdv=entry)
                outcome = await self._taking_in.take(organisation, known)
                log.info("an appointment of an agent at %s: %s", NAME, outcome)

    # ---- questions

    async def _ask(self, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
        """Raises `OutsideSignOn`, `OutsideRefused` or `OutsideAway`."""
        if token:
            options["headers"] = {"Authorization": f"Bearer {token}"}
        try:
            async with asyncio.timeout(ANSWER_S):
                response = await answer(
                    self._http, method, self._url(path), most_bytes=MOST_BYTES, **options
                )
        except TimeoutError as error:
            raise OutsideAway(why=Reason.TIMEOUT.value) from error
        except NotDelivered as error:
            log.warning("%s: %s %s", NAME, error.reason.value, error.words)
            if error.reason is not Reason.ACCESS:
                raise OutsideAway(why=error.reason.value) from error
            if error.words == "HTTP 401":
                raise OutsideSignOn from error
            raise OutsideRefused(why="access") from error
        if response.status_code in (404, 422):
            raise OutsideRefused(why="gone" if response.status_code == 404 else "person")
        return response

    def _url(self, path: str) -> str:
        return self._settings.address.rstrip("/") + path

    def _ours(self, organisation: str, page: str) -> str:
        """An address of ours, which says nothing of anybody."""
        return f"{self._settings.public_address.rstrip('/')}/rdv/{organisation}/{page}"

    def _check_page(self, page: str) -> None:
        """Refuse a page that an agent's browser must not open. Raises `OutsideAway`."""
        parts = urlsplit(page)
        schemes = ("https", urlsplit(self._settings.address).scheme)
        if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
            log.error("%s names a page that no browser should open", NAME)
            raise OutsideAway(why=Reason.NOT_UNDERSTOOD.value)


def _read[Answer: msgspec.Struct](response: httpx.Response, kind: type[Answer]) -> Answer:
    if response.status_code >= 400:
        raise OutsideRefused(why=str(response.status_code))
    try:
        return msgspec.json.decode(response.content, type=kind)
    except NOT_DECODED as error:
        raise OutsideAway(why=Reason.NOT_UNDERSTOOD.value) from error
