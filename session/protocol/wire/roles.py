# SPDX-License-Identifier: GPL-3.0-only
"""Roles and the letter each has in a subject. Used by bus and hub to write and read subjects."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The party that speaks; the value is the letter in subjects."""

    KIOSK = "k"
    AGENT = "a"
    SUPERVISOR = "s"
    HELPDESK = "h"
    FACILITATOR = "f"
    OPERATOR = "o"
    DISPLAY = "d"
    VAULT = "v"


PEOPLE = frozenset(Role) - {Role.KIOSK, Role.DISPLAY, Role.VAULT}
"""Roles of a person at a computer."""

OF_ORGANISATIONS = (Role.AGENT, Role.SUPERVISOR, Role.HELPDESK)
"""Roles of an organisation's own people; the others serve all organisations of a network."""
