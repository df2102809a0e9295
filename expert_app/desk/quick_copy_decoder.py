# SPDX-License-Identifier: GPL-3.0-only
"""Quick copies of pages on their way, decoded in a worker process before anybody sees them.
Used by the desk.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from documents.workers import Workers
from expert_app.desk.app import DeskApp
from session.core.errors import SessionError
from session.core.signals import Signal
from session.desk.devices.scanner_and_printer import ReceivedQuickCopy
from session.desk.session import DeskSession

log = logging.getLogger(__name__)

DECODE_S = 20.0


class ShownQuickCopy(NamedTuple):
    """The first sight of a page whose original is on its way: a JPEG that is safe to show."""

    page_id: str
    jpeg: bytes


class QuickCopyDecoder:
    """Decodes quick copies at the desk before anybody sees them.

    Attributes:
        decoded: see `ShownQuickCopy`.
    """

    def __init__(self, app: DeskApp, workers: Workers) -> None:
        self.decoded: Signal[ShownQuickCopy] = Signal()
        self._app = app
        self._workers = workers
        app.session_opened.connect(self._on_opened)

    def _on_opened(self, session: DeskSession) -> None:
        session.devices.quick_copy_received.connect(
            lambda copy: self._app.do(self._decode(copy), "look at a quick copy")
        )

    async def _decode(self, copy: ReceivedQuickCopy) -> None:
        from documents.pages.quick_copy import QuickCopy, check_quick_copy

        encoded = QuickCopy(media_type=copy.media_type, data=copy.data)
        try:
            async with asyncio.timeout(DECODE_S):
                look = await asyncio.wrap_future(self._workers.submit(check_quick_copy, encoded))
        except (SessionError, TimeoutError) as error:
            # the page itself comes anyway
            log.warning("a quick copy is no use: %s", type(error).__name__)
            return
        self.decoded.emit(ShownQuickCopy(copy.page_id, look.jpeg))
