# SPDX-License-Identifier: GPL-3.0-only
"""The caller's acts during a conversation, done in the session that runs.
`expert_app.kiosk.wiring.window` connects pages and panels to it.
"""

from __future__ import annotations

from expert_app.kiosk.running_session import RunningSession
from session.kiosk.call.consent import KioskGrants
from session.kiosk.caller_acts import (
    ActForCaller,
    AnswerQuestion,
    CallerAct,
    Choice,
    ConfirmPrint,
    GiveFile,
    ReadBanner,
    ReadWords,
    SayWords,
    SetPause,
    Touch,
    WithdrawGrant,
)
from session.protocol.conversation.messages import ReadAs


class CallerRequests:
    """Does nothing while no session runs."""

    def __init__(self, running: RunningSession) -> None:
        self._running = running

    def on_act(self, act: CallerAct) -> None:
        """Does what concerns the conversation."""
        session = self._running.session
        if session is None:
            return
        _act_on_grants(session.grants, act)
        match act:
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


def _act_on_grants(grants: KioskGrants, act: CallerAct) -> None:
    match act:
        case Touch.STOP:
            grants.withdraw_all()
        case Touch.HERE:
            grants.note_life()
        case Choice.LISTEN:
            grants.note_life(ReadAs.HEARD)
        case AnswerQuestion(question=question, given=given):
            grants.answer(question, given)
        case ActForCaller(mandate=mandate):
            grants.act_for_caller(mandate)
        case WithdrawGrant(grant=grant):
            grants.withdraw(grant)
