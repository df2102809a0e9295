# SPDX-License-Identifier: GPL-3.0-only
"""An invented session of any number of records, for the bench of the replay and for looks at its
window: a wait, a call, a shared page, scans, prints, filed documents, and now and then a trouble or
a cut line. The kiosk's clock is ahead.

`python -m tests.benchmarks.replay_log NUMBER FILE` writes one.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import zstandard

from session.core.dossier_model import PieceState
from session.log import events
from session.log.events import AnyEvent, Record, Writer
from session.log.reader import write_log
from session.protocol.conversation.messages import (
    Grant,
    GrantReason,
    PrintState,
    ScanKind,
    ScanSource,
)

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
MEAN_S = 0.072
"""Between two records of a busy call: the pointer moves a dozen times a second."""

WAIT_S, CUT_S, AHEAD_S = 372.0, 12.0, 41.0
SNAPSHOT_S, CHUNK_S, MEASURE_S, SCAN_S, PRINT_S, TROUBLE_S, LOST_S = 60, 5, 10, 140, 600, 75, 1500
KIOSK, DESK = Writer.KIOSK, Writer.DESK
TROUBLES = (
    "scanner_jammed",
    "scanner_gone",
    "printer_gone",
    "page_damaged",
    "bus_unreachable",
)
HOSTS = ("www.caf.fr", "www.ameli.fr", "www.service-public.fr", "www.impots.gouv.fr")
Told = Iterator[tuple[float, Writer, AnyEvent]]


class Session:
    """The records of one invented session; the same ones for the same number."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(7)
        self._number = number
        self._count = dict.fromkeys(Writer, 0)
        self._due: dict[str, float] = {}
        self._node = 1000
        self._named = 0
        self._packer = zstandard.ZstdCompressor(level=6, write_checksum=True)

    def records(self) -> Iterator[Record]:
        """In order of time."""
        end = [*_END]
        told = islice(self._told(), self._number - len(end))
        at_s = 0.0
        for at_s, writer, event in told:
            yield self._record(at_s, writer, event)
        for more_s, writer, event in end:
            yield self._record(at_s + more_s, writer, event)

    def _record(self, at_s: float, writer: Writer, event: AnyEvent) -> Record:
        number = self._count[writer]
        self._count[writer] = number + 1
        ahead_s = AHEAD_S if writer is KIOSK else 0.0
        at_utc = START + timedelta(seconds=at_s + ahead_s)
        return Record(at_utc=at_utc, writer=writer, number=number, event=event)

    def _told(self) -> Told:
        yield from _BEGINNING
        at_s = WAIT_S + 12.0
        self._due = {
            "chunk": at_s,
            "measure": at_s + MEASURE_S,
            "scan": at_s + 30,
            "print": at_s + 100,
            "trouble": at_s + TROUBLE_S,
            "lost": at_s + 200,
        }
        self._snapshot_s = at_s
        while True:
            at_s += self._chance.expovariate(1 / MEAN_S)
            name = min(self._due, key=lambda one: self._due[one])
            if self._due[name] <= at_s:
                yield from getattr(self, f"_{name}")(at_s)
                at_s += CUT_S if name == "lost" else 0.0
            else:
                yield at_s, *self._moment()

    def _moment(self) -> tuple[Writer, AnyEvent]:
        chance = self._chance.random()
        if chance < 0.82:
            place = self._chance.randrange(1280), self._chance.randrange(720)
            return KIOSK, events.PointerShown(x_px=place[0], y_px=place[1])
        if chance < 0.985:
            command = self._chance.choice(("click_requested", "scroll_requested", "text_requested"))
            times = self._chance.randrange(1, 5)
            return KIOSK, events.PageActed(command=command, code="", times=times)
        return KIOSK, events.AddressOpened(host=self._chance.choice(HOSTS), path_length=12)

    # ---- what comes now and then

    def _chunk(self, at_s: float) -> Told:
        self._due["chunk"] = at_s + CHUNK_S
        is_snapshot = at_s >= self._snapshot_s
        if is_snapshot:
            self._snapshot_s = at_s + SNAPSHOT_S
        began_s = at_s - 4.0
        page = self._page(began_s, is_snapshot)
        yield (
            at_s,
            KIOSK,
            events.MirrorChunk(
                started_at_utc=START + timedelta(seconds=began_s + AHEAD_S),
                data=self._packer.compress(json.dumps(page).encode()),
                is_snapshot=is_snapshot,
                events=len(page),
            ),
        )

    def _page(self, began_s: float, is_snapshot: bool) -> list[dict[str, Any]]:
        """rrweb events of four seconds."""
        ms = round((START.timestamp() + began_s + AHEAD_S) * 1000)
        moved = [
            {
                "type": 3,
                "data": {"source": 3, "id": 1, "x": 0, "y": self._chance.randrange(900)},
                "timestamp": ms + 100 * step,
            }
            for step in range(1, 40)
        ]
        if not is_snapshot:
            return moved
        size = {"href": "https://www.caf.fr/", "width": 1280, "height": 720}
        node = {"node": _document(self._chance), "initialOffset": {"left": 0, "top": 0}}
        return [
            {"type": 4, "data": size, "timestamp": ms},
            {"type": 2, "data": node, "timestamp": ms + 1},
            *moved,
        ]

    def _measure(self, at_s: float) -> Told:
        self._due["measure"] = at_s + MEASURE_S
        for by in (KIOSK, DESK):
            yield (
                at_s,
                by,
                events.LineMeasured(
                    by=by,
                    over_s=10.0,
                    kbps=round(self._chance.uniform(180, 500), 1),
                    loss_percent=round(self._chance.uniform(0, 4), 2),
                    rtt_ms=round(self._chance.uniform(40, 180), 1),
                    height_px=360,
                    fps=15.0,
                    freezes=0,
                    concealed_percent=0.0,
                ),
            )

    def _name(self, kind: str) -> str:
        self._named += 1
        return f"{kind}{self._named}"

    def _scan(self, at_s: float) -> Told:
        self._due["scan"] = at_s + SCAN_S
        scan, page, document = self._name("n"), self._name("p"), self._name("d")
        kind, sha256 = ScanKind.PAGE, f"{self._named:064x}"
        jam = self._chance.random() < 0.1
        yield (
            at_s,
            DESK,
            events.ScanRequested(
                scan_id=scan, kind=kind, source=ScanSource.GLASS, dpi=300, colour=True
            ),
        )
        yield at_s + 0.2, KIOSK, events.ScanStarted(scan_id=scan)
        if jam:
            yield at_s + 3, KIOSK, events.ScanEnded(scan_id=scan, pages=0, code="scanner_jammed")
            return
        yield (
            at_s + 6,
            KIOSK,
            events.PageTaken(
                page_id=page, scan_id=scan, kind=kind, sha256=sha256, size_bytes=412_000
            ),
        )
        yield at_s + 6, KIOSK, events.ScanEnded(scan_id=scan, pages=1, code="")
        yield (
            at_s + 15,
            DESK,
            events.PageReceived(
                page_id=page,
                kind=kind,
                sha256=sha256,
                size_bytes=412_000,
                width_px=2480,
                height_px=3508,
                dpi=300,
            ),
        )
        yield (
            at_s + 16,
            DESK,
            events.PageCleaned(
                page_id=page,
                skew_deg=-1.2,
                rotated_deg=0,
                blank=False,
                width_px=1654,
                height_px=2339,
            ),
        )
        yield (
            at_s + 30,
            DESK,
            events.DocumentFiled(
                document_id=document, sha256=sha256, size_bytes=98_000, pages=1, piece_id="revenus"
            ),
        )
        yield at_s + 30, DESK, events.PieceChanged(piece_id="revenus", state=PieceState.FILED)

    def _print(self, at_s: float) -> Told:
        self._due["print"] = at_s + PRINT_S
        name, sha256 = self._name("r"), "ef" * 32
        yield (
            at_s,
            DESK,
            events.PrintRequested(print_id=name, sha256=sha256, size_bytes=41_000, copies=1),
        )
        for wait_s, state in (
            (0.5, PrintState.SHOWN),
            (9, PrintState.PRINTING),
            (15, PrintState.DONE),
        ):
            yield (
                at_s + wait_s,
                KIOSK,
                events.PrintChanged(print_id=name, state=state, job_id=4, code="", sha256=sha256),
            )

    def _trouble(self, at_s: float) -> Told:
        self._due["trouble"] = at_s + self._chance.expovariate(1 / TROUBLE_S)
        by = self._chance.choice((KIOSK, DESK))
        yield at_s, by, events.TroubleShown(by=by, code=self._chance.choice(TROUBLES))

    def _lost(self, at_s: float) -> Told:
        self._due = {name: due_s + CUT_S for name, due_s in self._due.items()}
        self._due["lost"] = at_s + LOST_S
        yield at_s, KIOSK, events.LineLost(by=KIOSK)
        yield at_s + CUT_S, KIOSK, events.LineBack(by=KIOSK, lost_s=CUT_S)


