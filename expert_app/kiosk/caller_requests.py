# SPDX-License-Identifier: GPL-3.0-only
"""The caller's requests during a conversation, handed on to the session that runs.
The wiring connects the window's signals to it.
"""

from __future__ import annotations

from expert_app.kiosk.running_session import RunningSession
from session.kiosk.call.consent import Question
from session.protocol.conversation.messages import Grant


class CallerRequests:
    """Does nothing while no session runs."""

    def __init__(self, running: RunningSession) -> None:
        self._running = running

    def withdraw_all(self) -> None:
        """The caller touched STOP."""
        if (session := self._running.session) is not None:
            session.grants.withdraw_all()

    def answer_question(self, question: Question, answer: Question) -> None:
        """The caller answers a question for consent, with the powers that are given."""
        if (session := self._running.session) is not None:
            session.grants.answer(question, answer)

    def answer_print(self, print_id: str, is_wanted: bool) -> None:
        """The caller says whether the document on the screen shall be printed."""
        if (session := self._running.session) is not None:
            session.devices.showing.answer(print_id, is_wanted)

    def answer_file(self, file_id: str) -> None:
        """The caller chooses a file of the stick to give, or none ("")."""
        if (session := self._running.session) is not None and session.files is not None:
            session.files.answer(file_id)

    def act_for_caller(self, acting: bool, mandate: str) -> None:
        """Somebody who acts for the caller has the screen; their mandate as typed so far."""
        if (session := self._running.session) is not None:
            session.grants.act_for_caller(mandate if acting else None)

    def withdraw_grant(self, grant: Grant) -> None:
        """The caller takes a power back."""
        if (session := self._running.session) is not None:
            session.grants.withdraw(grant)

    def banner_painted(self, user: str) -> None:
        """The screen names the third person now."""
        if (session := self._running.session) is not None:
            session.third_parties.banner_painted(user)

    def write(self, text: str) -> None:
        """The caller answers in writing."""
        if (session := self._running.session) is not None:
            session.chat.send(text)

    def words_painted(self, words_id: str) -> None:
        """The adviser's words stand on the screen."""
        if (session := self._running.session) is not None:
            session.chat.shown(words_id)

    def pause(self, on: bool) -> None:
        """The caller begins or ends a privacy pause."""
        if (session := self._running.session) is not None:
            session.privacy.set_by_caller(on)
