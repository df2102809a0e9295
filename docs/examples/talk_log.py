# SPDX-License-Identifier: GPL-3.0-only
"""The log of a kiosk that talks: its caller's call, and that nothing is left."""

import tempfile
from functools import partial
from pathlib import Path

import msgspec

from session.log import events
from session.log.writer import LogWriter


class TalkLog:
    def __init__(self, link, facts, **now):
        folder = Path(tempfile.mkdtemp())  # a real kiosk keeps what the hub does not have yet
        send = partial(link.append_log, facts.id)
        self._writer = LogWriter(facts.id, events.Writer.KIOSK, folder=folder, send=send, **now)
        self._writer.write(
            events.CallRequestedAtKiosk(ticket_id=facts.ticket_id, service=facts.service)
        )

    def write_wiped(self, counts):
        self._writer.write(msgspec.convert(counts, events.KioskWiped, from_attributes=True))
