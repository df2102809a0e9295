# SPDX-License-Identifier: GPL-3.0-only
"""Connects a session's conversations (call, consent, shared page and what is done in it) with the
desk's window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from expert_app.desk.app import ASKING, DeskApp, DeskTrouble
from expert_app.desk.ask_first import FILL, POINT, AskFirst
from expert_app.runtime.media_engines import DeskMedia
from resources.texts import _
from session.core.tasks import Tasks
from session.desk.cobrowse.remote_control import DeskRemoteControl
from session.desk.session import DeskSession
from session.media.engine import MediaState
from session.protocol.conversation.messages import (
    CameraChanged,
    Grant,
    GrantChanged,
    GrantReason,
    MediaSeen,
    QuestionWaits,
    WaitReason,
)
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.conversation.remote_control import HistoryStep
from views.desk.acts import CallLater, PhoneAct, PhonePress
from views.desk.call_controls import CallState, Quality
from views.desk.grants_control import GRANT_WORDS
from views.desk.shared_page import acts
from views.desk.shared_page.acts import MovePointer, OpenAddress, PageAct, PagePress
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow
from views.media.video_pane import VideoPane, absent_words, own_absent_words
from views.widgets.message_bar import Level

ABSENT, REFUSED, OWN_DEVICES = "devices absent", "power refused", "own camera absent"
WAITS = "question waits"


class RemoteControlConnections:
    """The view on one side; on the other the session that is open."""

    def __init__(self, view: SharedPageView, app: DeskApp, *, ask_first: AskFirst) -> None:
        self._view = view
        self._app = app
        self._ask_first = ask_first
        view.pointer.acted.connect(self._on_command)
        view.tools.acted.connect(self._on_tool_act)
        app.session_opened.connect(self._follow)

    def _on_command(self, act: acts.CommandAct) -> None:
        if self._app.session is None:
            return
        control = self._app.session.control
        match act:
            case acts.ClickPage(spot):
                control.click(spot)
            case acts.ScrollAt(spot, right_px, down_px):
                control.scroll(spot, right_px, down_px)
            case acts.TypeText(text):
                control.type(text)
            case acts.PressPageKey(key):
                control.press(key)
            case acts.ChooseOption(epoch, node, index):
                control.choose(epoch, node, index)
            case acts.WriteValue(epoch, node, value):
                control.set_value(epoch, node, value)
            case acts.ProposeValue(epoch, node, value):
                control.propose(epoch, node, value)
            case acts.FrameNode(epoch, node):
                control.highlight(epoch, node)
            case acts.DrawArrow(start, end):
                control.draw_arrow(start, end)
            case acts.RemoveMarks():
                control.remove_marks()

    def _on_tool_act(self, act: acts.ToolAct) -> None:
        match act:
            case acts.TakeTool(tool):
                self._take(tool)
            case acts.GoInHistory(step):
                self._ask_first.do(FILL, self._go, step)
            case acts.ZoomPage(steps):
                self._ask_first.do(FILL, self._zoom, steps)

    def _go(self, step: HistoryStep) -> None:
        if self._app.session is not None:
            self._app.session.control.go(step)

    def _zoom(self, steps: int) -> None:
        if self._app.session is not None:
            self._app.session.control.zoom(steps)

    def _take(self, tool: Tool) -> None:
        """The tool is in hand when the caller has said yes."""
        if tool is Tool.CONTROL:
            powers = FILL
        else:
            powers = POINT
        self._ask_first.do(powers, self._view.tools.choose, tool)

    def _follow(self, session: DeskSession) -> None:
        control: DeskRemoteControl = session.control
        control.answered.connect(self._view.pointer.show_answer)
        control.paused.connect(lambda _left_s: self._view.pointer.show_paused())


class ConversationConnections:
    """Connects each session as it opens; the agent's acts go to the session that is open."""

    def __init__(
        self,
        window: DeskWindow,
        mirror: MirrorPane,
        *,
        video: VideoPane,
        app: DeskApp,
        media: DeskMedia,
        tasks: Tasks,
        ask_first: AskFirst,
    ) -> None:
        self._ask_first = ask_first
        self._window = window
        self._mirror = mirror
        self._video = video
        self._app = app
        self._media = media
        self._tasks = tasks
        assert isinstance(window.cobrowse, SharedPageView)
        self._cobrowse = window.cobrowse
        self._microphone_on = self._camera_on = True
        self._seconds = QTimer(window)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self._show_times)
        self._seconds.start()
        media.show(video)
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(lambda ended: self._cobrowse.clear())
        app.number_opened.connect(lambda opened: window.conversation.header.show_number(*opened))
        app.troubled.connect(self._on_trouble)
        self._connect_requests()

    # ---- requests of the agent ----

    def _connect_requests(self) -> None:
        window, app = self._window, self._app
        window.conversation.header.grants.wanted.connect(self._ask_first.ask)
        window.phone.acted.connect(self._on_phone_act)
        self._cobrowse.acted.connect(self._on_page_act)
        self._ask_first.asked.connect(self._on_asked)
        self._ask_first.refused.connect(self._on_refused)
        self._remote_control = RemoteControlConnections(
            self._cobrowse, app, ask_first=self._ask_first
        )
        self._mirror.engine.resources.asked.connect(self._on_resource)

    def _on_phone_act(self, act: PhoneAct) -> None:
        match act:
            case PhonePress.REACHED:
                self._app.hang_up()
            case PhonePress.NOT_REACHED:
                self._app.finish("not_reached")
            case CallLater(minutes):
                self._app.call_later(minutes)

    def _on_asked(self, grants: tuple[Grant, ...]) -> None:
        self._window.messages.clear(REFUSED)
        session = self._app.session
        if session is not None:
            self._show_asked([grant for grant in grants if not session.grants.allowed(grant)])
            self._show_times()

    def _show_asked(self, grants: Sequence[Grant]) -> None:
        self._window.conversation.header.grants.show_asked(grants)
        if Grant.SEE_PAGE in grants:
            self._cobrowse.show_asked()

    def _on_refused(self, refused: tuple[tuple[Grant, ...], bool]) -> None:
        """A no is seen and heard."""
        grants, answered = refused
        if answered:
            sentence = _("The caller said no: {powers}")
        else:
            sentence = _("No answer, so no: {powers}")
        powers = ", ".join(_(GRANT_WORDS[grant][0]) for grant in grants)
        self._window.messages.show_message(
            Level.WARNING, sentence.format(powers=powers), key=REFUSED
        )
        if len(grants) == 1:
            QApplication.beep()

    def set_microphone(self, on: bool) -> None:
        """Switch the agent's microphone."""
        if self._app.session is not None:
            self._app.session.call.set_microphone(on)
            self._microphone_on = on
            self._app.session.third_parties.set_own(camera_on=self._camera_on, microphone_on=on)
            self._window.call.controls.devices.show(microphone_on=on, camera_on=self._camera_on)

    def set_camera(self, on: bool) -> None:
        """Switch the agent's camera."""
        if self._app.session is not None:
            self._app.session.call.set_camera(on)
            self._camera_on = on
            self._app.session.third_parties.set_own(camera_on=on, microphone_on=self._microphone_on)
            self._window.call.controls.devices.show(microphone_on=self._microphone_on, camera_on=on)

    def call_again(self) -> None:
        """Set voice and picture up again."""
        if self._app.session is not None:
            self._app.session.call.request_call()

    def _on_page_act(self, act: PageAct) -> None:
        session = self._app.session
        match act:
            case PagePress.ASK_TO_SEE:
                self._ask_first.ask(Grant.SEE_PAGE)
            case OpenAddress(address):
                self._app.open_address(address)
            case MovePointer(x, y) if session is not None:
                session.page.move_pointer(x, y)
            case PagePress.HIDE_POINTER if session is not None:
                session.page.hide_pointer()
            case PagePress.DRAW_ANEW if session is not None:
                session.page.request_snapshot()

    def _on_resource(self, address: str) -> None:
        if self._app.session is not None:
            self._tasks.start(
                self._bring_resource(self._app.session, address), name="picture of the shared page"
            )

    async def _bring_resource(self, session: DeskSession, address: str) -> None:
        data, media_type = await session.page.fetch(address)
        self._mirror.engine.resources.give(address, data, media_type)

    # ---- facts of a session ----

    def _on_opened(self, session: DeskSession) -> None:
        self._microphone_on = self._camera_on = True
        self._video.show_peer_devices(True, True)
        self._window.messages.clear(ABSENT)
        self._on_own_devices((True, True))
        self._media.main.set_microphone(True)
        self._media.main.set_camera(True)
        session.third_parties.set_own(camera_on=True, microphone_on=True)
        self._video.show_state(MediaState.NEW)  # it shows the end of the call before
        self._window.show_session(session.facts)
        self._window.call.controls.devices.show(microphone_on=True, camera_on=True)
        self._window.dossier.show_loading()
        self._window.devices.show_grants({Grant.KEEP: session.grants.may_keep})
        self._cobrowse.clear()
        facts = session.facts
        self._cobrowse.set_addresses(facts.allowed_addresses, facts.home_address)
        self._follow_call(session)
        self._follow_page(session)
        session.grants.changed.connect(lambda change: self._on_grant(session, change))
        session.grants.waits.connect(self._on_waits)

    def _follow_call(self, session: DeskSession) -> None:
        call = session.call
        call.state_changed.connect(self._on_call_state)
        call.media_seen.connect(self._on_media)
        call.peer_simulated.connect(lambda simulated: self._show_simulated(caller=simulated))
        call.peer_camera_changed.connect(self._on_peer_camera)
        call.own_devices_changed.connect(self._on_own_devices)

    def _show_simulated(self, caller: bool) -> None:
        self._video.show_simulated(caller, self._media.main.simulated_camera)

    def _on_call_state(self, state: MediaState) -> None:
        self._video.show_state(state)
        if state is MediaState.CLOSED:
            self._window.messages.clear(ABSENT)
            self._window.messages.clear(OWN_DEVICES)
        self._window.call.controls.show_state(CallState(state.value))

    def _on_media(self, media: MediaSeen) -> None:
        stats = self._media.main.stats()
        lost = stats.lost / max(1, stats.packets + stats.lost)
        self._window.call.controls.show_quality(
            _quality(lost), f"{stats.width_px} × {stats.height_px}"
        )

    def _on_own_devices(self, presence: tuple[bool, bool]) -> None:
        """The agent reads what of it the caller cannot see or hear; the caller is told by the call
        itself.
        """
        camera_there, microphone_there = presence
        self._video.show_own_camera(camera_there)
        words = own_absent_words(camera_there, microphone_there)
        if words:
            self._window.messages.show_message(Level.WARNING, words, key=OWN_DEVICES)
        else:
            self._window.messages.clear(OWN_DEVICES)

    def _on_peer_camera(self, change: CameraChanged) -> None:
        self._video.show_peer_camera(change.camera_on)
        self._video.show_peer_devices(change.camera_there, change.microphone_there)
        words = absent_words(change.camera_there, change.microphone_there)
        if words:
            self._window.messages.show_message(Level.WARNING, words, key=ABSENT)
        else:
            self._window.messages.clear(ABSENT)

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        # nobody was asked: the button comes back
        if trouble.key == ASKING and self._app.session is not None:
            self._show_grants(self._app.session)

    def _on_waits(self, waits: QuestionWaits) -> None:
        words = {
            WaitReason.NOT_MET: _(
                "The caller is asked once you have seen or heard each other for three seconds, or "
                "a line that you wrote has stood on the kiosk as long."
            ),
            WaitReason.TOO_OFTEN: _(
                "Four questions in a minute had no yes. The caller is asked this one in a moment."
            ),
        }
        self._window.messages.show_message(Level.INFO, words[waits.reason], key=WAITS)

    def _on_grant(self, session: DeskSession, change: GrantChanged) -> None:
        if change.reason is not GrantReason.TOLD:
            self._window.messages.clear(WAITS)
        self._show_grants(session)
        self._ask_first.settle(session, change)

    def _show_grants(self, session: DeskSession) -> None:
        grants = session.grants.all()
        for panel in (
            self._window.conversation.header.grants,
            self._window.devices,
            self._cobrowse,
        ):
            panel.show_grants(grants)
        asking = [
            grant
            for grant, is_given in grants.items()
            if not is_given and session.grants.asking(grant)
        ]
        self._show_asked(asking)
        self._show_times()

    def _show_times(self) -> None:
        if self._app.session is not None:
            powers, control = self._app.session.grants, self._window.conversation.header.grants
            control.show_times(powers.all_left_s())
            asking = {grant: powers.answer_left_s(grant) for grant in Grant if powers.asking(grant)}
            control.show_asking(asking)
            self._window.devices.show_asking(asking)
            self._cobrowse.tools.show_asking(asking)

    # ---- shared page ----

    def _follow_page(self, session: DeskSession) -> None:
        page = session.page
        page.events_received.connect(self._on_events)
        page.page_shown.connect(self._cobrowse.show_page)
        page.sharing_changed.connect(self._on_sharing)
        page.address_refused.connect(self._cobrowse.show_refused)
        page.dialog_shown.connect(self._cobrowse.dialog.show_dialog)
        page.dialog_closed.connect(self._cobrowse.dialog.end_dialog)
        page.pointer_shown.connect(self._cobrowse.show_pointer)

    def _on_events(self, events: MirrorEvents) -> None:
        if not self._mirror.engine.is_behind:
            self._mirror.feed(events.text, events.epoch, events.sheets)
        elif self._app.session is not None:
            self._app.session.page.draw_anew()

    def _on_sharing(self, sharing: bool) -> None:
        self._cobrowse.show_sharing(sharing)
        self._window.conversation.show_sharing(sharing)


def _quality(lost: float) -> Quality:
    if lost < 0.01:
        return Quality.GOOD
    if lost < 0.04:
        return Quality.MEDIUM
    return Quality.BAD
