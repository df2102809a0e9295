# SPDX-License-Identifier: GPL-3.0-only
"""What a narrow line costs, in words for the agent and for the replay. Used by call view, quality panel and replay."""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.line_messages import Step

_OF_CALLER = {
    Step.SLOW_PAGES: N_("Weak line: pages arrive slowly"),
    Step.SMALL: N_("Weak line: smaller picture"),
    Step.FEW: N_("Weak line: small picture that moves less"),
    Step.PHOTO: N_("Very weak line: a photo every few seconds, the voice goes on"),
}
_OF_OURS = {
    Step.SLOW_PAGES: N_("Weak line: documents reach the printer slowly"),
    Step.SMALL: N_("Weak line: the caller sees you smaller"),
    Step.FEW: N_("Weak line: the caller sees you small and moving less"),
    Step.PHOTO: N_("Very weak line: the caller sees a photo of you every few seconds, your voice goes on"),
}
_SHORT = {
    Step.FULL: N_("Full picture"),
    Step.SLOW_PAGES: N_("Slow pages"),
    Step.SMALL: N_("Small picture"),
    Step.FEW: N_("Few pictures"),
    Step.PHOTO: N_("Photos"),
}


def caller_words(step: Step, *, document: bool) -> str:
    """What the agent sees less of; "" when nothing is given up."""
    if document and step is not Step.PHOTO:
        return _("A page is arriving: smaller picture meanwhile")
    return _(_OF_CALLER[step]) if step in _OF_CALLER else ""


def own_words(step: Step, *, document: bool) -> str:
    """What the caller sees less of; "" when nothing is given up."""
    if document and step is not Step.PHOTO:
        return _("A document is going to the printer: the caller sees you smaller meanwhile")
    return _(_OF_OURS[step]) if step in _OF_OURS else ""


def short_words(step: Step, *, document: bool) -> str:
    """Two words for a table or the replay."""
    return _("Document mode") if document else _(_SHORT[step])
