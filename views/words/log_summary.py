# SPDX-License-Identifier: GPL-3.0-only
"""The summary of a conversation in sentences: what the caller came for, what was done, what failed
and on whose side, what to do next. Used by the helpdesk's window and by the file for a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from resources.texts import N_, _, ngettext
from session.log.events import Writer
from session.log.redact import REPLACEMENT
from session.log.sides import FaultSide
from session.log.summary import LATE, FactKind, SessionSummary, SummaryFact
from session.protocol.conversation.messages import Grant, GrantReason
from views.words.counts import page_words
from views.words.errors import sentence

MOST_NEXT = 5
MOST_HOSTS = 3


class SummaryLine(NamedTuple):
    """One sentence; `at_s` is its moment, None for one without. `side` in words, "" for none.
    `tone`: a colour of the theme.
    """

    words: str
    at_s: float | None = None
    side: str = ""
    tone: str = "text"


class SummaryPart(NamedTuple):
    """A heading and its sentences, never none of them."""

    key: str
    title: str
    lines: tuple[SummaryLine, ...]


SIDES: dict[FaultSide, str] = {
    FaultSide.KIOSK: N_("Kiosk"),
    FaultSide.LINE: N_("Kiosk's line"),
    FaultSide.HUB: N_("Hub"),
    FaultSide.DESK: N_("Desk"),
    FaultSide.DEVICE: N_("Device"),
    FaultSide.PAGE: N_("Web page"),
    FaultSide.CALLER: N_("Caller's choice"),
}

_GRANTS = {
    Grant.SEE_PAGE: N_("see the page"),
    Grant.POINT: N_("point"),
    Grant.CONTROL: N_("click and scroll in the page"),
    Grant.TYPE: N_("type in the page"),
    Grant.SCAN: N_("scan"),
    Grant.PRINT: N_("print"),
    Grant.KEEP: N_("keep documents in the file"),
}
_ENDS = {Writer.KIOSK: N_("the kiosk"), Writer.DESK: N_("the desk"), Writer.HUB: N_("the hub")}
_HUNG_UP = {
    Writer.KIOSK: N_("The caller ended the conversation."),
    Writer.DESK: N_("The agent ended the conversation."),
    Writer.HUB: N_("The hub ended the conversation."),
}

_WORDS: dict[FactKind, str] = {
    FactKind.REQUESTED: N_("The caller asked for the service “{code}”."),
    FactKind.WAITED: N_("An agent came after a wait of {length}."),
    FactKind.LEFT: N_("The caller left before an agent came."),
    FactKind.TALKED: N_("Both saw or heard each other for {length}."),
    FactKind.SHARED: N_("The caller's page was shared for {length}{hosts}."),
    FactKind.DOCUMENT_SHOWN: N_("The agent showed a document ({pages})."),
    FactKind.HELD: N_("The caller was put on hold for {length}."),
    FactKind.PRIVACY: N_("Privacy pause of {length}: neither face nor page was shown."),
    FactKind.WIPED: N_("The kiosk was wiped; nothing of the caller is left."),
    FactKind.BOTH_LINES_CUT: N_("Both ends lost the hub at the same moment, for {length}."),
    FactKind.POOR_LINE: N_("{end} received badly for {length}: {count} % lost at the worst."),
    FactKind.NO_PICTURE: N_("{end} never received voice nor picture of the other end."),
    FactKind.NOT_ENDED: N_("The log has no end: one of the programs stopped before it was over."),
}


def summary_parts(summary: SessionSummary) -> list[SummaryPart]:
    """The whole summary, part by part."""
    came = [_line(fact) for fact in summary.came] or [
        SummaryLine(_("The log does not say what the caller came for."), tone="soft")
    ]
    achieved = [_line(fact) for fact in summary.done] or [
        SummaryLine(_("Nothing was done."), tone="soft")
    ]
    failed = [_line(fact) for fact in summary.failed] or [
        SummaryLine(_("Nothing failed."), tone="good")
    ]
    return [
        SummaryPart("failed", _("What failed"), tuple(failed)),
        SummaryPart("next", _("What to do now"), tuple(_next(summary))),
        SummaryPart("came", _("What the caller came for"), tuple(came)),
        SummaryPart("done", _("What was done in it"), tuple(achieved)),
    ]


def length_words(seconds: float) -> str:
    """A length of time in words: "45 s", "2 min 05 s", "1 h 05 min"."""
    total_s = max(0, round(seconds))
    if total_s < 60:
        return _("{seconds} s").format(seconds=total_s)
    if total_s < 3600:
        return _("{minutes} min {seconds} s").format(
            minutes=total_s // 60, seconds=f"{total_s % 60:02}"
        )
    return _("{hours} h {minutes} min").format(
        hours=total_s // 3600, minutes=f"{total_s // 60 % 60:02}"
    )


def grant_words(grant: str) -> str:
    """Return what a power is called; an unknown one by its code."""
    if grant in tuple(Grant):
        return _(_GRANTS[Grant(grant)])
    return grant


def side_words(side: FaultSide | None) -> str:
    """On whose side, in a word or two; "" for nobody's."""
    if side is not None:
        return _(SIDES[side])
    return ""


