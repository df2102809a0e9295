# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub logs rebuild`: makes the list of conversations again from their logs, in a hub
or, with --serve, in a vault. It may run while they work. Used by `__main__`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.paths import Paths
from expert_app.stores.conversations import rows_of_hub, rows_of_vault
from expert_app.stores.jetstream import store_limits, store_of
from expert_app.vault.backup import log_of
from expert_app.vault.own_part import read_own_part
from resources.texts import _, ngettext
from session.core.clock import SystemClock
from session.core.errors import BusUnreachable, SessionError
from session.core.tasks import Tasks
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.history.database import History
from session.hub.log_index.hub_logs import HubLogs
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.vault_logs import VaultLogs
from views.words.errors import sentence


@hub_command(act="logs rebuild")
def rebuild(hub: HubContext) -> int:
    """Make the list again; the exit code."""
    try:
        count = asyncio.run(_rebuild(hub.settings, hub.paths))
    except KeyMissing as error:
        print(error.why)
        return 1
    except BusUnreachable as error:
        words = _("The hub's store cannot be reached ({why}). The list is as it was.")
        print(words.format(why=error.detail.get("why", error.code)))
        return 1
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 1
    words = ngettext(
        "The list has {count} conversation, made again from its log.",
        "The list has {count} conversations, made again from their logs.",
        count,
    )
    print(words.format(count=count))
    return 0


async def _rebuild(settings: HubSettings, paths: Paths) -> int:
    tasks = Tasks()
    if settings.serve:
        opened = _vault(settings, paths, tasks)
    else:
        opened = _hub(settings, paths, tasks)
    try:
        async with opened as indexer:
            return await indexer.rebuild()
    finally:
        await tasks.close()


@asynccontextmanager
async def _hub(settings: HubSettings, paths: Paths, tasks: Tasks) -> AsyncIterator[LogIndexer]:
    catalogue = load_catalogue(settings)
    history = History(
        paths.folder("history"),
        database_url=settings.history_database or settings.database,
        time_zone=settings.time_zone,
    )
    try:
        async with store_of(settings, paths, tasks, alone=False) as connection:
            limits = store_limits(settings, None if settings.bus else paths.folder("bus"))
            if settings.bus:
                replicas = settings.replicas
            else:
                replicas = 1
            keeper = LogKeeper(connection, {}, replicas=replicas, limits=limits)
            await keeper.kept.prepare()
            rows = rows_of_hub(history)
            source = HubLogs(keeper, catalogue, database=rows.database, view=None)
            yield LogIndexer(rows, source, clock=SystemClock(), tasks=tasks)
    finally:
        history.close()


@asynccontextmanager
async def _vault(settings: HubSettings, paths: Paths, tasks: Tasks) -> AsyncIterator[LogIndexer]:
    with rows_of_vault(settings, paths) as rows:
        part = read_own_part(Path(settings.catalogue), settings.organisation, settings.vault.signer)
        days = part.log_days
        source = VaultLogs(
            log_of(settings, paths), settings.organisation, days=lambda: days, sessions=None
        )
        yield LogIndexer(rows, source, clock=SystemClock(), tasks=tasks)
