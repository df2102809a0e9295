# SPDX-License-Identifier: GPL-3.0-only
"""Every event of a session's log in one sentence, and the names of the timeline's rows.
Used by the replay window.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.kiosk.call.consent import SHEET, Question
from session.log import events
from session.log.events import Event, Lane, Writer, code_of, label_of
from session.protocol.conversation.line import LineStep
from session.protocol.conversation.messages import (
    Grant,
    GrantActor,
    GrantReason,
    PrintState,
    ReadAs,
)
from views.words.consent import sentence_of
from views.words.counts import page_words
from views.words.errors import sentence
from views.words.line import short_words
from views.words.log_summary import host_words

LANES: dict[Lane, tuple[str, str]] = {
    Lane.QUEUE: (N_("Queue"), "queue"),
    Lane.CALL: (N_("Call"), "call"),
    Lane.PAGE: (N_("Page"), "see_page"),
    Lane.SCANNER: (N_("Scanner"), "scanner"),
    Lane.PRINTER: (N_("Printer"), "printer"),
    Lane.DOSSIER: (N_("Dossier"), "dossier"),
    Lane.LINE: (N_("Line"), "connected"),
}
"""Name and icon of each row, from top to bottom."""

WORDS: dict[str, str] = {
    "call_requested_at_kiosk": N_("The caller pressed a button"),
    "caller_left": N_("The caller left the queue"),
    "ticket_accepted": N_("An agent accepted"),
    "session_opened": N_("The conversation began"),
    "session_resumed": N_("{who} came back after a restart"),
    "hung_up": N_("{who} hung up"),
    "session_ended": N_("The conversation ended"),
    "session_closed": N_("The agent finished the wrap-up"),
    "kiosk_wiped": N_("The kiosk was wiped"),
    "call_offered": N_("The kiosk offered a call"),
    "call_answered": N_("The desk answered the call"),
    "call_failed": N_("The call failed"),
    "video_seen": N_("{who} sees the other"),
    "audio_seen": N_("{who} hears the other"),
    "camera_changed": N_("{who} switched camera or microphone"),
    "grant_requested": N_("The agent asked: {grant}"),
    "grant_changed": N_("The caller answered: {grant}"),
    "address_opened": N_("A page opened: {host}"),
    "address_refused": N_("An address was not opened"),
    "sharing_changed": N_("Sharing changed"),
    "mirror_chunk": N_("The page changed"),
    "pointer_shown": N_("The pointer was shown"),
    "page_acted": N_("The agent acted in the page: {command}"),
    "scan_requested": N_("The agent asked for a scan"),
    "scan_started": N_("The scanner started"),
    "scan_ended": N_("The scan ended: {pages}"),
    "page_taken": N_("The kiosk took a page"),
    "page_received": N_("A page arrived at the desk"),
    "page_failed": N_("A page did not arrive"),
    "page_cleaned": N_("A page was cleaned"),
    "page_removed": N_("A page was taken out"),
    "page_restored": N_("A page was brought back"),
    "page_split": N_("A page was split"),
    "print_requested": N_("The agent sent a print"),
    "print_changed": N_("Print: {state}"),
    "sheet_answered": N_("The caller answered about a sheet"),
    "dossier_opened": N_("The dossier was opened"),
    "document_filed": N_("A document was filed: {pages}"),
    "piece_changed": N_("The agent set a piece"),
    "piece_filed": N_("A piece was filed"),
    "line_lost": N_("{who} lost the line"),
    "end_described": N_("{who} is made of: {parts}"),
    "line_back": N_("{who} has the line again"),
    "trouble_shown": N_("A trouble was shown"),
    "line_measured": N_("{who} received {kbps} kb/s, lost {loss} %"),
    "line_governed": N_("{who} sends otherwise: {step}"),
    "held_changed": N_("The talk went on"),
    "caller_passed_on": N_("The agent passed the caller on"),
    "privacy_changed": N_("The privacy pause ended"),
    "message_not_taken": N_("{who} sent a message that was not taken"),
    "words_sent": N_("{who} sent written words"),
    "third_changed": N_("The third person left"),
    "document_shown": N_("The agent shows a document: {pages}"),
    "shown_page_painted": N_("The caller sees page {page} of the agent's document"),
    "shown_page_marked": N_("The agent drew on the page: {kind}"),
    "show_ended": N_("The document is closed"),
}
"""One sentence per event name; names in braces are filled in by `describe`."""

END_NAMES = {Writer.KIOSK: N_("Kiosk"), Writer.DESK: N_("Desk"), Writer.HUB: N_("Hub")}
"""Whose events they are, as the name of a column."""

_WHO = {Writer.KIOSK: N_("The kiosk"), Writer.DESK: N_("The desk"), Writer.HUB: N_("The hub")}
_GRANTS = {
    Grant.SEE_PAGE: N_("see the page"),
    Grant.POINT: N_("point"),
    Grant.CONTROL: N_("click and scroll in the page"),
    Grant.TYPE: N_("type in the page"),
    Grant.SCAN: N_("scan"),
    Grant.PRINT: N_("print"),
    Grant.KEEP: N_("keep documents in the file"),
}
_REFUSED_ACT = N_("The kiosk refused the agent in the page: {command}")
_COMMANDS = {
    "click_requested": N_("click"),
    "scroll_requested": N_("scroll"),
    "history_requested": N_("back, forward or reload"),
    "zoom_requested": N_("page size"),
    "text_requested": N_("text"),
    "key_requested": N_("key"),
    "choice_requested": N_("choice in a list"),
    "value_requested": N_("value of a field"),
    "value_proposed": N_("proposed value"),
    "highlight_requested": N_("frame"),
    "arrow_requested": N_("arrow"),
    "marks_remove_requested": N_("marks removed"),
}
"""What each command of the agent is called."""
_MARKS = {"arrow": N_("arrow"), "frame": N_("frame"), "line": N_("line by hand")}
PRINTS = {
    PrintState.SHOWN: N_("the caller looks at it"),
    PrintState.RECEIVED: N_("received by the kiosk"),
    PrintState.SENT: N_("sent to the printer"),
    PrintState.PRINTING: N_("printing"),
    PrintState.WAITING: N_("the printer waits"),
    PrintState.DONE: N_("printed"),
    PrintState.FAILED: N_("failed"),
    PrintState.CANCELLED: N_("cancelled"),
}


def describe(event: Event) -> str:
    """Return what happened, in one sentence of the language in use."""
    match event:
        case events.SharingChanged(sharing=sharing):
            return _("The page is shared") if sharing else _("The page is no longer shared")
        case events.GrantChanged(grant=grant):
            what = _grant_sentence(event).format(grant=_(_GRANTS[grant]), mandate=event.mandate)
            return _as_taken_in(what, event.asked, event.text_version, event.read_as)
        case events.SheetAnswered():
            return _as_taken_in(_sheet_sentence(event), SHEET, event.text_version, event.read_as)
        case events.PrivacyChanged(on=True, by_caller=True):
            return _("The caller began a privacy pause: neither face nor page was shown")
        case events.PrivacyChanged(on=True):
            return _("A privacy pause began: neither face nor page was shown")
        case events.HeldChanged(held=True):
            return _("The caller was put on hold")
        case events.ThirdChanged(role=role, state=state) if state != "gone":
            return _third_sentence(role, state)
        case events.ShowEnded(by_caller=True):
            return _("The caller closed the document")
        case events.CameraChanged(by=by, camera_on=camera_on, microphone_on=microphone_on):
            return _switches_sentence(camera_on, microphone_on).format(who=_(_WHO[by]))
        case events.PageReceived(unasked=True):
            return _("A page arrived that the agent had not asked for")
        case events.KioskWiped(left_over=left_over) if left_over:
            return _("The kiosk could not be wiped completely")
    words = (
        _REFUSED_ACT
        if isinstance(event, events.PageActed) and event.code
        else WORDS[label_of(event)]
    )
    text = _(words).format(**_values(event))
    code = code_of(event)
    return f"{text}. {sentence(code).title}" if code else text


def _third_sentence(role: str, state: str) -> str:
    """Say who joined, and whether both screens show it already."""
    if role == "supervisor":
        if state == "in":
            return _("A supervisor joined")
        return _("A supervisor was announced on both screens")
    if state == "in":
        return _("A colleague joined")
    return _("A colleague was announced on both screens")


def _switches_sentence(camera_on: bool, microphone_on: bool) -> str:
    """Say what somebody has switched off; with the braces {who}."""
    if camera_on and microphone_on:
        return _("{who} has camera and microphone on")
    if camera_on:
        return _("{who} has switched the microphone off")
    if microphone_on:
        return _("{who} has switched the camera off")
    return _("{who} has switched camera and microphone off")


_READ_AS: dict[ReadAs, str] = {
    ReadAs.READ: N_("{what} (read: “{sentence}”)"),
    ReadAs.HEARD: N_("{what} (read and heard: “{sentence}”)"),
    ReadAs.SIGNED: N_("{what} (read and signed: “{sentence}”)"),
}


def _as_taken_in(what: str, asked: Question, text_version: str, read_as: ReadAs) -> str:
    """Add the sentence that the caller took in, when this program still has it."""
    sentence = sentence_of(asked, text_version)
    if not sentence:
        return what
    return _(_READ_AS[read_as]).format(what=what, sentence=sentence)


def _sheet_sentence(event: events.SheetAnswered) -> str:
    if event.wanted:
        return _("The caller said yes to a sheet")
    if event.reason is GrantReason.SILENT:
        return _("No answer counts as no: a sheet")
    return _("The caller did not want a sheet")


def _grant_sentence(event: events.GrantChanged) -> str:
    """Say who gave or refused a power, or how it ended;
    with the braces {grant} and {mandate}.
    """
    if event.allowed:
        by_mandate = event.actor is GrantActor.FACILITATOR
        if by_mandate:
            return _("Allowed under mandate {mandate}: {grant}")
        return _("The caller allowed: {grant}")
    if event.reason is GrantReason.EXPIRED:
        return _("The time is over: {grant}")
    if event.reason in (GrantReason.WITHDRAWN, GrantReason.STOPPED):
        return _("The caller took back: {grant}")
    if event.reason is GrantReason.SILENT:
        return _("No answer counts as no: {grant}")
    return _("The caller refused: {grant}")


def _values(event: Event) -> dict[str, str]:
    """The values for the names in braces."""
    values: dict[str, str] = {}
    by = getattr(event, "by", None)
    if isinstance(by, Writer):
        values["who"] = _(_WHO[by])
    match event:
        case events.GrantRequested(grant=grant):
            values["grant"] = _(_GRANTS[grant])
        case events.EndDescribed(version=version, scanner=scanner, printer=printer):
            named = (_("version {version}").format(version=version or "?"),)
            values["parts"] = ", ".join(
                (*named, *(device for device in (scanner, printer) if device))
            )
        case events.AddressOpened(host=host):
            values["host"] = host_words(host)
        case events.PageActed(command=command, times=times):
            values["command"] = _(_COMMANDS.get(command, command)) + (
                f" × {times}" if times > 1 else ""
            )
        case events.ShownPagePainted(page=page):
            values["page"] = str(page)
        case events.ShownPageMarked(kind=kind):
            values["kind"] = _(_MARKS.get(kind, kind))
        case (
            events.DocumentShown(pages=pages)
            | events.ScanEnded(pages=pages)
            | events.DocumentFiled(pages=pages)
        ):
            values["pages"] = page_words(pages)
        case events.PrintChanged(state=state):
            values["state"] = _(PRINTS[state])
        case events.LineMeasured(kbps=kbps, loss_percent=loss):
            values |= {"kbps": f"{kbps:.0f}", "loss": f"{loss:.1f}"}
        case events.LineGoverned(step=step, document=document, motion=motion):
            line_step = LineStep(step) if step in tuple(LineStep) else LineStep.FULL
            values["step"] = short_words(line_step, document=document, motion=motion)
    return values
