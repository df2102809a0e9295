# SPDX-License-Identifier: GPL-3.0-only
"""The errors in a caller's words: per error code, one plain sentence. Used by the kiosk.

The agent's words for the same codes are in `errors`. Texts are translated when they are asked
for.
"""

from __future__ import annotations

from resources.texts import N_, _

_WAIT = N_("Please wait a moment.")
_AGENT_KNOWS = N_("Your adviser can see this and will help you.")
_LINE = N_("The line is cut. We are trying again. Please stay here.")
_HOST = N_("Please ask at the reception for help.")
_AGAIN = N_("That did not work. Please try again.")

_CALLER_SENTENCES: dict[str, str] = {
    "bus_unreachable": _LINE,
    "hub_unreachable": _LINE,
    "store_unreachable": _LINE,
    "store_full": N_(
        "We cannot take new requests at the moment. Please try again later, or ask at the "
        "reception."
    ),
    "call_lost": N_("We lost the picture and the sound. They will come back in a moment."),
    "desk_without_voice": N_(
        "Your adviser has no microphone or camera today. You can write, and your adviser will "
        "write back."
    ),
    "peer_gone": N_("Your adviser is no longer on the line. We are calling again."),
    "transfer_interrupted": _LINE,
    "bus_refused_identity": _HOST,
    "bus_not_safe": _HOST,
    "bus_certificate_refused": _HOST,
    "certificate_unusable": _HOST,
    "enrolment_refused": _HOST,
    "protocol_version_unknown": _HOST,
    "service_unknown": N_("This service is not open now. Please choose another one."),
    "queue_closed": N_("This service is not open now. Please choose another one."),
    "service_closed": N_("This service is not open now. Please choose another one."),
    "ticket_unknown": N_("Your request has ended. Please press the button again."),
    "ticket_taken": N_("Your request has ended. Please press the button again."),
    "caller_number_invalid": N_("This number is not right. Please look at it again."),
    "rate_limited": _WAIT,
    "grant_missing": N_("You did not allow this: nothing was done."),
    "not_allowed": N_("This is not possible here. Your adviser will help you."),
    "address_not_allowed": N_("This page cannot be opened here. Please tell your adviser."),
    "page_not_shareable": N_(
        "Your adviser cannot see this page. You can go on by yourself, or tell your adviser what "
        "it says."
    ),
    "file_not_given": N_("You gave no document. Your stick was not changed."),
    "file_locked": N_("This document is locked by a password. Please choose another one."),
    "file_refused": N_(
        "We cannot take this document. Please choose another one, or put the paper on the glass."
    ),
    "scanner_empty": N_("There is no page in the scanner. Please put your document in."),
    "scanner_cover_open": N_("Please close the lid of the scanner."),
    "scanner_jammed": N_("A page is stuck in the scanner. Please ask for help here."),
    "scanner_busy": _WAIT,
    "scan_cancelled": N_("The scan was stopped. You can take your document back."),
    "page_damaged": N_("Please leave your document where it is. We are reading it again."),
    "page_not_signed": N_("Please leave your document where it is. We are reading it again."),
    "page_unreadable": N_(
        "We could not read your document. Please put it down again, flat and straight."
    ),
    "page_too_large": N_(
        "We could not read your document. Please put it down again, flat and straight."
    ),
    "scanner_gone": _AGENT_KNOWS,
    "scanner_failed": _AGENT_KNOWS,
    "kiosk_disk_unusable": _HOST,
    "scanner_warming_up": _WAIT,
    "scanner_denied": _AGENT_KNOWS,
    "device_not_trusted": _AGENT_KNOWS,
    "too_many_pages": _AGENT_KNOWS,
    "pile_uneven": _AGENT_KNOWS,
    "printer_denied": _AGENT_KNOWS,
    "print_too_long": _AGENT_KNOWS,
    "print_not_for_us": _AGENT_KNOWS,
    "print_declined": N_("Nothing is printed."),
    "printer_out_of_paper": N_("There is no more paper. Please ask for help here."),
    "printer_jammed": N_("A sheet is stuck in the printer. Please ask for help here."),
    "printer_cover_open": N_("The printer is open. Please ask for help here."),
    "printer_out_of_toner": N_("The printer cannot print now. Please ask for help here."),
    "printer_gone": _AGENT_KNOWS,
    "printer_stopped": _AGENT_KNOWS,
    "print_refused": _AGENT_KNOWS,
    "print_failed": _AGENT_KNOWS,
    "seal_key_refused": N_(
        "The conversation did not begin: the connection was not safe. Please ask for help here."
    ),
    "seal_key_old": N_(
        "The conversation did not begin: the connection was not safe. Please ask for help here."
    ),
    "document_not_filed": _AGENT_KNOWS,
    "dossier_unknown": _AGENT_KNOWS,
    "register_away": _AGENT_KNOWS,
    "reason_needed": _AGENT_KNOWS,
    "too_many_dossiers": _AGENT_KNOWS,
    "number_taken": _AGENT_KNOWS,
    "register_only": _AGENT_KNOWS,
    "dossier_of_register": _AGENT_KNOWS,
    "dossier_was_merged": _AGENT_KNOWS,
    "merge_impossible": _AGENT_KNOWS,
}


def kiosk_sentence(code: str) -> str:
    """The words for a caller: plain, nothing technical, always something to do or to wait
    for.
    """
    return _(_CALLER_SENTENCES.get(code, _AGAIN))


def caller_codes() -> frozenset[str]:
    """The codes that have a sentence of their own for callers."""
    return frozenset(_CALLER_SENTENCES)
