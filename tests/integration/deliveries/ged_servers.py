# SPDX-License-Identifier: GPL-3.0-only
"""Document systems that behave as documented, and fail in one named way at a time:
Paperless-ngx, CMIS 1.1. For tests.

CMIS is written from the specification alone (OASIS CMIS 1.1, section 5):
no server could be installed here.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

from aiohttp import web

TOKEN = "jeton-invente"
USER, PASSWORD = "depot", "mot-invente"


class PaperlessServer:
    """Paperless-ngx as far as docs/api.md says.

    `fault` is "", "busy", "task_fails", "task_lost", "no_json", "no_filter" (lists everything,
    whatever is asked).
    """

    def __init__(self, *, pages: bool = False) -> None:
        self.documents: dict[int, tuple[str, bytes, str]] = {}
        self.posts = 0
        self.fault = ""
        self.slow = 0
        self.pages = pages
        self._tasks: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/documents/", self._list),
            web.post("/api/documents/post_document/", self._post),
            web.get("/api/tasks/", self._task),
        ]

    def _check(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Token {TOKEN}":
            raise web.HTTPUnauthorized(text='{"detail": "Invalid token."}')
        if self.fault == "busy":
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "7"})

    async def _list(self, request: web.Request) -> web.Response:
        self._check(request)
        if self.fault == "no_json":
            return web.Response(text="<html>login</html>")
        end = request.query["original_filename__iendswith"].lower()
        found = [
            {"id": key, "original_file_name": name}
            for key, (name, _, _) in self.documents.items()
            if name.lower().endswith(end) or self.fault == "no_filter"
        ]
        return web.json_response({"count": len(found), "next": None, "results": found})

    async def _post(self, request: web.Request) -> web.Response:
        self._check(request)
        form = await request.post()
        file = form["document"]
        assert isinstance(file, web.FileField)
        self.posts += 1
        data = file.file.read()
        task = str(uuid.uuid4())
        if self.fault != "task_lost":
            self._tasks[task] = self._consume(file.filename, data, str(form["title"]))
        return web.json_response(task)

    def _consume(self, name: str, data: bytes, title: str) -> dict[str, Any]:
        if self.fault == "task_fails":
            return {
                "status": "FAILURE",
                "result": f"{name}: Unsupported mime type",
                "related_document": None,
            }
        twin = next((key for key, (_, known, _) in self.documents.items() if known == data), None)
        if twin is not None:
            words = f"{name}: Not consuming {name}: It is a duplicate of {title} (#{twin})."
            return {"status": "FAILURE", "result": words, "related_document": None}
        key = len(self.documents) + 1
        self.documents[key] = (name, data, title)
        return {
            "status": "SUCCESS",
            "result": f"Success. New document id {key} created",
            "related_document": str(key),
        }

    async def _task(self, request: web.Request) -> web.Response:
        self._check(request)
        task = self._tasks.get(request.query["task_id"])
        if task is not None and self.slow:
            self.slow -= 1
            task = {"status": "STARTED", "result": None, "related_document": None}
        found = [task] if task is not None else []
        return web.json_response({"count": len(found), "results": found} if self.pages else found)


class CmisServer:
    """CMIS 1.1, browser binding. `fault` is "", "storage", "constraint", "elsewhere"."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes | None] = {"": None}
        self.made, self.fault = 0, ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cmis", self._repositories),
            web.get("/cmis/main/root{path:.*}", self._object),
            web.post("/cmis/main/root{path:.*}", self._create),
        ]

    def _check(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if given != "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
            raise web.HTTPUnauthorized

    async def _repositories(self, request: web.Request) -> web.Response:
        self._check(request)
        host = "http://ailleurs.example" if self.fault == "elsewhere" else f"http://{request.host}"
        root = f"{host}/cmis/main/root"
        return web.json_response(
            {
                "main": {
                    "repositoryId": "main",
                    "cmisVersionSupported": "1.1",
                    "repositoryUrl": f"{host}/cmis/main",
                    "rootFolderUrl": root,
                }
            }
        )

    def _told(self, path: str) -> dict[str, Any]:
        data = self.objects[path]
        identity = hashlib.sha256(path.encode()).hexdigest()[:12]
        kind = "cmis:folder" if data is None else "cmis:document"
        length = {} if data is None else {"cmis:contentStreamLength": len(data)}
        return {
            "succinctProperties": {"cmis:objectId": identity, "cmis:objectTypeId": kind, **length}
        }

    async def _object(self, request: web.Request) -> web.Response:
        self._check(request)
        path = unquote(request.match_info["path"])
        assert request.query["cmisselector"] == "object"
        if path not in self.objects:
            return _exception(404, "objectNotFound", path)
        return web.json_response(self._told(path))

    async def _create(self, request: web.Request) -> web.Response:
        self._check(request)
        form = await request.post()
        given = {
            str(form[f"propertyId[{n}]"]): str(form[f"propertyValue[{n}]"])
            for n in range(9)
            if f"propertyId[{n}]" in form
        }
        parent = unquote(request.match_info["path"])
        path = f"{parent}/{given['cmis:name']}"
        if parent not in self.objects:
            return _exception(404, "objectNotFound", parent)
        if path in self.objects:
            return _exception(409, "nameConstraintViolation", path)
        if self.fault == "storage":
            return _exception(500, "storage", "disk full")
        if form["cmisaction"] == "createFolder":
            self.objects[path] = None
        else:
            if self.fault == "constraint":
                return _exception(409, "constraint", "cmis:document needs a class of documents")
            content = form["content"]
            assert isinstance(content, web.FileField)
            assert content.content_type == "application/pdf"
            self.objects[path] = content.file.read()
            self.made += 1
        return web.json_response(self._told(path), status=201)


def _exception(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"exception": name, "message": message}, status=status)


@asynccontextmanager
async def serving(server: PaperlessServer | CmisServer) -> AsyncIterator[str]:
    """Its address."""
    application = web.Application(client_max_size=64 << 20)
    application.add_routes(server.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
