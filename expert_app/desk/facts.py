# SPDX-License-Identifier: GPL-3.0-only
"""What the desk's job tells its window beside the session's own facts.
Used by `expert_app.desk.app` and compose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from session.desk.session import DeskSession
from session.protocol.conversation.messages import PrintChanged, PrintState
from session.protocol.hub.requests import SessionFacts

Value = str | int | float

VAULT_S = 5.0
"""Between two questions after the dossier while the organisation's own service is away."""

SEAL_REFUSED = "seal_refused"
"""Reason of a session's end that could not be sealed as it must be."""

PRINT_OVER = (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)
ASKING = "ask for a power"
"""Key of the trouble that the caller could not be asked."""

OpenSession = Callable[[SessionFacts, bool], DeskSession]


class Trouble(NamedTuple):
    """Something the agent must know. `key` replaces an earlier trouble of the same key."""

    code: str
    detail: dict[str, Value]
    key: str = ""


class Printing(NamedTuple):
    """A print and the name it was given."""

    changed: PrintChanged
    name: str


def fact_of(key: str) -> str:
    """The fact under which a script finds a trouble."""
    return f"trouble_{key}".replace(" ", "_")
