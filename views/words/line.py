# SPDX-License-Identifier: GPL-3.0-only
"""The cost of a narrow line, in words for the agent and for the replay.
Used by call view, quality panel and replay.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.conversation.line import LineStep

_OF_CALLER = {
    LineStep.SLOW_PAGES: N_("Weak line: slow pages"),
    LineStep.SMALL: N_("Weak line: smaller picture"),
    LineStep.FEW: N_("Weak line: picture moves less"),
    LineStep.PHOTO: N_("Very weak line: photos only"),
}
_OF_OURS = {
    LineStep.SLOW_PAGES: N_("Weak line: slow documents"),
    LineStep.SMALL: N_("Weak line: you are seen smaller"),
    LineStep.FEW: N_("Weak line: you move less"),
    LineStep.PHOTO: N_("Very weak line: photos of you only"),
}
_SHORT = {
    LineStep.FULL: N_("Full picture"),
    LineStep.SLOW_PAGES: N_("Slow pages"),
    LineStep.SMALL: N_("Small picture"),
    LineStep.FEW: N_("Few pictures"),
    LineStep.PHOTO: N_("Photos"),
}


def caller_words(step: LineStep, *, document: bool, motion: bool = False) -> str:
    """Say what the agent sees less of on a narrow line; "" when nothing is given up.
    `motion`: the caller signs, so movement goes before size.
    """
    if document and step is not LineStep.PHOTO:
        return _("A page arrives: smaller picture")
    if motion:
        if step is not LineStep.FULL:
            return _("Sign language: fluid, smaller")
        return ""
    if step in _OF_CALLER:
        return _(_OF_CALLER[step])
    return ""


def own_words(step: LineStep, *, document: bool, motion: bool = False) -> str:
    """Say what the caller sees less of; "" when nothing is given up."""
    if document and step is not LineStep.PHOTO:
        return _("A document leaves: you are smaller")
    if motion:
        if step is not LineStep.FULL:
            return _("Sign language: you are fluid, smaller")
        return ""
    if step in _OF_OURS:
        return _(_OF_OURS[step])
    return ""


def short_words(step: LineStep, *, document: bool, motion: bool = False) -> str:
    """Two words for a table or the replay."""
    if motion:
        if step is LineStep.FULL and not document:
            return _("Sign language")
        return _("Sign language, smaller")
    if document:
        return _("Document mode")
    return _(_SHORT[step])