_BEGINNING: tuple[tuple[float, Writer, AnyEvent], ...] = (
    (0, KIOSK, events.CallRequestedAtKiosk(ticket_id="t1", service="logement")),
    (WAIT_S, DESK, events.TicketAccepted(ticket_id="t1", agent="a7")),
    (
        WAIT_S + 0.5,
        DESK,
        events.SessionOpened(
            ticket_id="t1", organisation="caisse", service="logement", kiosk="k1", agent="a7"
        ),
    ),
    (WAIT_S + 1, KIOSK, events.CallOffered(call_id="c1")),
    (WAIT_S + 1.5, DESK, events.CallAnswered(call_id="c1")),
    (
        WAIT_S + 3,
        DESK,
        events.VideoSeen(by=DESK, first_frame_ms=900.0, width_px=640, height_px=360),
    ),
    (
        WAIT_S + 3,
        KIOSK,
        events.VideoSeen(by=KIOSK, first_frame_ms=980.0, width_px=640, height_px=360),
    ),
    (WAIT_S + 3, DESK, events.AudioSeen(by=DESK, packets=50)),
    (WAIT_S + 8, DESK, events.GrantRequested(grant=Grant.SEE_PAGE)),
    (WAIT_S + 11, KIOSK, events.GrantChanged(grant=Grant.SEE_PAGE, allowed=True)),
    (
        WAIT_S + 11,
        KIOSK,
        events.GrantChanged(grant=Grant.PRINT, allowed=False, reason=GrantReason.ANSWERED),
    ),
    (WAIT_S + 11.5, KIOSK, events.SharingChanged(sharing=True)),
)
_END: tuple[tuple[float, Writer, AnyEvent], ...] = (
    (20, KIOSK, events.SharingChanged(sharing=False)),
    (25, DESK, events.HungUp(by=DESK, reason="done")),
    (
        30,
        KIOSK,
        events.KioskWiped(pages_removed=3, files_removed=2, profile_removed=True, left_over=0),
    ),
    (60, DESK, events.SessionClosed(outcome="done")),
)


def _document(chance: random.Random) -> dict[str, Any]:
    """A page of 120 paragraphs, as rrweb tells it."""
    numbers = iter(range(5, 1000))

    def element(tag: str, children: list[dict[str, Any]], **attributes: str) -> dict[str, Any]:
        return {
            "type": 2,
            "tagName": tag,
            "attributes": attributes,
            "childNodes": children,
            "id": next(numbers),
        }

    def text(words: str) -> dict[str, Any]:
        return {"type": 3, "textContent": words, "id": next(numbers)}

    lines = [
        element("p", [text("█" * chance.randrange(20, 90))], style="line-height:1.6")
        for _ in range(120)
    ]
    body = element("body", [element("h1", [text("█" * 24)]), *lines])
    html = element("html", [element("head", []), body])
    return {"type": 0, "childNodes": [html], "id": 1}


def write(number: int, path: Path) -> None:
    """Writes a log of `number` records; a name ending in ".zst" packs it."""
    write_log(path, f"bench{number}", Session(number).records())


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
