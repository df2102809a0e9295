# SPDX-License-Identifier: GPL-3.0-only
"""What happens at once is told to a screen reader as one text."""

from __future__ import annotations

from views.widgets.announcer import one_text, together


def test_sentences_that_come_together_are_one_text_without_a_doubled_stop() -> None:
    assert one_text(["Page: Home", "You talk with Camille R.", "Why?", "Scanned"]) == (
        "Page: Home. You talk with Camille R. Why? Scanned"
    )
    assert one_text(["Scanned"]) == "Scanned"


def test_what_is_urgent_comes_first_of_what_comes_together() -> None:
    waiting = [("Proposed: settled", False), ("The conversation is over", True), ("Wiped", False)]
    assert together(waiting) == ("The conversation is over. Proposed: settled. Wiped", True)
    assert together(waiting[2:]) == ("Wiped", False)
