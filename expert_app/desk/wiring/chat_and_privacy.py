# SPDX-License-Identifier: GPL-3.0-only
"""Connects privacy pause, chat and push-to-talk with the desk's window."""

from __future__ import annotations

from PyQt6.QtWidgets import QApplication

from expert_app.desk.app import DeskApp
from expert_app.desk.third_parties import ThirdPartyJob
from resources.texts import _
from session.desk.session import DeskSession
from session.protocol.conversation.chat_and_privacy import PrivacyShown
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import SessionEnded
from views.desk.window import DeskWindow
from views.media.push_to_talk import PushToTalk
from views.media.video_pane import VideoPane
from views.widgets.message_bar import Level

PRIVATE = "privacy pause"


class ChatAndPrivacyConnections:
    """Window on one side, the running session on the other.

    Args:
        third_parties: has our visit in somebody else's conversation, if there is one.
    """

    def __init__(
        self,
        window: DeskWindow,
        video: VideoPane,
        *,
        app: DeskApp,
        application: QApplication,
        third_parties: ThirdPartyJob,
    ) -> None:
        self._third_parties = third_parties
        self._window = window
        self._video = video
        self._app = app
        self._unread = 0
        self._push_to_talk = PushToTalk(application)
        self._push_to_talk.held.connect(self._on_held)
        window.chat.send_requested.connect(self._on_send)
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(self._on_ended)

    def _on_opened(self, session: DeskSession) -> None:
        self._unread = 0
        self._show_private(False)
        self._window.chat.show_lines(())
        self._window.chat.set_in_session(not session.facts.phone)
        self._window.columns.show_unread(0)
        session.chat.changed.connect(self._window.chat.show_lines)
        session.chat.received.connect(lambda line: self._on_received(session, line))
        session.privacy.changed.connect(self._show_private)
        session.privacy.confirmed.connect(
            lambda privacy: self._on_confirmed(privacy, session.privacy.mine)
        )

    def _on_ended(self, ended: SessionEnded) -> None:
        self._show_private(False)
        self._window.chat.set_in_session(False)

    # ---- written words ----

    def _on_send(self, text: str) -> None:
        if self._app.session is not None:
            self._app.session.chat.send(text)

    def _on_received(self, session: DeskSession, line: ChatLine) -> None:
        session.chat.shown(line.words_id)
        if self._window.side.is_open(self._window.chat):
            self._unread = 0
        else:
            self._unread += 1
        self._window.columns.show_unread(self._unread)

    # ---- privacy pause ----

    def set_privacy(self, on: bool) -> None:
        """Begin or end the agent's privacy pause."""
        if self._app.session is not None:
            self._app.session.privacy.set(on)
            if on:
                words = _("Privacy pause: the kiosk is asked to hide faces and page…")
                self._window.messages.show_message(Level.INFO, words, key=PRIVATE)

    def _show_private(self, on: bool) -> None:
        session = self._app.session
        self._video.show_private(on)
        self._window.call.show_private(on, mine=on and session is not None and session.privacy.mine)
        if not on:
            self._window.messages.clear(PRIVATE)

    def _on_confirmed(self, privacy: PrivacyShown, mine: bool) -> None:
        self._window.call.show_private(privacy.on, mine=mine)
        if not privacy.on:
            self._window.messages.clear(PRIVATE)
            return
        words = _(
            "Privacy pause: neither you nor the caller sees faces or page. The sound goes on."
        )
        if privacy.caller:
            words = _(
                "The caller has begun a privacy pause: neither of you sees faces or page. The "
                "sound goes on."
            )
            words += " " + (
                _("It ends when both of you have ended it.") if mine else _("The caller ends it.")
            )
        self._window.messages.show_message(Level.WARNING, words, key=PRIVATE)

    # ---- push-to-talk ----

    def _on_held(self, is_held: bool) -> None:
        """The switch stays as it is: only what is sent changes."""
        if (visit := self._third_parties.visit) is not None:
            if not self._window.visit_view.microphone_on:
                visit.speak(is_held)
                self._window.visit_view.show_speaking(is_held)
            return
        session = self._app.session
        if session is None or self._window.call.controls.devices.microphone_on:
            return
        session.call.speak(is_held)
        session.third_parties.speak(is_held)
        self._window.call.controls.devices.show_speaking(is_held)
