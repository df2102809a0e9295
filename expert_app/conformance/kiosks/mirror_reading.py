# SPDX-License-Identifier: GPL-3.0-only
"""Reads the stream of a shared page as a desk does, and says what is wrong with it.
Used by `page`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from expert_app.conformance.throw_away_hub import RecordedMessage
from session.core.errors import SessionError
from session.protocol.conversation import mirror


class MirrorReading:
    """The payloads that came on the topic "mirror" of one session.

    Attributes:
        starts: payloads that begin anew; `payloads`: all that were read; `text`: their JSON.
        wrong: what is against the protocol, in order.
    """

    def __init__(self, sent: Iterable[RecordedMessage]) -> None:
        self.starts = self.payloads = 0
        self.text = ""
        self.wrong: list[str] = []
        self._assembler = mirror.FrameAssembler()
        self._unpacker = mirror.Unpacker()
        for record in sent:
            try:
                for frame in self._assembler.add(record.payload, record.headers):
                    self._read(frame)
            except SessionError as error:
                self._note(error)
        if self._assembler.has_gap:
            self.wrong.append("a payload is missing: `seq` has a gap")

    def _read(self, frame: mirror.MirrorFrame) -> None:
        if not frame.in_order and not frame.start:
            self.wrong.append("it does not begin with `Start`, or `seq` has a gap")
            return
        try:
            text = self._unpacker.unpack(frame.data, start=frame.start)
            events = mirror.decode_events(text)
        except SessionError as error:
            self._note(error)
            return
        self.payloads += 1
        # letters may be written as escapes: what counts is what they say
        self.text += msgspec.json.encode(msgspec.json.decode(text)).decode()
        if frame.start:
            self.starts += 1
            if not mirror.starts_with_snapshot(events):
                self.wrong.append("a payload with `Start` does not begin with a full picture")

    def _note(self, error: SessionError) -> None:
        self.wrong.append(f"{error.code} {error.detail.get('why', '')}".strip())
