# SPDX-License-Identifier: GPL-3.0-only
"""Quick copies of pages on their way, decoded in a worker process before anybody sees them.
Used by the desk.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from documents.pages.quick_copy import QuickCopy, look_at
from documents.workers import Workers
from expert_app.desk.app import DeskApp
from session.core.errors import SessionError
from session.core.signals import Signal
from session.desk.devices.scanner_and_printer import Glimpse
from session.desk.session import DeskSession

log = logging.getLogger(__name__)

LOOK_S = 20.0


class Glimpsed(NamedTuple):
    """The first sight of a page whose original is on its way: a JPEG that is safe to show."""

    page_id: str
    jpeg: bytes


class QuickLooks:
    """Decodes quick copies at the desk before anybody sees them.

    Attributes:
        glimpsed: see `Glimpsed`.
    """

    def __init__(self, app: DeskApp, workers: Workers) -> None:
        self.glimpsed: Signal[Glimpsed] = Signal()
        self._app, self._workers = app, workers
        app.session_opened.connect(self._on_opened)

    def _on_opened(self, session: DeskSession) -> None:
        session.devices.page_glimpsed.connect(
            lambda glimpse: self._app.do(self._look(glimpse), "look at a quick copy")
        )

    async def _look(self, glimpse: Glimpse) -> None:
        copy = QuickCopy(media_type=glimpse.media_type, data=glimpse.data)
        try:
            async with asyncio.timeout(LOOK_S):
                look = await asyncio.wrap_future(self._workers.submit(look_at, copy))
        except (SessionError, TimeoutError) as error:
            # the page itself comes anyway
            log.warning("a quick copy is no use: %s", type(error).__name__)
            return
        self.glimpsed.emit(Glimpsed(glimpse.page_id, look.jpeg))
