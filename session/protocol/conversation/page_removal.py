# SPDX-License-Identifier: GPL-3.0-only
"""Why a page was taken out before filing.
A choice, no free text: it goes into the session's log.
"""

from __future__ import annotations

from enum import StrEnum


class RemovalReason(StrEnum):
    """Scanned again: a better scan stands in its place. Split: its parts stand in its place.
    Not filed: the conversation was finished without it.
    """

    BLANK = "blank"
    UNREADABLE = "unreadable"
    TWICE = "twice"
    NOT_NEEDED = "not_needed"
    NOT_CALLERS = "not_callers"
    SCANNED_AGAIN = "scanned_again"
    SPLIT = "split"
    NOT_FILED = "not_filed"
