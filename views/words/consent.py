# SPDX-License-Identifier: GPL-3.0-only
"""The words of the caller's consent: one table of what may be asked at once,
what it means, how it is taken back, and what the agent can do now.

Used by the kiosk's session page. The exact words of a question have a version, which goes into the
session's log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from resources.texts import CALLER_LANGUAGES, N_, _, language, ngettext, use_language
from session.kiosk.call.consent import LASTS_S, SHEET, Question
from session.protocol.conversation.messages import Grant


class QuestionWords(NamedTuple):
    """Icon, question and explanation, not translated."""

    icon: str
    title: str
    detail: str


_SEEN = N_("They see what you see on it, pictures too. Passwords and secret codes stay hidden.")
_DONE = N_("They see it without passwords and secret codes. To stop them, touch the page.")
_TYPED = N_("They can fill in fields while you watch. Never your passwords.")
_CLICKED = N_(
    "They can click, scroll and change pages while you watch. To stop them, touch the page."
)
_SCANNED = N_("They receive a picture of the paper on the glass.")
_KEPT = N_(
    "The scanned document is kept in your file at this organisation. Without your consent, "
    "nothing is kept."
)
_FILED = N_("A copy of the paper is kept in your file at this organisation.")
_SEE, _POINT, _CONTROL, _TYPE = Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE
_SCAN, _PRINT, _KEEP_IT = Grant.SCAN, Grant.PRINT, Grant.KEEP

QUESTIONS: dict[Question, QuestionWords] = {
    # The page may not be on the screen yet: nobody says "this page".
    (_SEE,): QuestionWords("eye", N_("May your adviser see the web page?"), _SEEN),
    (_SEE, _POINT): QuestionWords(
        "eye", N_("May your adviser see the web page and point at it?"), _SEEN
    ),
    (_SEE, _CONTROL): QuestionWords(
        "cursor-pointer", N_("May your adviser see the web page and click in it?"), _DONE
    ),
    (_SEE, _TYPE): QuestionWords(
        "form-textbox", N_("May your adviser see the web page and type in it?"), _DONE
    ),
    (_SEE, _POINT, _CONTROL): QuestionWords(
        "cursor-pointer", N_("May your adviser see the web page, point and click in it?"), _DONE
    ),
    (_SEE, _POINT, _TYPE): QuestionWords(
        "form-textbox", N_("May your adviser see the web page, point and type in it?"), _DONE
    ),
    (_SEE, _CONTROL, _TYPE): QuestionWords(
        "account-edit", N_("May your adviser see the web page, click and type in it?"), _DONE
    ),
    (_SEE, _POINT, _CONTROL, _TYPE): QuestionWords(
        "account-edit", N_("May your adviser see the web page and fill it in with you?"), _DONE
    ),
    # The page is seen already.
    (_POINT,): QuestionWords(
        "cursor-default-click",
        N_("May your adviser point at this web page?"),
        N_(
            "A red dot, a frame or an arrow shows you where to look. It changes nothing on the "
            "page."
        ),
    ),
    (_CONTROL,): QuestionWords(
        "cursor-pointer", N_("May your adviser click in this web page for you?"), _CLICKED
    ),
    (_TYPE,): QuestionWords(
        "form-textbox", N_("May your adviser type in this web page for you?"), _TYPED
    ),
    (_POINT, _CONTROL): QuestionWords(
        "cursor-pointer", N_("May your adviser point and click in this web page?"), _CLICKED
    ),
    (_POINT, _TYPE): QuestionWords(
        "form-textbox", N_("May your adviser point and type in this web page?"), _TYPED
    ),
    (_CONTROL, _TYPE): QuestionWords(
        "account-edit", N_("May your adviser click and type in this web page for you?"), _TYPED
    ),
    (_POINT, _CONTROL, _TYPE): QuestionWords(
        "account-edit", N_("May your adviser fill in this web page with you?"), _TYPED
    ),
    # Papers.
    (_SCAN,): QuestionWords("scanner", N_("May your adviser scan your document?"), _SCANNED),
    (_PRINT,): QuestionWords(
        "printer",
        N_("May your adviser print a sheet for you?"),
        N_("The sheet comes out of the printer of this kiosk. It is yours."),
    ),
    (_KEEP_IT,): QuestionWords(
        "folder-account", N_("May your adviser keep your documents in your file?"), _KEPT
    ),
    (_SCAN, _KEEP_IT): QuestionWords(
        "scanner", N_("May your adviser scan your document and keep it?"), _FILED
    ),
    (_SCAN, _PRINT): QuestionWords(
        "scanner", N_("May your adviser scan your document and print a sheet?"), _SCANNED
    ),
    (_PRINT, _KEEP_IT): QuestionWords(
        "folder-account", N_("May your adviser keep your documents and print a sheet?"), _KEPT
    ),
    (_SCAN, _PRINT, _KEEP_IT): QuestionWords(
        "scanner", N_("May your adviser scan and keep your documents, and print a receipt?"), _FILED
    ),
    SHEET: QuestionWords("printer", N_("Do you want this sheet?"), N_("“{name}”.")),
}
"""The words of every question that may be asked or answered in part: what is asked is what is
given. `questions_for` makes no others.
"""

ICONS: dict[Grant, str] = {grant: QUESTIONS[grant,].icon for grant in Grant}

SWITCHES: dict[Grant, str] = {
    Grant.SEE_PAGE: N_("See the page"),
    Grant.POINT: N_("Show me where"),
    Grant.CONTROL: N_("Click for me"),
    Grant.TYPE: N_("Type for me"),
    Grant.SCAN: N_("Scan my document"),
    Grant.PRINT: N_("Print a sheet"),
    Grant.KEEP: N_("Keep my documents"),
}
"""Words of each power's switch, where several are asked for at once."""

