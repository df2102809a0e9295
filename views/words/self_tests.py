# SPDX-License-Identifier: GPL-3.0-only
"""What a kiosk found when it tried itself, and what was done there from afar, in sentences.
Used by the helpdesk's window.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.helpdesk.remote_help import RemoteHelp, RemoteState
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
    "absent": N_("there is none here."),
    "dark": N_("sees no light: see whether it is covered."),
    "silent": N_("does not hear the tone: see whether it is switched off."),
    "not_opened": N_("cannot be opened: see whether it is connected."),
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


def check_words(check: SelfCheck) -> str:
    """One thing that was tried."""
    words = _CODES.get(check.code)
    told = _(words) if words is not None else sentence(check.code).title
    return _("{name}: {value}").format(name=_(_PARTS[check.part]), value=told)


def faults_words(checks: tuple[SelfCheck, ...]) -> str:
    """What is wrong, in one line; that nothing is."""
    faults = [check_words(one) for one in checks if one.is_fault]
    return "  ".join(faults) or _("all is well")


def help_lines(told: RemoteHelp) -> list[str]:
    """An act and what came of it, line by line."""
    head = _("{act} at {kiosk}").format(act=_(ACTS[told.act][0]), kiosk=told.kiosk)
    if told.state is RemoteState.ASKED:
        return [head, _("The kiosk was asked; its screen says so.")]
    if told.state is RemoteState.SILENT:
        return [head, _("The kiosk has not answered: see whether it is switched on and connected.")]
    result = told.result
    if result is None:
        return [head]
    lines = [head, sentence(result.code).sentence if result.code else _("Done.")]
    lines += [check_words(check) for check in result.checks]
    lines += [_fact_words(fact.name, fact.value, fact.code) for fact in result.facts]
    return [*lines, *result.lines]


def _fact_words(name: str, value: str, code: str) -> str:
    told = " ".join(part for part in (value, sentence(code).title if code else "") if part)
    named = _(_PARTS[CheckedPart(name)]) if name in tuple(CheckedPart) else name.replace("_", " ")
    return _("{name}: {value}").format(name=named, value=told or _("nothing"))
