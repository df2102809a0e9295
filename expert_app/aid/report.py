# SPDX-License-Identifier: GPL-3.0-only
"""Tells the hub what came of an act of remote help, again while the line is cut: whoever wanted it
waits for it. Used by `desk_help` and by the kiosk's `remote_help`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from session.core.errors import BusUnreachable, HubUnreachable, SessionError
from session.protocol.helpdesk.remote_help import RemoteResult
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted

log = logging.getLogger(__name__)

AGAIN_S = 5.0
TRIES = 24
"""Two minutes: afterwards the hub says that nothing was answered."""


async def report_result(
    report: Callable[[str, RemoteResult], Awaitable[None]],
    request: RemoteHelpWanted,
    result: RemoteResult,
) -> None:
    """Reports, at most `TRIES` times; a restart that was agreed to does not wait for a line."""
    for tries_left in reversed(range(1 if request.act is RemoteAct.RESTART else TRIES)):
        try:
            await report(request.help_id, result)
        except (BusUnreachable, HubUnreachable) as error:
            log.info("what came of it is not told yet: %s", error.code)
        except SessionError as error:
            log.info("what came of it was not told: %s", error.code)
            return
        else:
            return
        if tries_left:
            await asyncio.sleep(AGAIN_S)
