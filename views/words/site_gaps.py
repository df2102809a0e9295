# SPDX-License-Identifier: GPL-3.0-only
"""What lacks at a site before it may open, in sentences. Used by the operator's window and the
command `acceptance`.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.hub.site_gate import Gap, SiteGap

_GAPS: dict[Gap, str] = {
    Gap.ADDRESS: N_("Its address is not in the convention."),
    Gap.CONTACT: N_("Nobody to call there is named in the convention."),
    Gap.CLOSED_ROOM: N_("It is not said that its room can be closed."),
    Gap.WHEELCHAIR: N_("It is not said that a wheelchair reaches the kiosk."),
    Gap.INSURANCE: N_("Its insurance is not named, or has ended."),
    Gap.SIGNATURE: N_("{name} has not signed."),
    Gap.HOST: N_("No host looks after it."),
    Gap.TRAINING: N_("{name}, its host, was not trained within a year."),
    Gap.KIOSK: N_("It has no kiosk."),
    Gap.NOT_TRIED: N_("{name} has not tried itself this week: start the test from the helpdesk."),
    Gap.FAULT: N_("{name} found a fault when it tried itself: see its last test."),
}


def gap_words(gap: SiteGap) -> str:
    """Return what lacks, in a sentence."""
    return _(_GAPS[gap.gap]).format(name=gap.of)
