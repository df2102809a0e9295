# SPDX-License-Identifier: GPL-3.0-only
"""The web proxy's process from the kiosk's side."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import pytest

from session.kiosk.web_proxy.process import ProxyGone, WebProxy
from tests.support.waiting import until


async def test_the_process_holds_each_list_and_ends_with_the_kiosk() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
    proxy = WebProxy()
    await proxy.start()
    assert proxy.port
    assert len(proxy.secret) == 64
    way = httpx.Proxy(f"http://127.0.0.1:{proxy.port}", auth=(proxy.user, proxy.secret))
    async with httpx.AsyncClient(proxy=way, trust_env=False) as browser:
        assert (await browser.get(address)).status_code == 403
        await proxy.allow([address])
        assert (await browser.get(address)).text == "hi"
        await proxy.allow([])
        assert (await browser.get(address)).status_code == 403
        port = proxy.port
        await proxy.end()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(ProxyGone):
        await proxy.allow([address])
    await proxy.end()
    listener.close()


async def test_a_process_that_died_is_said_to_be_gone() -> None:
    proxy = WebProxy()
    await proxy.start()
    assert proxy.pid is not None

    os.kill(proxy.pid, signal.SIGKILL)
    with pytest.raises(ProxyGone):
        await proxy.allow(["https://www.caisse.example/"])
    await until(lambda: proxy.port == 0)
