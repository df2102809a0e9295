# SPDX-License-Identifier: GPL-3.0-only
"""The web proxy's process from the browser's side."""

from __future__ import annotations

import os
import signal
import socket

import httpx
import pytest

from session.kiosk.web_proxy.process import ProxyGone, WebProxy
from tests.support.cobrowse_pages import WebServer


def test_the_process_holds_each_list_and_ends_when_told() -> None:
    with WebServer() as web:
        web.page("/t/a.html", "hi")
        address = f"{web.address}/t/a.html"
        proxy = WebProxy()
        way = httpx.Proxy(f"http://127.0.0.1:{proxy.port}", auth=("any", proxy.secret))
        with httpx.Client(proxy=way, trust_env=False) as browser:
            assert browser.get(address).status_code == 403
            assert proxy.allow([web.address]).refused == {"no_session": 1}
            assert browser.get(address).text.endswith("hi")
            assert proxy.allow([]).connections == 1
            assert browser.get(address).status_code == 403
        proxy.end()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", proxy.port))
        with pytest.raises((ProxyGone, ValueError)):
            proxy.allow([address])


def test_a_process_that_died_is_said_to_be_gone() -> None:
    proxy = WebProxy()
    os.kill(proxy.pid, signal.SIGKILL)
    with pytest.raises(ProxyGone):
        proxy.allow(["https://www.caisse.example/"])
