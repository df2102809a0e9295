# SPDX-License-Identifier: GPL-3.0-only
"""The records that the kiosk under test wrote into a conversation's log.
Used by the stories of all levels, after their end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.stage import TriedTalk
from expert_app.conformance.throw_away_hub import CALLER_NUMBER
from session.core.errors import LogUnreadable, SessionError
from session.log import events
from session.log.codec import decode_record
from session.log.events import Event, Record, Writer
from session.protocol.codec import decode_request
from session.protocol.conversation.messages import GrantChanged, GrantReason, SharingChanged
from session.protocol.hub.log import LogAppend

WRITTEN_S = 15.0
"""Longest time until the last record is with the hub."""


class WrittenLog:
    """The kiosk's records of one conversation, by number.

    Attributes:
        wrong: what cannot be read, or came under another writer.
    """

    def __init__(self, stage: KioskStage, talk: TriedTalk) -> None:
        self.wrong: list[str] = []
        self._lines: dict[int, bytes] = {}
        self._records: dict[int, Record] = {}
        for message in stage.traffic.requests("log", talk.began):
            try:
                request = decode_request(LogAppend, message.payload)
            except SessionError as error:
                self.wrong.append(error.code)
                continue
            if request.session_id == talk.id:
                for number, line in enumerate(request.records, start=request.first):
                    self._take(number, bytes(line))

    def _take(self, number: int, line: bytes) -> None:
        try:
            record = decode_record(line)
        except LogUnreadable:
            self.wrong.append(f"record {number} is none: {line[:80]!r}")
            return
        if record.writer is not Writer.KIOSK or record.number != number:
            self.wrong.append(f"record {number} says {record.writer} {record.number}")
        self._lines[number], self._records[number] = line, record

    @property
    def events(self) -> list[Event]:
        """In order."""
        return [record.event for _number, record in sorted(self._records.items())]

    def has_gap(self) -> bool:
        """True if the numbers are not those from 0 on."""
        return sorted(self._records) != list(range(len(self._records)))

    def of[Kind: Event](self, kind: type[Kind]) -> list[Kind]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def is_closed(self) -> bool:
        """True if its last record says that nothing of the caller is left."""
        last = self.events[-1:]
        return any(isinstance(event, events.KioskWiped) and not event.left_over for event in last)

    def holds(self, secrets: Collection[str]) -> list[str]:
        """Which of these stand in it."""
        text = b"\n".join(self._lines.values()).decode(errors="replace")
        return [secret for secret in secrets if secret in text]


async def check_log(stage: KioskStage, talk: TriedTalk, words: Collection[str] = ()) -> WrittenLog:
    """The log of a conversation that is over is complete, and holds nothing that was said."""
    findings = stage.findings
    await findings.seen(lambda: WrittenLog(stage, talk).is_closed(), WRITTEN_S)
    log = WrittenLog(stage, talk)
    names = [type(event).__name__ for event in log.events]
    is_whole = log.is_closed() and not log.has_gap() and not log.wrong
    is_whole = is_whole and "CallRequestedAtKiosk" in names
    findings.check(
        "P-130", is_whole, "; ".join(log.wrong) or f"it wrote {', '.join(names) or 'nothing'}"
    )
    held_words = log.holds([CALLER_NUMBER, *words])
    findings.check("P-131", not held_words, f"it holds {held_words}")
    return log


async def check_grants(stage: KioskStage, talk: TriedTalk) -> None:
    """Every change of a grant, and of what was shared, was written."""
    log = await check_log(stage, talk)
    sent = Counter(
        (change.grant.value, change.allowed)
        for change in talk.sent(GrantChanged)
        if change.reason is not GrantReason.TOLD
    )
    wrote = Counter((event.grant.value, event.allowed) for event in log.of(events.GrantChanged))
    shared = [message.sharing for message in talk.sent(SharingChanged)]
    noted = [event.sharing for event in log.of(events.SharingChanged)]
    missing = sorted(sent - wrote)
    good = not missing and (not any(shared) or (True in noted and not noted[-1]))
    stage.findings.check("P-217", good, f"not written: {missing}; sharing: {noted}")


async def check_scans(stage: KioskStage, talk: TriedTalk, scans: Collection[str]) -> None:
    """Check that what was scanned was written: `scans` with a page."""
    log = await check_log(stage, talk)
    noted = {
        "ScanStarted": [event.scan_id for event in log.of(events.ScanStarted)],
        "PageTaken": [event.scan_id for event in log.of(events.PageTaken)],
        "ScanEnded": [event.scan_id for event in log.of(events.ScanEnded)],
    }
    lacks = {name for name, scan_ids in noted.items() if not {*scans} <= {*scan_ids}}
    stage.findings.check("P-312", not lacks, f"not written of every scan: {sorted(lacks)}")


async def check_prints(stage: KioskStage, talk: TriedTalk, printed: str) -> None:
    """A print that was done was written."""
    log = await check_log(stage, talk)
    states = [event.state for event in log.of(events.PrintChanged) if event.print_id == printed]
    stage.findings.check("P-326", "done" in states, f"it wrote {states}")
