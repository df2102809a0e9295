# SPDX-License-Identifier: GPL-3.0-only
"""What a narrow line costs, in words for the agent and for the replay.
Used by call view, quality panel and replay.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.conversation.line import Step

_OF_CALLER = {
    Step.SLOW_PAGES: N_("Weak line: slow pages"),
    Step.SMALL: N_("Weak line: smaller picture"),
    Step.FEW: N_("Weak line: picture moves less"),
    Step.PHOTO: N_("Very weak line: photos only"),
}
_OF_OURS = {
    Step.SLOW_PAGES: N_("Weak line: slow documents"),
    Step.SMALL: N_("Weak line: you are seen smaller"),
    Step.FEW: N_("Weak line: you move less"),
    Step.PHOTO: N_("Very weak line: photos of you only"),
}
_SHORT = {
    Step.FULL: N_("Full picture"),
    Step.SLOW_PAGES: N_("Slow pages"),
    Step.SMALL: N_("Small picture"),
    Step.FEW: N_("Few pictures"),
    Step.PHOTO: N_("Photos"),
}


def caller_words(step: Step, *, document: bool, motion: bool = False) -> str:
    """What the agent sees less of; "" when nothing is given up.
    `motion`: hands talk, movement goes before size.
    """
    if document and step is not Step.PHOTO:
        return _("A page arrives: smaller picture")
    if motion:
        return _("Sign language: fluid, smaller") if step is not Step.FULL else ""
    return _(_OF_CALLER[step]) if step in _OF_CALLER else ""


def own_words(step: Step, *, document: bool, motion: bool = False) -> str:
    """What the caller sees less of; "" when nothing is given up."""
    if document and step is not Step.PHOTO:
        return _("A document leaves: you are smaller")
    if motion:
        return _("Sign language: you are fluid, smaller") if step is not Step.FULL else ""
    return _(_OF_OURS[step]) if step in _OF_OURS else ""


def short_words(step: Step, *, document: bool, motion: bool = False) -> str:
    """Two words for a table or the replay."""
    if motion:
        return (
            _("Sign language")
            if step is Step.FULL and not document
            else _("Sign language, smaller")
        )
    return _("Document mode") if document else _(_SHORT[step])
