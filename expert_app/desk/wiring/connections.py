# SPDX-License-Identifier: GPL-3.0-only
"""Connects the desk's screen with the desk's jobs, one area after the other.
Used by `expert_app.desk.wiring.program`.
"""

from __future__ import annotations

from dataclasses import dataclass

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import AskFirst
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.parts import DeskParts
from expert_app.desk.wiring.agent_work import AgentWorkConnections
from expert_app.desk.wiring.announcements import DeskAnnouncements
from expert_app.desk.wiring.appointments import AppointmentConnections
from expert_app.desk.wiring.chat_and_privacy import ChatAndPrivacyConnections
from expert_app.desk.wiring.conversation import ConversationConnections
from expert_app.desk.wiring.devices import DevicesConnections
from expert_app.desk.wiring.dossier import DossierConnections
from expert_app.desk.wiring.life_size import LifeSize
from expert_app.desk.wiring.line import LineConnections
from expert_app.desk.wiring.palette import PaletteConnections
from expert_app.desk.wiring.pieces import (
    GuideConnections,
    PieceConnections,
    ReceiptConnections,
)
from expert_app.desk.wiring.screen import DeskScreen
from expert_app.desk.wiring.shown_documents import ShownDocumentConnections
from expert_app.desk.wiring.third_parties import ThirdPartyConnections
from expert_app.desk.wiring.window import WindowConnections
from expert_app.workplace.wiring.desk_choices import DeskChoices
from expert_app.workplace.wiring.memos import MemoConnections
from session.core.errors import SessionError
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


@dataclass(frozen=True, kw_only=True)
class DeskConnections:
    """The connections of one desk. They live as long as this object: Qt holds none of them."""

    window: WindowConnections
    work: AgentWorkConnections
    memos: MemoConnections
    announcements: DeskAnnouncements
    conversation: tuple[object, ...]
    paper: tuple[object, ...]
    appointments: AppointmentConnections
    palette: PaletteConnections
    choices: DeskChoices


def connect_desk(parts: DeskParts, jobs: DeskJobs, screen: DeskScreen) -> DeskConnections:
    """Connects everything; the window's own connections come first, the others may add to them."""
    first = AskFirst(jobs.app)
    window = WindowConnections(
        screen.window,
        screen.ring,
        app=jobs.app,
        filing=jobs.filing,
        link=parts.link,
    )
    work = AgentWorkConnections(
        screen.window,
        screen.ring,
        app=jobs.app,
        work=jobs.work,
        filing=jobs.filing,
        user=parts.settings.user,
        settings=parts.window_settings,
        notification=screen.notification,
    )
    work.follow_guide(jobs.guide)
    parts.link.reservation_ended.connect(work.show_reservation_ended)

    def on_seal_refused(error: SessionError) -> None:
        window.show_trouble(error.code, error.detail, "seal")

    jobs.sessions.seal_refused.connect(on_seal_refused)
    jobs.app.session_ended.connect(lambda _ended: parts.bus.set_beat_message(None))
    conversation = _connect_conversation(parts, jobs, screen, window, first)
    paper = _connect_paper(parts, jobs, screen, first)
    palette = PaletteConnections(
        screen.window, jobs, link=parts.link, settings=parts.window_settings
    )
    return DeskConnections(
        window=window,
        work=work,
        memos=_connect_memos(parts, jobs, screen),
        conversation=conversation,
        paper=paper,
        appointments=AppointmentConnections(
            screen.window,
            jobs,
            organisation=parts.settings.organisation,
            agent=parts.settings.user,
            show_missed=work.show_missed,
        ),
        announcements=DeskAnnouncements(
            screen.window, app=jobs.app, work=jobs.work, devices=jobs.devices, filing=jobs.filing
        ),
        palette=palette,
        # the last: it gives every shortcut that there is the keys of this person
        choices=DeskChoices(
            screen.window,
            screen.ring,
            notification=screen.notification,
            store=parts.window_settings,
        ),
    )


def _connect_memos(parts: DeskParts, jobs: DeskJobs, screen: DeskScreen) -> MemoConnections:
    window = screen.window
    memos = MemoConnections(
        jobs.memos,
        window.memos.views,
        clock=parts.clock,
        messages=window.messages,
        show_unread=window.header.show_unread,
        open_thread=window.memos.open_thread,
        in_conversation=lambda: jobs.app.session is not None,
    )
    window.idle.acted.connect(memos.on_act)
    return memos


def _connect_conversation(
    parts: DeskParts,
    jobs: DeskJobs,
    screen: DeskScreen,
    messages: WindowConnections,
    ask_first: AskFirst,
) -> tuple[object, ...]:
    window, video, app = screen.window, screen.video, jobs.app
    media, settings = parts.media, parts.window_settings
    conversation = ConversationConnections(
        window,
        screen.mirror,
        video=video,
        app=app,
        media=media,
        tasks=parts.tasks,
        ask_first=ask_first,
    )
    life_size = LifeSize(window, video, app=app, settings=settings, own_frame=media.own_frame)
    line = LineConnections(window, app, clock=parts.clock)
    privacy = ChatAndPrivacyConnections(
        window, video, app=app, application=screen.application, third_parties=jobs.third_parties
    )
    call = CallConnections(
        window,
        app,
        conversation=conversation,
        privacy=privacy,
        line=line,
        life_size=life_size,
    )
    third_parties = ThirdPartyConnections(
        window, jobs, link=parts.link, media=media, ring=screen.ring, desk=messages
    )
    return call, third_parties


def _connect_paper(
    parts: DeskParts, jobs: DeskJobs, screen: DeskScreen, ask_first: AskFirst
) -> tuple[object, ...]:
    window, app = screen.window, jobs.app
    return (
        DevicesConnections(window.devices, jobs, ask_first=ask_first),
        DossierConnections(window, jobs, link=parts.link),
        PieceConnections(window, jobs, ask_first=ask_first),
        ReceiptConnections(window, jobs),
        ShownDocumentConnections(window, jobs, link=parts.link),
        GuideConnections(
            window,
            app,
            guide=jobs.guide,
            documents=jobs.shown_documents,
            ask_first=ask_first,
        ),
    )
