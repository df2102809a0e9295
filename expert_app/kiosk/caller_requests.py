# SPDX-License-Identifier: GPL-3.0-only
"""The caller's acts during a conversation, done in the session that runs.
`expert_app.kiosk.wiring.window` connects pages and panels to it.
"""

from __future__ import annotations

from expert_app.kiosk.running_session import RunningSession
from session.kiosk.caller_acts import (
    ActForCaller,
    AnswerQuestion,
    CallerAct,
    ConfirmPrint,
    GiveFile,
    ReadBanner,
    ReadWords,
    SayWords,
    SetPause,
    Touch,
    WithdrawGrant,
)


class CallerRequests:
    """Does nothing while no session runs."""

    def __init__(self, running: RunningSession) -> None:
        self._running = running

    def on_act(self, act: CallerAct) -> None:
        """Does what concerns the conversation."""
        session = self._running.session
        if session is None:
            return
        match act:
            case Touch.STOP:
                session.grants.withdraw_all()
            case AnswerQuestion(question=question, given=given):
                session.grants.answer(question, given)
            case ActForCaller(mandate=mandate):
                session.grants.act_for_caller(mandate)
            case WithdrawGrant(grant=grant):
                session.grants.withdraw(grant)
            case ConfirmPrint(print_id=print_id, is_wanted=is_wanted):
                session.devices.showing.answer(print_id, is_wanted)
            case GiveFile(file_id=file_id) if session.files is not None:
                session.files.answer(file_id)
            case SayWords(text=text):
                session.chat.send(text)
            case ReadWords(words_id=words_id):
                session.chat.shown(words_id)
            case ReadBanner(user=user):
                session.third_parties.banner_painted(user)
            case SetPause(on=on):
                session.privacy.set_by_caller(on)
