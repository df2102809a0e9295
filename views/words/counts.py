# SPDX-License-Identifier: GPL-3.0-only
"""Numbers of things in words that agree with them. Used by every window."""

from __future__ import annotations

from resources.texts import ngettext


def page_words(count: int) -> str:
    """Return so many pages: "1 page", "3 pages"."""
    return ngettext("One page", "{count} pages", count).format(count=count)


def behind_words(changes: int) -> str:
    """Return how many changes the history has not counted yet."""
    return ngettext(
        "One change is still to be counted", "{count} changes are still to be counted", changes
    ).format(count=changes)


def filed_words(count: int) -> str:
    """Return so many documents that are filed."""
    return ngettext("One document filed", "{count} documents filed", count).format(count=count)
