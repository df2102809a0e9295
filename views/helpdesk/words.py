# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's names for parts, states, troubles and ends. Used by its list."""

from __future__ import annotations

from datetime import datetime

from resources.texts import N_, _
from session.protocol.helpdesk.log_list import LogRow, LogState, TroubleCount, TroublePart
from views.helpdesk.trouble_search import trouble_words
from views.words.log_summary import length_words

PARTS: dict[str, str] = {
    TroublePart.CALL.value: N_("call"),
    TroublePart.PAGE.value: N_("page"),
    TroublePart.SCAN.value: N_("scan"),
    TroublePart.PRINT.value: N_("printing"),
    TroublePart.FILING.value: N_("filing"),
    TroublePart.LINE.value: N_("line"),
    TroublePart.BUS.value: N_("bus"),
}
PART_ICONS: dict[TroublePart, str] = {
    TroublePart.CALL: "call",
    TroublePart.PAGE: "see_page",
    TroublePart.SCAN: "scanner",
    TroublePart.PRINT: "printer",
    TroublePart.FILING: "dossier",
    TroublePart.LINE: "disconnected",
    TroublePart.BUS: "disconnected",
}
STATES: dict[str, str] = {
    LogState.RUNNING.value: N_("going on"),
    LogState.ENDED.value: N_("over"),
    LogState.ERASED.value: N_("erased"),
    LogState.NO_LOG.value: N_("without a log"),
}
_OUTCOMES = {
    "done": N_("done"),
    "caller": N_("the caller left"),
    "agent": N_("the agent ended it"),
    "desk_lost": N_("the desk was lost"),
    "kiosk_lost": N_("the kiosk was lost"),
    "call_later": N_("to be called later"),
    "appointment": N_("appointment"),
}
_WHY_NOT: dict[LogState, str] = {
    LogState.RUNNING: N_(
        "{number} is still going on: nobody reads along. It opens when it is over."
    ),
    LogState.ERASED: N_(
        "{number} was erased, by hand or by its age: only this line is left of it."
    ),
    LogState.NO_LOG: N_(
        "Nothing of {number} has reached the keeper of the logs. See whether the kiosk and the "
        "desk of that hour are switched on: what they wrote is sent by itself."
    ),
}


def outcome_words(code: str) -> str:
    """Return how a conversation ended."""
    if code in _OUTCOMES:
        return _(_OUTCOMES[code])
    return code.replace("_", " ")


def troubles_words(troubles: tuple[TroubleCount, ...]) -> str:
    """All troubles of a conversation on one line."""
    parts = [
        trouble_words(trouble.code) + (f" ×{trouble.count}" if trouble.count > 1 else "")
        for trouble in troubles
    ]
    return "  ".join(parts)


def model_words(code: str) -> str:
    """A device's model, which the list has as a code."""
    return code.replace("_", " ")


def state_words(state: LogState) -> str:
    """Return where the conversation is."""
    return _(STATES[state.value])


def why_not(row: LogRow) -> str:
    """Why a conversation of the list cannot be opened; "" when it can."""
    if row.state not in _WHY_NOT:
        return ""
    return _(_WHY_NOT[row.state]).format(number=row.short_number or row.session_id)


def start_words(at_utc: datetime, now: datetime) -> str:
    """Return when it began: the hour today, else the day too."""
    local, here = at_utc.astimezone(), now.astimezone()
    if local.date() == here.date():
        return f"{local:%H:%M}"
    if local.year == here.year:
        return f"{local:%d/%m %H:%M}"
    return f"{local:%d/%m/%Y %H:%M}"


def row_start_words(row: LogRow, now: datetime) -> str:
    """Return when a conversation began; of an erased one its day alone is known."""
    if row.state is not LogState.ERASED:
        return start_words(row.started_at_utc, now)
    day = row.started_at_utc
    if day.year == now.year:
        return f"{day:%d/%m}"
    return f"{day:%d/%m/%Y}"


def row_length(row: LogRow) -> str:
    """Return how long it took; "" while it goes on, and of an erased one."""
    if row.ended_at_utc is None or row.state is LogState.ERASED:
        return ""
    return length_words((row.ended_at_utc - row.started_at_utc).total_seconds())
