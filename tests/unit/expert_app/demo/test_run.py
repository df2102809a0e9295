# SPDX-License-Identifier: GPL-3.0-only
"""The demo's own web site."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from expert_app.demo.run import demo_site


async def test_the_allowed_address_of_the_demo_opens_a_page() -> None:
    async with TestClient(TestServer(demo_site())) as client:
        for address in ("/", "/index.html"):
            async with client.get(address) as answer:
                assert (answer.status, answer.url.path) == (200, "/index.html")