_MEDIA = {
    (True, True): N_("Your adviser sees and hears you."),
    (True, False): N_("Your adviser sees you but does not hear you."),
    (False, True): N_("Your adviser hears you but does not see you."),
    (False, False): N_("Your adviser neither sees nor hears you."),
}
_NO_PAGE = N_("They do not see your page.")
_PAGE = {
    (False, False, False): N_("They see your page."),
    (True, False, False): N_("They see your page and can point at it."),
    (False, True, False): N_("They see your page and can click in it."),
    (True, True, False): N_("They see your page, can point at it and click in it."),
    (False, False, True): N_("They see your page and can type in it."),
    (True, False, True): N_("They see your page, can point at it and type in it."),
    (False, True, True): N_("They see your page, can click and type in it."),
    (True, True, True): N_("They see your page, can point, click and type in it."),
}
_DEVICES = {
    (True, True): N_("They can scan and print."),
    (True, False): N_("They can scan, but not print."),
    (False, True): N_("They can print, but not scan."),
    (False, False): N_("They can neither scan nor print."),
}
_KEEP = N_("They can keep your documents.")


def powers_sentence(grants: Mapping[Grant, bool], is_seen: bool = True, heard: bool = True) -> str:
    """Say what the agent can see and do now, in whole sentences;
    grants not named are refused.
    """
    on_page = (
        grants.get(Grant.POINT, False),
        grants.get(Grant.CONTROL, False),
        grants.get(Grant.TYPE, False),
    )
    if grants.get(Grant.SEE_PAGE, False):
        page = _PAGE[on_page]
    else:
        page = _NO_PAGE
    devices = _DEVICES[grants.get(Grant.SCAN, False), grants.get(Grant.PRINT, False)]
    sentences = [
        _MEDIA[is_seen, heard],
        page,
        devices,
        *([_KEEP] if grants.get(Grant.KEEP, False) else []),
    ]
    return " ".join(_(sentence) for sentence in sentences)


def time_words(question: Question) -> str:
    """Say what silence means, and when a yes ends by itself."""
    if question == SHEET:
        return sheet_words(1)
    minutes = round(max(LASTS_S[grant] for grant in question) / 60)
    is_one_time = len({LASTS_S[grant] for grant in question}) == 1
    if minutes % 60 == 0:
        return _hours_words(minutes // 60, is_one_time)
    words = ngettext(
        "Without an answer, it is no. A yes ends by itself after one minute.",
        "Without an answer, it is no. A yes ends by itself after {minutes} minutes.",
        minutes,
    )
    if not is_one_time:
        words = ngettext(
            "Without an answer, it is no. A yes ends by itself, after one minute at the latest.",
            "Without an answer, it is no. A yes ends by itself, after {minutes} minutes at the "
            "latest.",
            minutes,
        )
    return words.format(minutes=minutes)


def _hours_words(hours: int, is_one_time: bool) -> str:
    words = ngettext(
        "Without an answer, it is no. A yes ends by itself after one hour.",
        "Without an answer, it is no. A yes ends by itself after {hours} hours.",
        hours,
    )
    if not is_one_time:
        words = ngettext(
            "Without an answer, it is no. A yes ends by itself, after one hour at the latest.",
            "Without an answer, it is no. A yes ends by itself, after {hours} hours at the latest.",
            hours,
        )
    return words.format(hours=hours)


def sheet_words(sheets: int) -> str:
    """Say how many sheets are shown, and what silence means."""
    return ngettext(
        "One sheet. If you touch nothing, it is not printed.",
        "{count} sheets. If you touch nothing, they are not printed.",
        sheets,
    ).format(count=sheets)


def text_version(question: Question) -> str:
    """The version of the words on the screen for this question:
    the language, and the beginning of the SHA-256 of the words.
    """
    words = QUESTIONS[question]
    lines = [_(words.title), _(words.detail), time_words(question)]
    if len(question) > 1:
        lines += [_(SWITCHES[grant]) for grant in question]
    return f"{language()}_{hashlib.sha256('\n'.join(lines).encode()).hexdigest()[:12]}"


def title_of(question: Question) -> str:
    """The sentence of a question, in the language in use; "" for a set that is never asked."""
    return _(QUESTIONS[question].title) if question in QUESTIONS else ""


def sentence_of(question: Question, version: str) -> str:
    """The sentence that a caller read, in the caller's language; "" for words that this version
    of the program does not have.
    """
    spoken, before = version.rpartition("_")[0], language()
    if spoken not in CALLER_LANGUAGES or question not in QUESTIONS:
        return ""
    use_language(spoken)
    try:
        return _(QUESTIONS[question].title) if text_version(question) == version else ""
    finally:
        use_language(before)


def left_words(left_s: float) -> str:
    """The time that is left of a power, short."""
    if left_s >= 60:
        return _("{minutes} min").format(minutes=int(left_s // 60))
    return _("{seconds} s").format(seconds=max(0, int(left_s)))
