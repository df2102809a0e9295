# SPDX-License-Identifier: GPL-3.0-only
"""Each role's program, started as a person starts it, reaches a hub with an authority of its own:
over TLS, and over WebSocket through a proxy. A new role is here as soon as it has a word in the
settings.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from expert_app.__main__ import main
from expert_app.runtime.config import save
from expert_app.runtime.credentials import SEED_VARIABLE
from tests.integration.operations.safe_hub import (
    DESK_ROLES,
    FACT_S,
    FIRST_READ,
    READY_S,
    Safe,
    fact_of,
    health_of,
    hub_command,
    safe_hub,
    says,
)
from tests.support.matrix import thinned
from tests.support.tls_files import tls_files

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def safe(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Safe]:
    async with safe_hub(tmp_path_factory.mktemp("safe")) as place:
        yield place


async def test_every_role_of_the_settings_is_here() -> None:
    assert set(FIRST_READ) == {*DESK_ROLES, "kiosk", "display"}


@pytest.mark.parametrize(
    ("role", "way"),
    [
        *((role, "tls") for role in FIRST_READ),
        *((role, "wss") for role in ("agent", "kiosk")),
        # the way is the connection's, not the role's
        *(
            pytest.param(role, "wss", marks=pytest.mark.long)
            for role in FIRST_READ
            if role not in ("agent", "kiosk")
        ),
    ],
)
async def test_the_program_of_a_role_connects_and_reads(
    role: str, way: str, safe: Safe, tmp_path: Path
) -> None:
    port = safe.port if way == "tls" else safe.web_port
    before = len(safe.proxy.asked)
    child = await safe.start(role, tmp_path, f"{way}://localhost:{port}", ca_file=safe.ca)
    try:
        await asyncio.wait_for(child.ready, READY_S)
        name, wanted = FIRST_READ[role]
        await fact_of(child, name, wanted)
    finally:
        await child.stop()
    assert child.returncode == 0
    through = safe.proxy.asked[before:]
    assert set(through) == (set() if way == "tls" else {f"CONNECT localhost:{port}"})


@pytest.mark.parametrize(
    "role",
    # the others show it by the same part of their windows as the agent
    thinned(
        [role for role in FIRST_READ if role != "kiosk"], kept=["agent", "helpdesk", "display"]
    ),
)
async def test_a_program_that_was_never_connected_says_why(
    role: str, safe: Safe, tmp_path: Path
) -> None:
    """Its settings name an authority that did not sign the bus's certificate."""
    other = tls_files(tmp_path / "other")
    child = await safe.start(role, tmp_path, f"tls://localhost:{safe.port}", ca_file=other.ca)
    widget = "display_why" if role == "display" else "not_connected_yet"
    try:
        await asyncio.wait_for(child.ready, READY_S)
        await says(child, widget, "does not trust")
    finally:
        await child.stop()


@pytest.mark.parametrize("role", FIRST_READ)
async def test_no_role_speaks_in_clear_beyond_this_machine(
    role: str,
    safe: Safe,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SEED_VARIABLE, safe.seeds[role].decode())
    file = tmp_path / "settings.toml"
    save(safe.settings(role, "nats://192.0.2.7:4222", safe.ca), file)
    program = role if role in ("kiosk", "display") else "desk"
    words = [program, "--folder", str(tmp_path), "--settings", str(file), "--language", "en"]
    assert await asyncio.to_thread(main, words) == 2
    assert "nats://192.0.2.7:4222 is not encrypted" in capsys.readouterr().out


async def test_a_certificate_is_renewed_while_a_desk_is_connected(
    safe: Safe, tmp_path: Path
) -> None:
    address = f"tls://localhost:{safe.port}"
    desk = await safe.start("operator", tmp_path / "operator", address, ca_file=safe.ca)
    late = None
    try:
        await asyncio.wait_for(desk.ready, READY_S)
        name, wanted = FIRST_READ["operator"]
        before = await fact_of(desk, name, wanted)
        assert (await health_of(safe))["certificate_days"] == 824
        old = await asyncio.to_thread(ssl.get_server_certificate, ("localhost", safe.port))

        code, said = await hub_command(safe, "renew-certificate", "--ca", str(safe.ca.parent))
        assert code == 0
        assert "The hub that runs takes it within seconds" in said
        async with asyncio.timeout(FACT_S):
            while True:
                new = await asyncio.to_thread(ssl.get_server_certificate, ("localhost", safe.port))
                if new != old:
                    break
                await asyncio.sleep(0.2)
        # the desk's answers go on; a newcomer believes the new certificate
        count = before["count"]
        assert isinstance(count, int)
        async with asyncio.timeout(FACT_S):
            while True:
                after = await fact_of(desk, name, wanted)
                if isinstance(after["count"], int) and after["count"] > count + 1:
                    break
                await asyncio.sleep(0.5)
        late = await safe.start("helpdesk", tmp_path / "helpdesk", address, ca_file=safe.ca)
        await asyncio.wait_for(late.ready, READY_S)
        await fact_of(late, *FIRST_READ["helpdesk"])
    finally:
        await desk.stop()
        if late is not None:
            await late.stop()
