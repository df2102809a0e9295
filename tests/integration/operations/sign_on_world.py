# SPDX-License-Identifier: GPL-3.0-only
"""A hub with a provider to sign on at, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.integration.javascript.npm import NODE, ROOT, installed
from tests.support.hub_world import free_port
from tests.support.tls_files import TlsFiles

PROVIDER = ROOT / "tests/data/oidc_provider"


class RealProvider:
    """oidc-provider as a process.

    Attributes:
        issuer: its address.
    """

    def __init__(self, port: int, files: TlsFiles) -> None:
        self.issuer = f"https://127.0.0.1:{port}"
        self._http = httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(files.ca)))

    async def tell(self, act: str, name: str) -> list[str]:
        """`who` signs in next, or is `gone`; what was revoked by then."""
        answer = await self._http.get(f"{self.issuer}/test/{act}/{name}")
        return list(answer.json()["revoked"])

    async def ready(self) -> None:
        """It answers."""
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                await self._http.get(f"{self.issuer}/jwks")
                return
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self._http.aclose()


def _started(modules: Path, port: int, files: TlsFiles) -> subprocess.Popen[bytes]:
    told = (str(modules), str(port), str(files.certificate), str(files.key), "poste-expert")
    quiet = subprocess.DEVNULL
    command = [str(NODE), str(PROVIDER / "provider.mjs"), *told]
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


@contextlib.asynccontextmanager
async def real_provider(files: TlsFiles) -> AsyncIterator[RealProvider]:
    port, modules = free_port(), await asyncio.to_thread(installed, PROVIDER, "oidc-provider")
    process = _started(modules, port, files)
    provider = RealProvider(port, files)
    try:
        await provider.ready()
        yield provider
    finally:
        await provider.close()
        process.kill()
        process.wait()
