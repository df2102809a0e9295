# SPDX-License-Identifier: GPL-3.0-only
"""What lacks at a site before it may open, in sentences. Used by the operator's window and the
command `acceptance`.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.protocol.helpdesk.site_gate import Lack, SiteGap

_GAPS: dict[Lack, str] = {
    Lack.ADDRESS: N_("Its address is not in the convention."),
    Lack.CONTACT: N_("Nobody to call there is named in the convention."),
    Lack.CLOSED_ROOM: N_("It is not said that its room can be closed."),
    Lack.WHEELCHAIR: N_("It is not said that a wheelchair reaches the kiosk."),
    Lack.INSURANCE: N_("Its insurance is not named, or has ended."),
    Lack.SIGNATURE: N_("{name} has not signed."),
    Lack.HOST: N_("No host looks after it."),
    Lack.TRAINING: N_("{name}, its host, was not trained within a year."),
    Lack.KIOSK: N_("It has no kiosk."),
    Lack.NOT_TRIED: N_("{name} has not tried itself this week: start the test from the helpdesk."),
    Lack.FAULT: N_("{name} found a fault when it tried itself: see its last test."),
}


def gap_words(gap: SiteGap) -> str:
    """Return what lacks, in a sentence."""
    return _(_GAPS[gap.gap]).format(name=gap.of)
