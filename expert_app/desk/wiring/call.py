# SPDX-License-Identifier: GPL-3.0-only
"""Connects the controls of the call with those who do what they say."""

from __future__ import annotations

from expert_app.desk.app import DeskApp
from expert_app.desk.wiring.chat_and_privacy import ChatAndPrivacyConnections
from expert_app.desk.wiring.conversation import ConversationConnections
from expert_app.desk.wiring.life_size import LifeSize
from expert_app.desk.wiring.line import LineConnections
from views.desk.acts import CallAct, CallPress, CallSwitch, Switch
from views.desk.window import DeskWindow


class CallConnections:
    """One place for every button of the call."""

    def __init__(
        self,
        window: DeskWindow,
        app: DeskApp,
        *,
        conversation: ConversationConnections,
        privacy: ChatAndPrivacyConnections,
        line: LineConnections,
        life_size: LifeSize,
    ) -> None:
        self._window = window
        self._app = app
        self._conversation = conversation
        self._line = line
        self._life_size = life_size
        self._switches = {
            CallSwitch.MICROPHONE: conversation.set_microphone,
            CallSwitch.CAMERA: conversation.set_camera,
            CallSwitch.PRIVACY: privacy.set_privacy,
            CallSwitch.SIGN_LANGUAGE: line.set_sign_language,
            CallSwitch.LIFE_SIZE: life_size.switch,
        }
        window.call.acted.connect(self._on_act)

    def _on_act(self, act: CallAct) -> None:
        match act:
            case Switch(what, on):
                self._switches[what](on)
            case CallPress.HANG_UP:
                self._app.hang_up()
            case CallPress.WRITE:
                self._window.columns.open_chat()
            case CallPress.CALL_AGAIN:
                self._conversation.call_again()
            case CallPress.SHOW_QUALITY:
                self._line.toggle_panel()
            case CallPress.CALIBRATE:
                self._life_size.calibrate()
