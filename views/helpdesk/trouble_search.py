# SPDX-License-Identifier: GPL-3.0-only
"""The names of troubles in the list of conversations, and which ones somebody means with words:
"bourrage", "papier scanner", "paper-jam". Used by the helpdesk's list and its filter.
"""

from __future__ import annotations

from functools import lru_cache

from documents.search_words import asked, folded
from resources.texts import N_, _, language
from session.protocol.conversation.messages import Grant
from views.words.errors import known_codes, sentence
from views.words.log_summary import grant_words

_CODES = {
    "line_lost": N_("The line was cut."),
    "left_over": N_("The kiosk was not wiped completely."),
    "desk_lost": N_("The desk went away."),
    "kiosk_lost": N_("The kiosk went away."),
    "desk_restarted": N_("The desk's program was restarted."),
    "kiosk_restarted": N_("The kiosk's program was restarted."),
}
"""Codes of the list that no error has; others read as their error does."""

_REFUSED, _UNANSWERED = "refused_", "unanswered_"

_ALSO: dict[str, str] = {
    "scanner_jammed": "bourrage papier coince paper jam",
    "printer_jammed": "bourrage papier coince paper jam",
    "scanner_gone": "panne eteint debranche",
    "printer_gone": "panne eteint debranche",
    "printer_out_of_paper": "plus de papier vide",
    "printer_out_of_toner": "encre toner cartouche",
    "call_lost": "voix image coupee video son",
    "desk_without_voice": "poste sans voix micro son image",
    "peer_gone": "borne absente coupure ligne",
    "line_lost": "coupure ligne reseau",
    "hub_unreachable": "coupure ligne reseau",
    "bus_unreachable": "coupure ligne reseau",
    "transfer_interrupted": "coupure ligne transfert",
    "document_not_filed": "classement dossier",
    "address_not_allowed": "adresse site interdit",
}
"""What people call a trouble beside its sentence, folded."""


def trouble_words(code: str) -> str:
    """A trouble in a sentence, without what to do."""
    if code in _CODES:
        return _(_CODES[code])
    for start, words in (
        (_REFUSED, N_("The caller refused: {grant}.")),
        (_UNANSWERED, N_("The caller did not answer, which counts as no: {grant}.")),
    ):
        if code.startswith(start):
            return _(words).format(grant=grant_words(code.removeprefix(start)))
    return sentence(code).title


def codes_for(words: str) -> tuple[str, ...]:
    """The codes whose sentence, code or usual name has all these words, begun at least."""
    plain = words.strip().lower().replace("-", "_")
    if plain in listed_codes():
        return (plain,)
    query_words = asked(words.replace("_", " "))
    if not query_words:
        return ()
    return tuple(
        code
        for code, texts in _texts(language()).items()
        if all(any(text.startswith(word) for text in texts) for word in query_words)
    )


def listed_codes() -> list[str]:
    """Every code that may stand in the list."""
    asked_for = [f"{start}{grant}" for start in (_REFUSED, _UNANSWERED) for grant in Grant]
    return sorted({*known_codes(), *_CODES, *asked_for})


@lru_cache(maxsize=2)
def _texts(_language: str) -> dict[str, list[str]]:
    """The folded words of each code, in the language in use."""
    words_by_code = {}
    for code in listed_codes():
        text = f"{trouble_words(code)} {code.replace('_', ' ')} {_ALSO.get(code, '')}"
        words_by_code[code] = folded(text).split()
    return words_by_code
