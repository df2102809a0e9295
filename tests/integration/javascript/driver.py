# SPDX-License-Identifier: GPL-3.0-only
"""Drives the example page for `expert-app conformance --kiosk --driver` (docs/conformance.md):
`python -m tests.integration.javascript.driver chromium` (or `firefox`).

Serves the page, opens a browser at it, and passes instructions on to `driver.js` in the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from tests.integration.javascript.browsers import opened

ROOT = Path(__file__).parents[3]
PAGE, VECTORS = "/pages/client/example/index.html", "/vectors.html"
MIRROR = "/mirror.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src blob: mediastream:; connect-src 'self' ws://127.0.0.1:*"
)
"""Of the page: no script of anybody else's, none from text."""

OPEN_S = 50.0


class DrivenPage:
    """The example page in a browser, and the way to `driver.js` in it."""

    def __init__(self, browser: str, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._runner: web.AppRunner | None = None
        self._socket: asyncio.Future[web.WebSocketResponse] | None = None
        self._answers: asyncio.Queue[str] = asyncio.Queue()

    async def open(self, bus: str, page: str = PAGE) -> None:
        """Serves the page, opens the browser, waits until the page listens."""
        self._socket = asyncio.get_running_loop().create_future()
        app = web.Application(middlewares=[_with_policy])
        app.router.add_get("/driver", self._on_socket)
        app.router.add_get("/tests/{name}.js", _script)
        app.router.add_get(VECTORS, _vectors_page)
        app.router.add_get(MIRROR, _mirror_page)
        app.router.add_static("/vectors", ROOT / "docs" / "vectors")
        app.router.add_get(PAGE, _page)
        app.router.add_static("/pages", ROOT / "resources" / "pages")
        app.router.add_static("/vendor", ROOT / "resources" / "vendor")
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        address = f"http://127.0.0.1:{port}{page}?{urlencode({'bus': bus})}"
        self._process = opened(self._browser, address, self._folder / "profile")
        async with asyncio.timeout(OPEN_S):
            await self._socket

    async def instruct(self, instruction: dict[str, object]) -> str:
        """`done`, or `cannot` and why."""
        if self._socket is None:
            return "cannot the page is not open"
        await (await self._socket).send_str(json.dumps(instruction))
        return await self.answer()

    async def answer(self) -> str:
        """What the page says next."""
        return await self._answers.get()

    async def _on_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self._socket is not None and not self._socket.done():
            self._socket.set_result(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                if "answer" in said:
                    self._answers.put_nowait(said["answer"])
                else:
                    print("in the page:", said, file=sys.stderr)
        return socket

    async def close(self) -> None:
        """Ends the browser and the page's server."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)
        if self._runner is not None:
            await self._runner.cleanup()


async def _mirror_page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).with_name("mirror.html"))


@web.middleware
async def _with_policy(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


async def _script(request: web.Request) -> web.FileResponse:
    """A script that stands beside this file."""
    name = Path(request.match_info["name"]).name
    return web.FileResponse(Path(__file__).with_name(f"{name}.js"))


async def _vectors_page(_request: web.Request) -> web.Response:
    script = '<!doctype html><script type="module" src="/tests/vectors.js"></script>'
    return web.Response(text=script, content_type="text/html")


async def _page(_request: web.Request) -> web.Response:
    """The page as it is, and beside it the script that presses its buttons."""
    text = (ROOT / "resources" / PAGE[1:]).read_text("utf-8")
    driver = '<script type="module" src="/tests/driver.js"></script></head>'
    return web.Response(text=text.replace("</head>", driver), content_type="text/html")


async def main(browser: str) -> None:
    """Answers each line of the standard input."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = DrivenPage(browser, Path(folder))
        try:
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                instruction = json.loads(line)
                if instruction["do"] == "begin":
                    await page.open(instruction["websocket"])
                print(await page.instruct(instruction), flush=True)
                if instruction["do"] == "finish":
                    return
        finally:
            await page.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
