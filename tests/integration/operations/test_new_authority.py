# SPDX-License-Identifier: GPL-3.0-only
"""The network changes its authority while everybody works: the new one is given first, counted, and
only then signs. Nobody is cut off, also when the server is killed afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from expert_app.runtime.child_programs import Child
from session.bus.transport.authority import fingerprints_in
from tests.integration.operations.safe_hub import (
    FACT_S,
    FIRST_READ,
    READY_S,
    Safe,
    fact_of,
    hub_command,
    safe_hub,
)
from tests.support.tls_files import tls_files
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)

HERE = ("kiosk", "agent", "supervisor", "helpdesk")


async def missing_of(safe: Safe) -> set[str]:
    _code, text = await hub_command(safe, "authorities", "--json")
    return {each["user"] for each in json.loads(text)["missing"]}


async def until_missing(safe: Safe, names: set[str]) -> None:
    """The hub writes who was seen every half minute."""

    async def are_missing() -> bool:
        return await missing_of(safe) == names

    await until(are_missing, FACT_S, 1.0)


def server_pid(folder: Path) -> int:
    """Of the nats-server of the hub in this folder."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if b"nats-server" in line.split(b"\0")[0] and str(folder).encode() in line:
                return int(process.name)
    raise AssertionError


async def until_shown(safe: Safe, ca: Path) -> None:
    """The server shows what this authority has signed."""
    believing = ssl.create_default_context(cafile=str(ca))
    async with asyncio.timeout(FACT_S):
        while True:
            with contextlib.suppress(ssl.SSLError):
                _reader, writer = await asyncio.open_connection(
                    "localhost", safe.port, ssl=believing
                )
                writer.transport.abort()
                return
            await asyncio.sleep(0.5)


async def connections(child: Child) -> int:
    """So often the program has told of its connection."""
    return int(str((await fact_of(child, "connection", {"connected": True}))["count"]))


async def until_back(child: Child, before: int) -> None:
    async def is_back() -> bool:
        return await connections(child) >= before + 2  # it was lost, and is there again

    await until(is_back, FACT_S, 0.2)


async def test_desk_kiosk_and_board_come_back_after_a_change_of_authority(tmp_path: Path) -> None:
    async with safe_hub(tmp_path / "hub") as safe, AsyncExitStack() as stack:
        address = f"tls://localhost:{safe.port}"
        children = {}
        for role in HERE:
            ca_file = tmp_path / f"{role}.pem"
            ca_file.write_bytes(safe.ca.read_bytes())
            child = await safe.start(role, tmp_path / role, address, ca_file=ca_file)
            stack.push_async_callback(child.stop)
            children[role] = child
        for role, child in children.items():
            await asyncio.wait_for(child.ready, READY_S)
            await fact_of(child, *FIRST_READ[role])
        away = {*FIRST_READ} - {*HERE}
        new = tls_files(tmp_path / "ca-2").ca
        ca_2 = str(new.parent)

        code, said = await hub_command(safe, "renew-certificate", "--ca", ca_2)
        assert code == 2
        assert "0 of 7 computers have it" in said
        assert f"trust-authority --ca {ca_2}" in said

        assert (await hub_command(safe, "trust-authority", "--ca", ca_2))[0] == 0
        await until_missing(safe, away)
        for role in HERE:
            names = fingerprints_in((tmp_path / f"{role}.pem").read_bytes())
            assert names == [
                *fingerprints_in(safe.ca.read_bytes()),
                *fingerprints_in(new.read_bytes()),
            ]
        both = fingerprints_in((tmp_path / "ca-2" / "both.pem").read_bytes())
        assert len(both) == 2
        code, said = await hub_command(safe, "renew-certificate", "--ca", ca_2)
        assert code == 2
        assert "4 of 7 computers have it" in said

        code, said = await hub_command(safe, "renew-certificate", "--ca", ca_2, "--new-authority")
        assert code == 0
        assert "3 computers do not know" in said
        await until_shown(safe, new)
        before = {role: await connections(child) for role, child in children.items()}
        os.kill(server_pid(safe.folder), signal.SIGKILL)
        for role, child in children.items():
            await until_back(child, before[role])
