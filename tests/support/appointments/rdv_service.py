# SPDX-License-Identifier: GPL-3.0-only
"""RDV Service Public for tests: it answers as our description of its calls says
(`tests/data/rdv_service_public/openapi.json`), by itself or by Prism, which judges each request.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

DESCRIPTION = Path(__file__).resolve().parents[2] / "data/rdv_service_public/openapi.json"
TOKEN = "jeton-de-camille"


class BookingService:
    """The service on a port of this machine, with one agent who is signed in there.

    Args:
        upstream: address of a Prism that answers; "" and the examples are answered here.

    Attributes:
        chosen: the agent has chosen a time.
        fault: status that each call but those of OAuth gets; 0 for none.
        nonsense: each call gets a page of HTML.
        says_no: the agent does not let us act.
        page: of a draft, in place of the example's.
        asked: (method, path, body) of each call.
    """

    def __init__(self, upstream: str = "") -> None:
        self._upstream = upstream
        self.chosen = False
        self.fault = 0
        self.nonsense = False
        self.says_no = False
        self.page = ""
        self.asked: list[tuple[str, str, str]] = []
        self.address = ""
        self._paths = json.loads(DESCRIPTION.read_text("utf-8"))["paths"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[BookingService]:
        """The service until the end of the block."""
        app = web.Application()
        app.router.add_get("/oauth/authorize", self._authorize)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _authorize(self, request: web.Request) -> web.Response:
        """The agent is signed in and lets us act, or does not (RFC 6749, section 4.1.2)."""
        query = request.query
        said = {"error": "access_denied"} if self.says_no else {"code": "code-1"}
        back = f"{query['redirect_uri']}?{urlencode(said | {'state': query['state']})}"
        return web.Response(status=302, headers={"Location": back})

    async def _answer(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        self.asked.append((request.method, request.path, body))
        is_oauth = request.path == "/oauth/token"
        if self.fault and not is_oauth:
            return web.Response(status=self.fault)
        if self.nonsense:
            return web.Response(text="<html>Entretien</html>", content_type="text/html")
        if not is_oauth and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        if self._upstream:
            return await self._from_prism(request, body)
        status, example = self._example(request)
        if self.page and "rdv_plan" in example:
            example["rdv_plan"]["url"] = self.page
        return web.json_response(example, status=status)

    def _named(self, path: str) -> str:
        """The name of the example that this path answers with."""
        return {"/oauth/token": "token", "/api/v1/rdv_plans": "begun"}.get(
            path, "chosen" if self.chosen else "begun"
        )

    def _example(self, request: web.Request) -> tuple[int, Any]:
        path = "/api/v1/rdv_plans/{id}" if "/rdv_plans/" in request.path else request.path
        responses = self._paths[path][request.method.lower()]["responses"]
        status = next(code for code in responses if code.startswith("2"))
        examples = responses[status]["content"]["application/json"]["examples"]
        value = examples[self._named(request.path)]["value"]
        return int(status), json.loads(json.dumps(value))

    async def _from_prism(self, request: web.Request, body: str) -> web.Response:
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type", "Accept")
            if name in request.headers
        }
        headers["Prefer"] = f"example={self._named(request.path)}"
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                request.method,
                f"{self._upstream}{request.path_qs}",
                data=body or None,
                headers=headers,
            ) as answer,
        ):
            return web.Response(
                body=await answer.read(), status=answer.status, content_type="application/json"
            )
