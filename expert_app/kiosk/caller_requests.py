# SPDX-License-Identifier: GPL-3.0-only
"""What a caller wishes inside a session, handed on to the session that runs.
Part of `expert_app.kiosk.app`.
"""

from __future__ import annotations

from collections.abc import Callable

from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import Grant


class SessionWishes:
    """Nothing happens while no session runs.

    Args:
        session: the one that runs now.
    """

    def __init__(self, session: Callable[[], KioskSession | None]) -> None:
        self._session = session

    def withdraw_all(self) -> None:
        """STOP."""
        if (session := self._session()) is not None:
            session.grants.withdraw_all()

    def answer_grant(self, grant: Grant, allowed: bool) -> None:
        """The caller's answer to a question."""
        if (session := self._session()) is not None:
            session.grants.answer(grant, allowed)

    def answer_print(self, print_id: str, wanted: bool) -> None:
        """Whether the caller wants the document that is shown."""
        if (session := self._session()) is not None:
            session.devices.showing.answer(print_id, wanted)

    def act_for_caller(self, acting: bool, mandate: str) -> None:
        """Somebody who acts for the caller has the screen; their mandate as typed so far."""
        if (session := self._session()) is not None:
            session.grants.act_for_caller(mandate if acting else None)

    def withdraw_grant(self, grant: Grant) -> None:
        """The caller takes a power back."""
        if (session := self._session()) is not None:
            session.grants.withdraw(grant)

    def withdraw_control(self) -> None:
        """The caller wants the agent to act in the page no more."""
        for grant in (Grant.CONTROL, Grant.TYPE):
            self.withdraw_grant(grant)

    def banner_painted(self, user: str) -> None:
        """The screen names the third person now."""
        if (session := self._session()) is not None:
            session.talk.banner_painted(user)

    def write(self, text: str) -> None:
        """The caller answers in writing."""
        if (session := self._session()) is not None:
            session.written.say(text)

    def pause(self, on: bool) -> None:
        """The caller begins or ends its own privacy pause."""
        if (session := self._session()) is not None:
            session.privacy.set_by_caller(on)

    def words_painted(self, words_id: str) -> None:
        """The adviser's words stand on the screen."""
        if (session := self._session()) is not None:
            session.written.shown(words_id)
