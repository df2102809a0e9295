# SPDX-License-Identifier: GPL-3.0-only
"""One event in full: every field in words, and the record as it is kept. Used by the replay
window.
"""

from __future__ import annotations

from enum import Enum

import msgspec
from PyQt6.QtWidgets import QPlainTextEdit, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.log.codec import encode_record
from session.log.events import MirrorChunk, Record, Writer
from session.log.playback.opened import OpenedLog
from views.replay.events_model import wall_words
from views.replay.gaps import Gap, gap_words
from views.replay.words import END_NAMES, LANES, PRINTS, describe
from views.widgets.parts import Segments, clock_words, column, label, row
from views.widgets.theme import SPACE
from views.words.errors import sentence

WORDS, JSON = "words", "json"
_SHOWN_BYTES = 20_000
"""Of a record as it is kept; a stretch of the page may be longer."""

FIELDS = {
    "ticket_id": N_("Ticket"),
    "service": N_("Service"),
    "organisation": N_("Organisation"),
    "kiosk": N_("Kiosk"),
    "agent": N_("Agent"),
    "by": N_("By"),
    "reason": N_("Reason"),
    "outcome": N_("Outcome"),
    "code": N_("Code"),
    "call_id": N_("Call"),
    "scan_id": N_("Scan id"),
    "page_id": N_("Page"),
    "of_page_id": N_("Of the page"),
    "print_id": N_("Print id"),
    "document_id": N_("Document"),
    "piece_id": N_("Piece"),
    "job_id": N_("Number at the printer"),
    "sha256": N_("Fingerprint SHA-256"),
    "size_bytes": N_("Size"),
    "width_px": N_("Width"),
    "height_px": N_("Height"),
    "dpi": N_("Resolution"),
    "pages": N_("Pages"),
    "copies": N_("Copies"),
    "state": N_("State"),
    "host": N_("Web site"),
    "path_length": N_("Length of the path"),
    "command": N_("Command"),
    "times": N_("In a row"),
    "lost_s": N_("Cut for"),
    "kbps": N_("Rate"),
    "loss_percent": N_("Lost"),
    "rtt_ms": N_("Round trip"),
    "first_frame_ms": N_("First picture after"),
    "skew_deg": N_("Straightened by"),
    "rotated_deg": N_("Turned by"),
    "version": N_("Version"),
}
"""What the fields are called; others keep the name they have in the record."""

_UNITS = {
    "_px": "px",
    "_s": "s",
    "_ms": "ms",
    "_deg": "°",
    "_percent": "%",
    "kbps": "kb/s",
    "dpi": "dpi",
    "_kbps": "kb/s",
}


def size_words(size_bytes: int) -> str:
    """A size for people."""
    if size_bytes < 1000:
        return _("{size} bytes").format(size=size_bytes)
    if size_bytes < 1_000_000:
        return _("{size} kB").format(size=round(size_bytes / 1000))
    return _("{size} MB").format(size=f"{size_bytes / 1_000_000:.1f}")


def _value_words(name: str, value: object) -> str:
    if name == "by" and isinstance(value, Writer):
        return _(END_NAMES[value])
    if value in PRINTS and isinstance(value, Enum):
        return _(PRINTS[value])  # type: ignore[index]
    if name == "size_bytes" and isinstance(value, int):
        return size_words(value)
    if name == "code" and value:
        return f"{sentence(str(value)).title} ({value})"
    if isinstance(value, bool):
        if value:
            return _("yes")
        return _("no")
    unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
    if unit and value is not None:
        return f"{value}\u00a0{unit}"
    return str(value)


def lines_of(log: OpenedLog, row: int) -> list[tuple[str, str]]:
    """Names and values: when, whose, and every field that says something."""
    record, at_s = log.record(row), log.offset_s(row)
    own_s = record.at_utc.timestamp()
    skew_s = log.skew_s.get(record.writer, 0.0)
    lines = [
        (_("Event"), describe(record.event)),
        (_("Part"), _(LANES[log.meaning(row).lane][0])),
        (_("Written by"), _(END_NAMES[record.writer])),
        (_("Moment"), f"{clock_words(at_s)}  ·  {wall_words(log.start_s + at_s)}"),
    ]
    if abs(skew_s) >= 1.0:
        lines.append((_("By its own clock"), wall_words(own_s)))
    lines.append((_("Number"), str(record.number)))
    if record.redacted:
        lines.append((_("Redacted"), _("yes")))
    return lines + _field_lines(record)


def _field_lines(record: Record) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for field in msgspec.structs.fields(record.event):
        value = getattr(record.event, field.name)
        if field.name == "data" and isinstance(value, bytes):
            lines.append((_("Size"), size_words(len(value))))
        elif value not in ("", None):
            if field.name in FIELDS:
                name = _(FIELDS[field.name])
            else:
                name = field.name
            lines.append((name, _value_words(field.name, value)))
    return lines


class EventDetails(QWidget):
    """Shows one event; the text can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("replay_details")
        self._how = Segments(
            "replay_details_as",
            _("Shown as"),
            choices=[(WORDS, _("In words"), ""), (JSON, "JSON", "")],
        )
        self._how.chosen.connect(lambda _key: self._show())
        self._text = QPlainTextEdit()
        self._text.setObjectName("replay_details_text")
        self._text.setReadOnly(True)
        self._text.setAccessibleName(_("Details of the event"))
        self._text.setTabChangesFocus(True)
        self._log: OpenedLog | None = None
        self._row: int | None = None
        self._gap: Gap | None = None
        head = row(None, label(_("Details"), "title"), 0, self._how)
        column(self, head, self._text, space=SPACE[0])

    @property
    def text(self) -> str:
        """The text that is shown."""
        return self._text.toPlainText()

    def show_event(self, log: OpenedLog, row: int | None, gap: Gap | None = None) -> None:
        """Another event, or a gap, or nothing."""
        if (log, row, gap) != (self._log, self._row, self._gap):
            self._log = log
            self._row = row
            self._gap = gap
            if self.isVisible():
                self._show()

    def showEvent(self, event: object) -> None:
        """Shows what was chosen while it was away."""
        self._show()

    def _show(self) -> None:
        self._put()
        bar = self._text.verticalScrollBar()
        assert bar is not None
        bar.setValue(0)

    def _put(self) -> None:
        if self._log is None or (self._row is None and self._gap is None):
            self._text.setPlainText("")
        elif self._row is None:
            assert self._gap is not None
            self._text.setPlainText(gap_words(self._gap))
        elif self._how.choice() == JSON:
            self._text.setPlainText(_json_of(self._log.record(self._row)))
        else:
            lines = lines_of(self._log, self._row)
            words = _("{name}: {value}")
            shown = "\n".join(words.format(name=n, value=v) for n, v in lines)
            self._text.setPlainText(plain_text(shown))


def _json_of(record: Record) -> str:
    if isinstance(record.event, MirrorChunk):
        short = msgspec.structs.replace(record.event, data=record.event.data[:60])
        record = msgspec.structs.replace(record, event=short)
    text = msgspec.json.format(encode_record(record), indent=2).decode()
    return text[:_SHOWN_BYTES]
