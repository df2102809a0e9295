# SPDX-License-Identifier: GPL-3.0-only
"""The caller's acts, done by the kiosk's job or in the session that runs.
`expert_app.kiosk.wiring.window` connects pages and panels to it.
"""

from __future__ import annotations

from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.running_session import RunningSession
from session.kiosk.caller_acts import (
    ActForCaller,
    AnswerQuestion,
    AskCallback,
    CallerAct,
    CallService,
    ComeBack,
    ConfirmPrint,
    EnterNumber,
    GiveFile,
    RateTalk,
    ReadBanner,
    ReadWords,
    SayWords,
    SetPause,
    StepAway,
    Touch,
    WithdrawGrant,
)


class CallerRequests:
    """Does what the caller touched, or hands it on to what does it.

    Args:
        app: the kiosk's job, for the place in the queue.
        running: the session that runs; while none does, nothing happens in it.
    """

    def __init__(self, app: KioskApp, running: RunningSession) -> None:
        self._app = app
        self._running = running

    def on_queue_act(self, act: CallerAct) -> None:
        """Does what concerns the caller's place in the queue."""
        app = self._app
        match act:
            case CallService(service=service):
                app.press(service)
            case EnterNumber(number=number):
                app.enter_number(number)
            case Touch.NO_NUMBER:
                app.skip_number()
            case Touch.LEAVE:
                app.leave()
            case StepAway(how=how, phone=phone):
                app.step_away(how, phone)
            case AskCallback(service=service, phone=phone):
                app.ask_callback(service, phone)
            case Touch.RETURN:
                app.show_returns()
            case ComeBack(number=number):
                app.come_back(number)
            case Touch.SLIP:
                app.print_slip()
            case RateTalk(solved=solved):
                app.send_solved(solved)

    def on_talk_act(self, act: CallerAct) -> None:
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