def _line(fact: SummaryFact) -> SummaryLine:
    tone = "text"
    if fact.side is not None:
        if fact.mended_s is not None or fact.side is FaultSide.CALLER:
            tone = "warn"
        else:
            tone = "bad"
    words = _sentence(fact)
    if fact.mended_s is not None:
        words = f"{words} {_mended(fact)}"
    return SummaryLine(words, fact.at_s, side_words(fact.side), tone)


def _mended(fact: SummaryFact) -> str:
    if fact.kind is FactKind.REFUSED:
        return _("The caller allowed it later.")
    if fact.kind in (FactKind.LINE_CUT, FactKind.BOTH_LINES_CUT):
        return _("The line came back.")
    return _("It went well later.")


def _sentence(fact: SummaryFact) -> str:
    match fact.kind:
        case FactKind.TROUBLE:
            return _times(sentence(fact.code).title, fact.times)
        case FactKind.REFUSED:
            silent = fact.reason is GrantReason.SILENT
            words = (
                _("The caller did not answer, which counts as no: {grant}.")
                if silent
                else _("The caller refused: {grant}.")
            )
            return words.format(grant=", ".join(map(grant_words, fact.grants)))
        case FactKind.HUNG_UP:
            return _(_HUNG_UP[fact.by or Writer.HUB])
        case FactKind.LINE_CUT:
            return _cut_sentence(fact)
        case FactKind.POOR_LINE if fact.code == LATE:
            return _values(
                _("{end} received late for {length}: {count} ms there and back at the worst."), fact
            )
        case FactKind.RESTARTED:
            words = (
                _("The kiosk's program was restarted in the middle, {length} without it.")
                if fact.by is Writer.KIOSK
                else _("The desk's program was restarted in the middle, {length} without it.")
            )
            return words.format(length=length_words(fact.seconds))
        case FactKind.RECORDS_MISSING:
            return _missing_sentence(fact)
        case FactKind.THIRD:
            return (
                _("A supervisor joined the conversation.")
                if fact.code == "supervisor"
                else _("A colleague joined the conversation.")
            )
        case FactKind.PASSED_ON:
            return (
                _("The agent passed the caller on to a colleague.")
                if fact.count
                else _("The agent passed the caller on to another queue.")
            )
    return _values(_counted(fact) or _(_WORDS[fact.kind]), fact)


