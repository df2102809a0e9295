# SPDX-License-Identifier: GPL-3.0-only
"""Which events of a log are troubles, of which part, and under which code.
Used by the list of conversations and by the replay.

Codes are those of errors (`session.core.errors`), or one of `OWN_CODES`. An error that a person was
shown (`TroubleShown`) often tells again what another event has told; `counts_only_alone` says so.
"""

from __future__ import annotations

from typing import NamedTuple

from session.log import events
from session.log.events import AnyEvent, Writer
from session.protocol.conversation.messages import Grant, GrantReason
from session.protocol.helpdesk.log_list import TroublePart

LINE_LOST, LEFT_OVER = "line_lost", "left_over"
RESTARTED = {Writer.KIOSK: "kiosk_restarted", Writer.DESK: "desk_restarted"}
REFUSED = {grant: f"refused_{grant.value}" for grant in Grant}
UNANSWERED = {grant: f"unanswered_{grant.value}" for grant in Grant}
LOST_ENDS = frozenset({"desk_lost", "kiosk_lost"})

OWN_CODES = frozenset(
    {
        LINE_LOST,
        LEFT_OVER,
        *LOST_ENDS,
        *RESTARTED.values(),
        *REFUSED.values(),
        *UNANSWERED.values(),
    }
)
"""Codes that are no error's: a line that was away, a program that was started again, a question
that the caller refused or left unanswered, traces that the kiosk could not remove.
"""

SETTING_UP = frozenset({"call_lost"})
"""What is told of a try to set the call up; before voice and picture were ever there it is no cut.
"""

ONE_ANSWER_S = 1.0
"""All powers of one question are refused within so many seconds."""

NO_TROUBLE = frozenset({"", "done", "scan_cancelled"})

_GRANT_PARTS = {
    Grant.SCAN: TroublePart.SCAN,
    Grant.PRINT: TroublePart.PRINT,
    Grant.KEEP: TroublePart.FILING,
}
_PARTS_BY_START: tuple[tuple[str, TroublePart], ...] = (
    ("scan", TroublePart.SCAN),
    ("pile_", TroublePart.SCAN),
    ("page_not_signed", TroublePart.SCAN),
    ("page_unasked", TroublePart.SCAN),
    ("page_unreadable", TroublePart.SCAN),
    ("page_damaged", TroublePart.SCAN),
    ("page_too_large", TroublePart.SCAN),
    ("file_", TroublePart.SCAN),
    ("print", TroublePart.PRINT),
    ("document_not_filed", TroublePart.FILING),
    ("dossier", TroublePart.FILING),
    ("register", TroublePart.FILING),
    ("desk_disk", TroublePart.FILING),
    ("desk_without_voice", TroublePart.CALL),
    ("kiosk_disk", TroublePart.SCAN),
    ("vault_", TroublePart.FILING),
    ("call_", TroublePart.CALL),
    ("camera", TroublePart.CALL),
    ("microphone", TroublePart.CALL),
    ("relay_", TroublePart.CALL),
    ("peer_gone", TroublePart.LINE),
    ("line", TroublePart.LINE),
    ("page_", TroublePart.PAGE),
    ("address_", TroublePart.PAGE),
    ("element_", TroublePart.PAGE),
    ("field_", TroublePart.PAGE),
    ("control_", TroublePart.PAGE),
    ("document_", TroublePart.PAGE),
)
"""The beginning of an error's code -> the part; what begins otherwise is the bus's."""


class LogTrouble(NamedTuple):
    """A thing that failed."""

    part: TroublePart
    code: str


def part_of(code: str) -> TroublePart:
    """The part that an error is about."""
    parts = (part for start, part in _PARTS_BY_START if code.startswith(start))
    return next(parts, TroublePart.BUS)


def trouble_of(event: AnyEvent) -> LogTrouble | None:
    """The trouble that an event tells, None for an event of the ordinary course."""
    trouble = _of_parts(event) or _of_ends(event)
    if trouble is None or trouble.code in NO_TROUBLE:
        return None
    return trouble


def is_same_answer(seconds_after: float) -> bool:
    """True for a refusal so soon after another that both answer one question."""
    return 0 <= seconds_after <= ONE_ANSWER_S


def counts_only_alone(event: AnyEvent) -> bool:
    """True if its trouble counts only where no other event tells of the same."""
    return isinstance(event, events.TroubleShown)


def _of_parts(event: AnyEvent) -> LogTrouble | None:
    """Return the trouble of call, page, scanner, printer and dossier."""
    match event:
        case events.CallFailed(code=code):
            return LogTrouble(TroublePart.CALL, code)
        case events.AddressRefused(code=code) | events.PageActed(code=code):
            return LogTrouble(TroublePart.PAGE, code)
        case events.ScanEnded(code=code) | events.PageFailed(code=code):
            return LogTrouble(TroublePart.SCAN, code)
        case events.PrintChanged(code=code):
            return LogTrouble(TroublePart.PRINT, code)
        case events.GrantChanged(allowed=False, grant=grant, reason=GrantReason.ANSWERED):
            return LogTrouble(_GRANT_PARTS.get(grant, TroublePart.PAGE), REFUSED[grant])
        case events.GrantChanged(allowed=False, grant=grant, reason=GrantReason.SILENT):
            return LogTrouble(_GRANT_PARTS.get(grant, TroublePart.PAGE), UNANSWERED[grant])
        case events.KioskWiped(left_over=left) if left:
            return LogTrouble(TroublePart.PAGE, LEFT_OVER)
    return None


def _of_ends(event: AnyEvent) -> LogTrouble | None:
    """Return the trouble of the two programs, the line between them and the hub."""
    match event:
        case events.LineLost():
            return LogTrouble(TroublePart.LINE, LINE_LOST)
        case events.HungUp(reason=reason) | events.SessionEnded(reason=reason) if (
            reason in LOST_ENDS
        ):
            return LogTrouble(TroublePart.LINE, reason)
        case events.MessageNotTaken(code=code):
            return LogTrouble(TroublePart.BUS, code)
        case events.SessionResumed(by=by):
            return LogTrouble(TroublePart.BUS, RESTARTED.get(by, ""))
        case events.TroubleShown(code=code):
            return LogTrouble(part_of(code), code)
    return None
