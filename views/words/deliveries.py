# SPDX-License-Identifier: GPL-3.0-only
"""States and reasons of copies for an agency's own document system, in words:
what happened, and what to do.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.core.dossier_model import Delivery, DeliveryState

STATES: dict[DeliveryState, tuple[str, str, str]] = {
    DeliveryState.WAITING: (N_("Waiting"), "time", "warn"),
    DeliveryState.REFUSED: (N_("Refused"), "refused", "bad"),
    DeliveryState.DELIVERED: (N_("Delivered"), "filed", "good"),
    DeliveryState.GIVEN_UP: (N_("Given up"), "cancel", "soft"),
}
"""Words, icon and tone."""

REASONS: dict[str, str] = {
    "unreachable": N_("The system does not answer; it is tried again by itself."),
    "timeout": N_("The system takes too long to answer; it is tried again by itself."),
    "certificate": N_("The system's certificate is not trusted: tell the hub's operator."),
    "access": N_("The system refuses our account or token: tell the hub's operator."),
    "address": N_("The folder or address is not there: tell the hub's operator."),
    "busy": N_("The system has a trouble of its own; it is tried again by itself."),
    "disk": N_("The folder cannot be written (full, or taken away); it is tried again by itself."),
    "store": N_("Our own store of documents does not answer; it is tried again by itself."),
    "not_understood": N_(
        "The system answers something that we do not understand: tell the hub's operator."
    ),
    "too_large": N_(
        "The document is too large for the system: give it there by another way, then give up here."
    ),
    "refused": N_("The system does not take this document: put it right there, then try again."),
    "other_file": N_("Another file has this document's name there: look at it, then try again."),
    "damaged": N_("The document is damaged in our own store: tell the hub's operator."),
    "given_up": N_("Given up"),
}
"""By the code of a reason."""

KINDS: dict[str, str] = {
    "folder": N_("watched folder"),
    "paperless": "Paperless-ngx",
    "cmis": "CMIS 1.1",
    "": N_("not set up any more"),
}


def copy_words(copy: Delivery) -> tuple[str, str]:
    """(state, reason) of a copy; the system's own words, or those of the person who gave up, come
    with the reason.
    """
    state = _(STATES[copy.state][0])
    if copy.state is DeliveryState.DELIVERED or not copy.reason:
        return state, ""
    if copy.reason == "given_up":
        return state, copy.words
    reason_text = REASONS.get(copy.reason)
    if reason_text is not None:
        reason = _(reason_text)
    else:
        reason = copy.reason
    return state, f"{reason} ({copy.words})" if copy.words else reason