def _counted(fact: SummaryFact) -> str:
    """Return the sentence of a fact that counts things, "" for another."""
    match fact.kind:
        case FactKind.ACTED:
            return ngettext(
                "The agent acted in the page once.",
                "The agent acted in the page {count} times.",
                fact.count,
            )
        case FactKind.SCANNED:
            return ngettext(
                "One scanned page arrived at the desk.",
                "{count} scanned pages arrived at the desk.",
                fact.count,
            )
        case FactKind.PRINTED:
            return ngettext(
                "One document was printed at the kiosk.",
                "{count} documents were printed at the kiosk.",
                fact.count,
            )
        case FactKind.FILED:
            return ngettext(
                "One document was filed in the dossier ({pages}).",
                "{times} documents were filed in the dossier ({pages}).",
                fact.times,
            )
        case FactKind.PAGES_LOST:
            return ngettext(
                "One page that the kiosk scanned never arrived at the desk.",
                "{count} pages that the kiosk scanned never arrived at the desk.",
                fact.count,
            )
        case FactKind.NOT_WIPED:
            return ngettext(
                "The kiosk was not wiped completely: one thing is left.",
                "The kiosk was not wiped completely: {count} things are left.",
                fact.count,
            )
    return ""


def _values(words: str, fact: SummaryFact) -> str:
    return words.format(
        code=fact.code,
        length=length_words(fact.seconds),
        count=fact.count,
        pages=page_words(fact.count),
        times=fact.times,
        end=_capital(_(_ENDS[fact.by])) if fact.by is not None else "",
        hosts=_hosts(fact.hosts),
    )


def _cut_sentence(fact: SummaryFact) -> str:
    if fact.code or not fact.seconds:
        if fact.by is Writer.KIOSK:
            return _("The kiosk was away; its own part of the log says nothing of it.")
        return _("The desk was away; its own part of the log says nothing of it.")
    if fact.by is Writer.KIOSK:
        words = _("The kiosk's line was cut for {length}.")
    else:
        words = _("The desk's line was cut for {length}.")
    return _times(words.format(length=length_words(fact.seconds)), fact.times)


def _missing_sentence(fact: SummaryFact) -> str:
    if not fact.count:
        if fact.by is Writer.KIOSK:
            return _("Nothing that the kiosk wrote has arrived.")
        return _("Nothing that the desk wrote has arrived.")
    if fact.by is Writer.KIOSK:
        words = ngettext(
            "One event of the kiosk is missing in the log.",
            "{count} events of the kiosk are missing in the log.",
            fact.count,
        )
    else:
        words = ngettext(
            "One event of the desk is missing in the log.",
            "{count} events of the desk are missing in the log.",
            fact.count,
        )
    return words.format(count=fact.count)


def _times(words: str, times: int) -> str:
    if times <= 1:
        return words
    return f"{words} {_('({times} times)').format(times=times)}"


def host_words(host: str) -> str:
    """A web site; one that the last guard masked is said so."""
    if host == REPLACEMENT:
        return _("an address that was masked")
    return host


def _hosts(hosts: tuple[str, ...]) -> str:
    if not hosts:
        return ""
    names = ", ".join(map(host_words, hosts[:MOST_HOSTS]))
    if len(hosts) > MOST_HOSTS:
        more = "…"
    else:
        more = ""
    return f" ({names}{more})"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# ---- what to do next

