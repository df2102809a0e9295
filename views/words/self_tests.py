# SPDX-License-Identifier: GPL-3.0-only
"""The findings of a kiosk that tried itself, and what was done there or at a desk from afar, in
sentences. Used by the windows of helpdesk and board.
"""

from __future__ import annotations

from typing import NamedTuple

from resources.texts import N_, _
from session.protocol.helpdesk.remote_help import (
    IN_CONVERSATION,
    NOT_ANSWERED,
    NOT_WANTED,
    RemoteHelp,
    RemoteState,
)
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck
from session.protocol.hub.requests import RemoteAct
from views.words.errors import sentence

_PARTS: dict[CheckedPart, str] = {
    CheckedPart.CAMERA: N_("Camera"),
    CheckedPart.MICROPHONE: N_("Microphone"),
    CheckedPart.SCANNER: N_("Scanner"),
    CheckedPart.PRINTER: N_("Printer"),
    CheckedPart.DISK: N_("Disk"),
    CheckedPart.CLOCK: N_("Clock"),
    CheckedPart.CERTIFICATE: N_("Certificate"),
    CheckedPart.LINE: N_("Line"),
}
_CODES: dict[str, str] = {
    "": N_("is well."),
    "absent": N_("none, by the settings."),
    "dark": N_("sees no light: see whether it is covered."),
    "silent": N_("does not hear the tone: see whether it is switched off."),
    "not_opened": N_("cannot be opened: see whether it is connected."),
    "not_found": N_("none is connected; if the kiosk has none, its settings say “none”."),
    "disk_low": N_("is getting full."),
    "clock_wrong": N_("is wrong: see the machine's time."),
    "certificate_ends": N_("ends soon: a new one is needed."),
    "line_narrow": N_("carries too little for a call."),
    "not_tried": N_("was not tried."),
}
ACTS: dict[RemoteAct, tuple[str, str]] = {
    RemoteAct.STATE: (N_("Devices and versions"), "info"),
    RemoteAct.SELF_TEST: (N_("Let it try itself"), "health"),
    RemoteAct.DOCTOR: (N_("Checks (doctor)"), "allowed"),
    RemoteAct.LINE: (N_("Measure the line"), "signal_good"),
    RemoteAct.SCAN: (N_("Test scan"), "scanner"),
    RemoteAct.PRINT: (N_("Test print"), "printer"),
    RemoteAct.LOG: (N_("Last technical lines"), "history"),
    RemoteAct.RESTART: (N_("Start the program again"), "retry"),
}
"""Words and icon of each act."""


_ENDS: dict[str, str] = {
    "": N_("Done."),
    NOT_WANTED: N_("The person at the desk said no: nothing was done."),
    NOT_ANSWERED: N_("Nobody at the desk has answered: nothing was done. Call, then ask again."),
    IN_CONVERSATION: N_(
        "The person at the desk talks with a caller: ask again when the conversation is over."
    ),
}
_NAMES: dict[str, str] = {
    **{part.value: words for part, words in _PARTS.items()},
    "version": N_("Version"),
    "system": N_("System"),
    "speaker": N_("Loudspeaker"),
    "up_kbps": N_("Line to the hub, kb/s"),
    "down_kbps": N_("Line from the hub, kb/s"),
    "rtt_ms": N_("There and back, ms"),
    "pages": N_("Pages"),
    "page": N_("Page"),
    "print": N_("Print"),
}
_LEVELS = {"absent": ("", N_("there is none here.")), "wrong": ("⚠ ", N_("is wrong."))}
"""Before what `doctor` says of a thing, and instead of it."""

_KIOSK_WAITS = (
    N_("The kiosk was asked; its screen says so."),
    N_("The kiosk has not answered: see whether it is switched on and connected."),
)
_DESK_WAITS = (
    N_("The person at the desk is asked."),
    N_("The desk has not answered: see whether it is on and connected."),
)


def check_words(check: SelfCheck) -> str:
    """One thing that was tried."""
    words = _CODES.get(check.code)
    if words is not None:
        finding = _(words)
    else:
        finding = sentence(check.code).title
    return _("{name}: {value}").format(name=_(_PARTS[check.part]), value=finding)


def faults_words(checks: tuple[SelfCheck, ...]) -> str:
    """Say what is wrong, in one line, or that nothing is."""
    faults = [check_words(check) for check in checks if check.is_fault]
    return "  ".join(faults) or _("all is well")


def help_lines(entry: RemoteHelp) -> list[str]:
    """An act and what came of it, line by line."""
    head = _("{act} at {kiosk}").format(act=_(ACTS[entry.act][0]), kiosk=entry.kiosk)
    waiting, silent = _DESK_WAITS if entry.desk else _KIOSK_WAITS
    if entry.state is RemoteState.ASKED:
        return [head, _(waiting)]
    if entry.state is RemoteState.SILENT:
        return [head, _(silent)]
    result = entry.result
    if result is None:
        return [head]
    ended = _ENDS.get(result.code)
    lines = [head, _(ended) if ended is not None else sentence(result.code).sentence]
    lines += [check_words(check) for check in result.checks]
    lines += [_fact_words(fact.name, fact.value, fact.code) for fact in result.facts]
    return [*lines, *result.lines]


def help_words(entry: RemoteHelp, *, of_all: bool = False) -> str:
    """An act in the list of what was asked: where, what, who, why, and whether it was done.

    Args:
        of_all: whose kiosk it is, is worth saying.
    """
    if of_all:
        place = f"{entry.organisation}/{entry.kiosk}"
    else:
        place = entry.kiosk
    act, ended = _(ACTS[entry.act][0]), _(_STATES[entry.state])
    return f"{place} · {act} · {entry.by_name or entry.by} · {entry.reason} · {ended}"


class HelpWords(NamedTuple):
    """A help from afar in the columns of a table: what was wanted, where, and how it ended."""

    act: str
    place: str
    ended: str


def help_columns(entry: RemoteHelp) -> HelpWords:
    """See `HelpWords`."""
    if entry.desk:
        place = _("Desk of {agent}")
    else:
        place = _("Kiosk {kiosk}")
    return HelpWords(
        _(ACTS[entry.act][0]),
        place.format(agent=entry.kiosk, kiosk=entry.kiosk),
        _(_STATES[entry.state]),
    )


_STATES: dict[RemoteState, str] = {
    RemoteState.ASKED: N_("under way"),
    RemoteState.DONE: N_("done"),
    RemoteState.FAILED: N_("failed"),
    RemoteState.SILENT: N_("no answer"),
}


def _fact_words(name: str, value: str, code: str) -> str:
    level = _LEVELS.get(code)
    if level is None:
        content = " ".join(part for part in (value, sentence(code).title if code else "") if part)
    elif value:
        content = f"{level[0]}{value}"
    else:
        content = _(level[1])
    words = _NAMES.get(name)
    if words is not None:
        named = _(words)
    else:
        named = name.replace("_", " ")
    return _("{name}: {value}").format(name=named, value=content or _("nothing"))
