# SPDX-License-Identifier: GPL-3.0-only
"""The vault's program is built whole, and each of its parts once."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path

import msgspec

from expert_app.runtime.config import HubSettings, load
from expert_app.runtime.paths import paths_for
from expert_app.vault.program import VaultProgram
from session.bus.rate_limits import RateLimits
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret
from session.hub.dossier.document_reader import DocumentReader
from session.protocol.sealing import Part
from tests.support.object_graph import classes_that_exist_twice, objects_of
from tests.support.operator_and_vault import ORGANISATION, Parties
from tests.support.waiting import until


def _program(folder: Path) -> VaultProgram:
    """A vault with dossiers and log, whose bus is away."""
    secret = base64.b64encode(os.urandom(SECRET_BYTES))
    both = Parties(folder, sealed=True)
    both.keys.secrets = [VaultSecret(secret)]
    both.write()
    both.write_vault(secret)
    paths = paths_for("vault", both.organisation)
    settings = msgspec.structs.replace(
        load(HubSettings, paths.config),
        serve=[Part.DOSSIER, Part.LOG],
        organisation=ORGANISATION,
        bus="nats://127.0.0.1:1",
    )
    return VaultProgram(settings, paths)


SINGLE = {"VaultServer", "VaultHealth", "DossierStore", "VaultLog", "LogIndexer", "BusClient"}
"""What the walk must have reached, or it proves nothing."""


async def test_no_part_of_the_vault_exists_twice(tmp_path: Path) -> None:
    program = _program(tmp_path)
    running = asyncio.create_task(program.run(asyncio.Event(), lambda: None))
    try:
        await until(lambda: running.done() or _names(program) >= SINGLE)
        # an export leaves alone what agents look at; a subscription is a value
        twice = classes_that_exist_twice(program, may_be_many={RateLimits, DocumentReader})
        assert {name for name in twice if not name.endswith("._Subscription")} == set()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _names(program: VaultProgram) -> set[str]:
    return {type(each).__name__ for each in objects_of(program)}
