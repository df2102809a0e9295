# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's register by REST that answers as asked, or fails in one named way at a time.
For tests; everybody in it is invented.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiohttp import web

from documents.search_words import folded
from expert_app.runtime.store_settings import RegisterSettings

TOKEN = "jeton-du-referentiel"

ODILE: dict[str, Any] = {
    "id": "REF-0042",
    "person": {"lastName": "Lefèvre-Brun", "firstNames": "Odile Marie", "birth": "29/02/1980"},
    "beneficiary": "1234567",
    "mail": "odile@exemple.fr",
}
PAUL: dict[str, Any] = {
    "id": "REF-0043",
    "person": {"lastName": "Ménard", "firstNames": "Paul", "birth": "1975-11-03"},
    "beneficiary": "7654321",
}

FIELDS: dict[Any, str] = {
    "number": "id",
    "family_name": "person.lastName",
    "given_names": "person.firstNames",
    "born_on": "person.birth",
    "caller_number": "beneficiary",
    "contact": "mail",
}


class RegisterServer:
    """`fault` is "", "slow", "drip" (one byte now and then), "no_json", "deep", "other_fields",
    "unauthorised", "broken", "huge" (100 MB), "elsewhere" (a redirection), "no_filter" (lists
    everybody).

    Attributes:
        asked: path and query of each request.
        sent_bytes: how much of a huge answer was taken.
    """

    def __init__(self, *people: dict[str, Any]) -> None:
        self.people = list(people or (ODILE, PAUL))
        self.fault, self.asked, self.sent_bytes = "", list[str](), 0
        self.redirected = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/dossiers/{number}", self._one),
            web.get("/dossiers", self._search),
            web.get("/ailleurs", self._elsewhere),
        ]

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        self.redirected += 1
        return web.json_response({"data": {"items": self.people}})

    async def _one(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["number"]
        found = [one for one in self.people if one["id"] == number]
        return await self._answer(request, found, missing=404)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        found = [
            one
            for one in self.people
            if ("beneficiaire" in asked and one["beneficiary"] == asked["beneficiaire"])
            or (
                "nom" in asked
                and folded(one["person"]["lastName"]) == folded(asked["nom"])
                and _iso(one["person"]["birth"]) == asked["ne_le"]
            )
        ]
        return await self._answer(request, found)

    async def _answer(
        self, request: web.Request, found: list[dict[str, Any]], *, missing: int = 200
    ) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized
        match self.fault:
            case "unauthorised":
                raise web.HTTPUnauthorized
            case "broken":
                raise web.HTTPInternalServerError
            case "elsewhere":
                raise web.HTTPFound("/ailleurs")
            case "slow":
                await asyncio.sleep(60)
            case "no_json":
                return web.Response(text="<html>connexion</html>", content_type="text/html")
            case "deep":
                return web.Response(text="[" * 500_000, content_type="application/json")
            case "other_fields":
                return web.json_response({"data": {"items": [{"nom": "Ménard"}]}})
            case "huge" | "drip":
                return await self._stream(request)
            case "no_filter":
                found = self.people
        status = 200 if found else missing
        return web.json_response({"data": {"items": found}}, status=status)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        part, rest_s = (b" " * 65_536, 0.0) if self.fault == "huge" else (b" ", 0.05)
        try:
            while self.sent_bytes < 100 << 20:
                await response.write(part)
                self.sent_bytes += len(part)
                await asyncio.sleep(rest_s)
        except ConnectionError:
            pass  # the other end has read enough
        return response


def _iso(day: str) -> str:
    return "-".join(reversed(day.split("/"))) if "/" in day else day


def rest_settings(address: str, organisation: str = "caf31", **more: Any) -> RegisterSettings:
    """The settings of a register at this address."""
    given: dict[str, Any] = {
        "organisation": organisation,
        "by_number": f"{address}/dossiers/{{number}}",
        "by_caller_number": f"{address}/dossiers?beneficiaire={{caller_number}}",
        "by_person": f"{address}/dossiers?nom={{family_name}}&prenoms={{given_names}}"
        "&ne_le={born_on}",
        "records": "data.items",
        "fields": FIELDS,
        "answer_s": 1.0,
        **more,
    }
    return RegisterSettings(**given)


class Routed(Protocol):
    def routes(self) -> list[web.RouteDef]: ...


@asynccontextmanager
async def register_server(
    server: Routed, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[str]:
    """Its address."""
    application = web.Application()
    application.add_routes(server.routes())
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"{'https' if tls else 'http'}://{host}:{port}"
    finally:
        await runner.cleanup()
