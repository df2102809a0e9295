# SPDX-License-Identifier: GPL-3.0-only
"""A register by CMIS: dossiers are objects that a query finds. The server is written from the
specification alone (OASIS CMIS 1.1, sections 2.1.14 and 5).
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from expert_app.register.cmis import literal
from expert_app.register.kinds import make_lookup
from expert_app.register.lookup import RegisterLookup
from expert_app.runtime.store_settings import RegisterSettings
from session.core.clock import SystemClock
from session.hub.dossier.register import RegisterAway
from tests.support.register_server import register_server

USER, PASSWORD = "lecture", "mot-invente"
FIELDS: dict[Any, str] = {
    "number": "caf:numero",
    "family_name": "caf:nom",
    "given_names": "caf:prenoms",
    "born_on": "caf:naissance",
    "caller_number": "caf:allocataire",
}
PEOPLE: list[dict[str, Any]] = [
    {
        "caf:numero": "REF-1",
        "caf:nom": "L'Hôte",
        "caf:prenoms": ["Odile", "Marie"],
        "caf:naissance": "1980-02-29",
        "caf:allocataire": "1234567",
    },
    {
        "caf:numero": "REF-2",
        "caf:nom": "Autre",
        "caf:prenoms": "Marie",
        "caf:naissance": "1980-02-29",
    },
]
_QUERY = re.compile(r"SELECT (.+) FROM caf:dossier WHERE (caf:\w+) = '((?:[^'\\]|\\.)*)'")


class CmisRegisterServer:
    """`fault` is "" or "elsewhere" (the repository is said to be at another host)."""

    def __init__(self) -> None:
        self.fault, self.asked = "", list[str]()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/cmis", self._repositories), web.get("/cmis/main", self._query)]

    def _check(self, request: web.Request) -> None:
        given = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != given:
            raise web.HTTPUnauthorized

    async def _repositories(self, request: web.Request) -> web.Response:
        self._check(request)
        host = "http://ailleurs.example" if self.fault else f"http://{request.host}"
        facts = {"repositoryUrl": f"{host}/cmis/main", "rootFolderUrl": f"{host}/cmis/main/root"}
        return web.json_response({"main": facts})

    async def _query(self, request: web.Request) -> web.Response:
        self._check(request)
        assert request.query["cmisselector"] == "query"
        statement = request.query["q"]
        self.asked.append(statement)
        read = _QUERY.fullmatch(statement)
        if read is None:
            return web.json_response({"exception": "invalidArgument"}, status=400)
        columns, name = read[1].split(", "), read[2]
        value = re.sub(r"\\(.)", r"\1", read[3])
        found = [
            {"succinctProperties": {one: person.get(one) for one in columns}}
            for person in PEOPLE
            if person.get(name) == value
        ]
        return web.json_response({"results": found, "hasMoreItems": False, "numItems": len(found)})


@asynccontextmanager
async def _lookup(server: CmisRegisterServer, **more: Any) -> AsyncIterator[RegisterLookup]:
    async with register_server(server) as address:
        settings = RegisterSettings(
            organisation="caf31",
            kind="cmis",
            address=f"{address}/cmis",
            user=USER,
            type="caf:dossier",
            fields=more.pop("fields", FIELDS),
        )
        lookup = make_lookup(settings, more.pop("secret", PASSWORD), SystemClock())
        try:
            yield lookup
        finally:
            await lookup.close()


async def test_a_dossier_is_found_by_number_and_person() -> None:
    async with _lookup(CmisRegisterServer()) as lookup:
        (found,) = await lookup.by_number("REF-1")
        assert (found.family_name, found.given_names) == ("L'Hôte", "Odile Marie")
        assert (found.born_on, found.caller_number) == ("1980-02-29", "1234567")
        assert await lookup.by_caller_number("1234567") == [found]
        assert await lookup.find("LHOTE", "marie odile", "1980-02-29") == [found]
        assert await lookup.find("L’Hôte", "Odile", "1980-02-28") == []


async def test_what_is_typed_cannot_change_the_query() -> None:
    server = CmisRegisterServer()
    async with _lookup(server) as lookup:
        assert await lookup.by_number("x' OR 'a' = 'a") == []
        assert await lookup.by_number("x\\' OR 1=1 --") == []
    assert all(_QUERY.fullmatch(one) for one in server.asked)
    assert literal("a'\\") == "'a\\'\\\\'"


async def test_a_property_that_the_settings_do_not_name_is_not_asked_for() -> None:
    server = CmisRegisterServer()
    fields = {name: FIELDS[name] for name in ("number", "family_name", "born_on")}
    async with _lookup(server, fields=fields) as lookup:
        assert await lookup.by_caller_number("1234567") == []
    assert server.asked == []


@pytest.mark.parametrize(
    ("fault", "secret", "reason"), [("elsewhere", PASSWORD, "address"), ("", "autre", "access")]
)
async def test_a_password_goes_nowhere_else_and_a_wrong_one_is_said(
    fault: str, secret: str, reason: str
) -> None:
    server = CmisRegisterServer()
    server.fault = fault
    async with _lookup(server, secret=secret) as lookup:
        with pytest.raises(RegisterAway) as caught:
            await lookup.by_number("REF-1")
    assert caught.value.reason == reason
