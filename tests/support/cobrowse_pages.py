# SPDX-License-Identifier: GPL-3.0-only
"""The tests' web server on loopback:
serves the demonstration's site and pages made here, and keeps what was asked.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from resources import ResourceMissing, resource_path

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}


class WebServer:
    """Serves `pages` by path, the files of `folders` by what their paths begin with, then those of
    the demonstration's site; `asked` holds every path asked for.

    `policies` has content security policies by path, `redirects` where a path leads on;
    `slow` the seconds that all but the first answer of a path take,
    `slow_halves` those between the halves of such an answer.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.folders: dict[str, Path] = {}
        self.policies: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        self.slow_halves: dict[str, float] = {}
        self.closed = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                if leads := outer.redirects.get(self.path.partition("?")[0]):
                    self.send_response(302)
                    self.send_header("Location", leads)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if outer.asked.count(self.path) > 1:
                    outer.closed.wait(outer.slow.get(self.path, 0))
                kind, body = outer.answer(self.path.partition("?")[0])
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                if policy := outer.policies.get(self.path.partition("?")[0]):
                    self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                half = len(body) // 2
                self.wfile.write(body[:half])
                if outer.asked.count(self.path) > 1:
                    outer.closed.wait(outer.slow_halves.get(self.path, 0))
                self.wfile.write(body[half:])

            def log_message(self, *words: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.site = f"{self.address}/site/"

    def answer(self, path: str) -> tuple[str, bytes]:
        """Media type and body; an empty body is a 404."""
        if path in self.pages:
            return self.pages[path]
        for start, folder in self.folders.items():
            if path.startswith(start) and (file := folder / path.removeprefix(start)).is_file():
                return _TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes()
        try:
            found = resource_path("pages" + path)
        except (ResourceMissing, ValueError):
            return "text/plain", b""
        return _TYPES.get(found.suffix, "application/octet-stream"), found.read_bytes()

    def page(self, path: str, html: str) -> str:
        """Serves `html` at `path`; returns its address."""
        self.pages[path] = ("text/html; charset=utf-8", ("<!doctype html>" + html).encode())
        return self.address + path

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()
