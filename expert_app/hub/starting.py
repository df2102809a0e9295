# SPDX-License-Identifier: GPL-3.0-only
"""The common frame of the hub's and the vault's programs: says why they cannot start, and stops
them on a signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from documents.store.procedures import ProceduresWrong
from expert_app.hub.before_upgrade import print_format_unknown
from expert_app.hub.procedure_words import procedures_refused
from expert_app.hub.words import refused
from expert_app.runtime.credentials import KeyMissing
from expert_app.stores.dossiers import ExtraMissing, extra_words
from session.hub.convention.problems import CatalogueWrong
from session.hub.storage.format import StoredFormatUnknown

CANNOT_START = (CatalogueWrong, ExtraMissing, KeyMissing, ProceduresWrong, StoredFormatUnknown)


def print_cannot_start(error: Exception) -> int:
    """Prints why the program cannot start, one of `CANNOT_START`; the exit code."""
    match error:
        case StoredFormatUnknown():
            return print_format_unknown(error)
        case CatalogueWrong():
            print(refused(error))
        case ProceduresWrong():
            print(procedures_refused(error))
        case ExtraMissing():
            print(extra_words(error))
        case KeyMissing():
            print(error.why)
    return 2


async def begin_unless(stop: asyncio.Event, beginning: Coroutine[Any, Any, None]) -> None:
    """Does `beginning`, or gives it up once `stop` is set. Raises what it raises."""
    begun, stopped = asyncio.ensure_future(beginning), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((begun, stopped), return_when=asyncio.FIRST_COMPLETED)
        if begun.done():
            begun.result()
    finally:
        begun.cancel()
        stopped.cancel()
        await asyncio.gather(begun, stopped, return_exceptions=True)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Calls `stop` on SIGINT and SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows: Ctrl+C raises KeyboardInterrupt instead
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)
