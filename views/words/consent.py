# SPDX-License-Identifier: GPL-3.0-only
"""The words of the caller's consent:
what is asked, what it means, how it is taken back, and what the agent can do now.

Used by the kiosk's session page. The exact words of a question have a version, which goes into the
session's log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from resources.texts import N_, _, language, ngettext
from session.kiosk.call.consent import LASTS_S, NEEDS_PAGE, Question
from session.protocol.conversation.messages import Grant

QUESTIONS: dict[Grant, tuple[str, str, str]] = {
    Grant.SEE_PAGE: (
        "eye",
        N_("May your adviser see the web page?"),
        N_("They see what you see on it, pictures too. Passwords and secret codes stay hidden."),
    ),
    Grant.POINT: (
        "cursor-default-click",
        N_("May your adviser point at this web page?"),
        N_("A red dot, a frame or an arrow shows you where to look. It changes nothing."),
    ),
    Grant.CONTROL: (
        "cursor-pointer",
        N_("May your adviser click in this web page for you?"),
        N_(
            "They can click, scroll and change pages while you watch. Touch the page and you are "
            "in charge again."
        ),
    ),
    Grant.TYPE: (
        "form-textbox",
        N_("May your adviser type in this web page for you?"),
        N_("They can fill in fields while you watch. Never your passwords."),
    ),
    Grant.SCAN: (
        "scanner",
        N_("May your adviser scan your document?"),
        N_("They receive a picture of the paper on the glass."),
    ),
    Grant.PRINT: (
        "printer",
        N_("May your adviser print a sheet for you?"),
        N_("The sheet comes out of the printer of this kiosk. It is yours."),
    ),
    Grant.KEEP: (
        "folder-account",
        N_("May your adviser keep your documents in your file?"),
        N_(
            "What was scanned goes into your file at this organisation. Without your yes, it is "
            "not kept."
        ),
    ),
}
"""Icon, question and explanation of each power."""

SWITCHES: dict[Grant, str] = {
    Grant.SEE_PAGE: N_("See this page"),
    Grant.POINT: N_("Point for me"),
    Grant.CONTROL: N_("Click for me"),
    Grant.TYPE: N_("Type for me"),
    Grant.SCAN: N_("Scan my document"),
    Grant.PRINT: N_("Print a sheet"),
    Grant.KEEP: N_("Keep my documents"),
}
"""Words of each power's switch, where several are asked for at once."""

_FILL = (
    "account-edit",
    N_("May your adviser fill in this web page with you?"),
    N_("They see it without passwords and secret codes. Touch the page to take over."),
)
_PAPERS = (
    "scanner",
    N_("May your adviser scan your document and keep it?"),
    N_("A picture of the paper goes into your file at this organisation."),
)
_SEVERAL = (
    "account-check",
    N_("May your adviser do this with you?"),
    N_("You see everything they do."),
)

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


def question_words(question: Question) -> tuple[str, str, str]:
    """Icon, question and explanation, not translated yet, for one power or several."""
    if len(question) == 1:
        return QUESTIONS[question[0]]
    if set(question) <= {Grant.SCAN, Grant.KEEP}:
        return _PAPERS
    if set(question) <= {Grant.SEE_PAGE, *NEEDS_PAGE}:
        return _FILL
    return _SEVERAL


def time_words(question: Question) -> str:
    """Say what silence means, and when a yes ends by itself."""
    minutes = round(max(LASTS_S[grant] for grant in question) / 60)
    words = ngettext(
        "Without an answer, it is no. A yes ends by itself after one minute.",
        "Without an answer, it is no. A yes ends by itself after {minutes} minutes.",
        minutes,
    )
    if len({LASTS_S[grant] for grant in question}) > 1:
        words = ngettext(
            "Without an answer, it is no. A yes ends by itself, after one minute at the latest.",
            "Without an answer, it is no. A yes ends by itself, after {minutes} minutes at the "
            "latest.",
            minutes,
        )
    return words.format(minutes=minutes)


def text_version(question: Question) -> str:
    """The version of the words on the screen for this question:
    the language, and the beginning of the SHA-256 of the words.
    """
    _icon, title, detail = question_words(question)
    lines = [_(title), _(detail), time_words(question)]
    if len(question) > 1:
        lines += [_(SWITCHES[grant]) for grant in question]
    return f"{language()}_{hashlib.sha256('\n'.join(lines).encode()).hexdigest()[:12]}"


def left_words(left_s: float) -> str:
    """The time that is left of a power, short."""
    if left_s >= 60:
        return _("{minutes} min").format(minutes=int(left_s // 60))
    return _("{seconds} s").format(seconds=max(0, int(left_s)))