_ADVICE_OF_CODE: dict[str, str] = {
    "scanner_jammed": N_(
        "Have the site's host clear the scanner's path of paper and clean its rollers; a kiosk "
        "that jams again and again needs its maintenance."
    ),
    "scanner_empty": N_(
        "Nothing is broken: the feeder was empty. Remind the agent that the glass takes one page."
    ),
    "scanner_cover_open": N_("Have the site's host close the scanner's cover."),
    "printer_jammed": N_(
        "Have the site's host take the paper out of the printer; it goes on by itself."
    ),
    "printer_out_of_paper": N_("Have the site's host add paper; the printer goes on by itself."),
    "printer_out_of_toner": N_("Have the printer's ink or toner replaced."),
    "printer_cover_open": N_("Have the site's host close the printer's cover."),
    "address_not_allowed": N_(
        "The convention does not allow this address: tell whoever looks after the convention if "
        "agents need it."
    ),
    "document_not_filed": N_(
        "See the agent's outbox: documents that wait are sent by themselves. Do not scan again."
    ),
    "relay_unreachable": N_(
        "Give the network person this hour: `expert-app doctor` at the kiosk tells which relay "
        "does not answer."
    ),
    "device_not_trusted": N_(
        "The device's certificate changed. Whoever looks after the kiosk compares it and gives the "
        "kiosk the new one (expert-app kiosk-devices)."
    ),
}
_ADVICE_OF_KIND: dict[FactKind, str] = {
    FactKind.LINE_CUT: N_(
        "Give whoever looks after the site's network this hour; see in the list whether other "
        "kiosks of the site were cut too."
    ),
    FactKind.BOTH_LINES_CUT: N_(
        "Ask the hub's operator about this hour: both ends lost it together."
    ),
    FactKind.POOR_LINE: N_(
        "Compare the line's curves with other days of this kiosk; a line that is bad at every call "
        "is the operator's business."
    ),
    FactKind.NO_PICTURE: N_(
        "Have `expert-app doctor` run at the kiosk: it tries the ways of voice and picture."
    ),
    FactKind.RESTARTED: N_(
        "See why the program stopped: its folder has the developer log of this hour."
    ),
    FactKind.NOT_WIPED: N_(
        "Act today: start the kiosk again, it sweeps at its start; then look whether it tells "
        "anything left."
    ),
    FactKind.RECORDS_MISSING: N_(
        "See whether that end is switched on and connected: what is missing is on its disk, and "
        "is sent by itself."
    ),
    FactKind.NOT_ENDED: N_(
        "See whether that end is switched on and connected: what is missing is on its disk, and "
        "is sent by itself."
    ),
    FactKind.PAGES_LOST: N_("Nothing was kept of these pages: they must be scanned again."),
    FactKind.REFUSED: N_(
        "Nothing is to be mended: the caller decides. The agent may say first what it is for, then "
        "ask again."
    ),
}
_ADVICE_OF_SIDE: dict[FaultSide, str] = {
    FaultSide.DEVICE: N_(
        "Ask the site's host to look at the device, then try it once from the kiosk."
    ),
    FaultSide.LINE: N_(
        "Look at the line of the kiosk's site at this hour; other kiosks of the site tell whether "
        "it was the whole site."
    ),
    FaultSide.HUB: N_("Ask the hub's operator about its health at this hour."),
    FaultSide.DESK: N_("Run `expert-app doctor` at the agent's computer: it says what is missing."),
    FaultSide.KIOSK: N_("Run `expert-app doctor` at the kiosk: it says what is missing."),
    FaultSide.PAGE: N_(
        "Try the same page at a kiosk. When it fails again, save this conversation for the vendor."
    ),
    FaultSide.CALLER: N_("Nothing is to be mended: the caller decided so."),
}


def _next(summary: SessionSummary) -> list[SummaryLine]:
    """Return what to do, each advice once, what is not mended first."""
    advice_at_s: dict[str, float] = {}
    for fact in sorted(summary.failed, key=_urgency):
        advice_at_s.setdefault(_advice(fact), fact.at_s)
    if not advice_at_s:
        return [SummaryLine(_("Nothing is to be done."), tone="soft")]
    return [SummaryLine(words, at_s) for words, at_s in _first(advice_at_s.items())]


def _first(advice: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return list(advice)[:MOST_NEXT]


def _urgency(fact: SummaryFact) -> tuple[bool, bool, float]:
    return fact.side is FaultSide.CALLER, fact.mended_s is not None, fact.at_s


def _advice(fact: SummaryFact) -> str:
    if fact.kind is FactKind.TROUBLE and fact.code in _ADVICE_OF_CODE:
        return _(_ADVICE_OF_CODE[fact.code])
    if fact.kind in _ADVICE_OF_KIND:
        return _(_ADVICE_OF_KIND[fact.kind])
    return _(_ADVICE_OF_SIDE[fact.side or FaultSide.DESK])
