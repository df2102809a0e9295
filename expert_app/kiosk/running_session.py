# SPDX-License-Identifier: GPL-3.0-only
"""The conversation that runs at this kiosk now. Shared by the job, which sets it, and by all that
acts on it: the caller's requests, the panes, the measurement of the line.
"""

from __future__ import annotations

from session.kiosk.session import KioskSession


class RunningSession:
    """At most one session.

    Attributes:
        session: the session that runs, None while nobody talks.
    """

    def __init__(self) -> None:
        self.session: KioskSession | None = None

    @property
    def id(self) -> str:
        """The session's id, "" while nobody talks."""
        if self.session is not None:
            return self.session.facts.id
        return ""

    def has_only_drawn_faces(self, is_drawn_here: bool) -> bool:
        """Return True if nobody real is on the screen, as in the demo.

        Args:
            is_drawn_here: the caller's own picture is drawn.
        """
        if self.session is None:
            return True
        third_call = self.session.third_parties.third_call
        is_third_drawn = third_call is None or third_call.peer_simulated
        return is_drawn_here and self.session.call.peer_simulated and is_third_drawn
