# SPDX-License-Identifier: GPL-3.0-only
"""Parts of a desk or kiosk that need no machine:
an engine that carries nothing, panes that show nothing, a session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from expert_app.desk.filing import Filing
from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed
from session.core.clock import Clock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.third_parties import ThirdPartyClient
from session.desk.session import DeskSession, DeskSessionParts
from session.kiosk.call.video_call import CallMedia
from session.kiosk.session import KioskParts, KioskSession
from session.kiosk.wipe import open_session_folder
from session.log.events import Writer
from session.log.writer import LogWriter
from session.media.call_page import PageEvent
from session.media.engine import MediaState, MediaStats
from session.media.frames import VideoFrame
from session.media.ice import IcePlan
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from session.protocol.conversation.shown_document import Mark
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.talk_state import Talk, Third
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.wire.roles import Role
from tests.support.memory.page_guard import DirectGuard


class QuietEngine:
    """Answers every offer and receives nothing."""

    simulated_camera = True
    camera_there = True
    microphone_there = True

    def __init__(self) -> None:
        self.state_changed: Signal[MediaState] = Signal()

    async def answer(self, offer_sdp: str) -> str:
        return f"answer to {offer_sdp}"

    async def offer(self) -> str:
        return "offer"

    async def accept(self, answer_sdp: str) -> None:
        pass

    async def close_call(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def set_microphone(self, on: bool) -> None:
        pass

    def set_camera(self, on: bool) -> None:
        pass

    def prepare(self) -> None: ...
    def set_ice(self, plan: IcePlan) -> None: ...

    def set_line(self, line_kbps: int) -> None:
        pass

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None:
        pass

    def latest_frame(self) -> VideoFrame | None:
        return None

    def own_frame(self) -> VideoFrame | None:
        return None

    def stats(self) -> MediaStats:
        return MediaStats()


class QuietAsker:
    """Knows of nobody else in a conversation."""

    async def talk(self, session_id: str) -> TalkAnswer:
        return TalkAnswer(session_id=session_id, talk=Talk())

    async def banner_shown(self, session_id: str, third: Third) -> None:
        pass


class QuietCallPage:
    """Runs no script."""

    def __init__(self) -> None:
        self.happened: Signal[PageEvent] = Signal()

    def run(self, script: str) -> Awaitable[object]:
        async def nothing() -> object:
            return None

        return nothing()


class QuietSignal:
    """Never emitted."""

    def connect(self, slot: Callable[..., object], /) -> object:
        return slot

    def disconnect(self, slot: Callable[..., object], /) -> object:
        return slot


class QuietPage:
    """Does nothing in a page that is not there."""

    def __init__(self) -> None:
        self.reported = self.proposal_answered = QuietSignal()

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        on_answer("")

    def click(self, x: float, y: float) -> None:
        pass

    def commit(self, text: str) -> None:
        pass

    def press(self, key: PageKey) -> None:
        pass

    def go(self, step: HistoryStep) -> None:
        pass

    def zoom(self, percent: int) -> None:
        pass

    def show_acting(self, may_act: bool) -> None:
        pass

    def show_active(self) -> None:
        pass

    def show_paused(self) -> None:
        pass

    def highlight(self, document: str, node: int) -> None:
        pass

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        pass

    def remove_marks(self) -> None:
        pass

    def propose(self, field: str, value: str) -> None:
        pass

    def end_proposal(self) -> None:
        pass


class QuietBrowser:
    """Shows nothing; counts how often it was wiped."""

    def __init__(self) -> None:
        self.reported = QuietSignal()
        self.controlled = QuietPage()
        self.wiped = 0

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        pass

    def open(self, address: str) -> bool:
        return True

    def start_sharing(self) -> None:
        pass

    def stop_sharing(self) -> None:
        pass

    def request_snapshot(self) -> None:
        pass

    def show_pointer(self, x: float, y: float) -> None:
        pass

    def hide_pointer(self) -> None:
        pass

    def fetch_resource(self, address: str, on_fetched: Callable[[bytes, str], None]) -> None:
        on_fetched(b"", "")

    def wipe(self, on_wiped: Callable[[bool], None]) -> None:
        self.wiped += 1
        on_wiped(True)


class QuietDocuments:
    """A pane for documents without a screen: every picture is painted at once.

    Attributes:
        shown: (page, bytes) of the page in view; None for none.
        leaks: it keeps a page when it is told to close.
    """

    def __init__(self) -> None:
        self.closed = self.painted = QuietSignal()
        self.shown: tuple[int, bytes] | None = None
        self.leaks = False

    def open_document(self, title: str, pages: int) -> None:
        self.shown = None

    def show_waiting(self, page: int, percent: int) -> None:
        self.shown = None

    def show_picture(self, page: int, data: bytes) -> bool:
        self.shown = (page, data)
        return True

    def show_marks(self, marks: Sequence[Mark]) -> None:
        pass

    def show_pointer(self, x: float, y: float) -> None:
        pass

    def hide_pointer(self) -> None:
        pass

    def close_document(self) -> bool:
        self.shown = self.shown if self.leaks else None
        return self.shown is None


def invented_session(session_id: str = "s1") -> SessionFacts:
    """A conversation of nobody with nobody."""
    return SessionFacts(
        id=session_id,
        ticket_id="t1",
        organisation="valdore",
        service="rights",
        kiosk="kiosk1",
        site="Mairie de Saint-Oyen",
        agent="alice",
        agent_name="Alice M.",
        opened_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )


NOWHERE = "nats://127.0.0.1:1"


async def keep_nothing(first: int, records: list[bytes]) -> int:
    """A log's keeper that has everything at once."""
    return first + len(records)


def desk_session(
    facts: SessionFacts,
    channel: SessionChannel,
    *,
    filing: Filing,
    folder: Path,
    clock: Clock,
    tasks: Tasks,
    resumed: bool = False,
    client: BusClient | None = None,
) -> DeskSession:
    """The real desk's side of a session, with an engine that carries nothing."""
    log = LogWriter(
        facts.id, Writer.DESK, folder=folder, clock=clock, send=keep_nothing, tasks=tasks
    )
    keep = partial(filing.keep, facts.id)
    client = client or BusClient(
        [NOWHERE], Role.AGENT, user=facts.agent, seed=new_seed(), tasks=tasks, clock=clock
    )
    parts = DeskSessionParts(
        engine=QuietEngine(),
        third_party_engine=QuietEngine(),
        third_party_client=ThirdPartyClient(client),
        keep=keep,
        is_kept=filing.is_kept,
        log_writer=log,
        clock=clock,
        tasks=tasks,
        chunk_kbps=240,
        keep_memory=folder / f"keep-{facts.id}",
    )
    return DeskSession(facts, channel, parts=parts, resumed=resumed)


async def one_page(_document: bytes) -> int:
    """Counts the pages of any document: one."""
    return 1


def kiosk_session(
    facts: SessionFacts,
    channel: SessionChannel,
    *,
    browser: QuietBrowser,
    runtime: Path,
    clock: Clock,
    tasks: Tasks,
    resumed: bool,
) -> KioskSession:
    """The real kiosk's side of a session, with panes that show nothing and no devices."""
    parts = KioskParts(
        call_page=QuietCallPage(),
        third_page=QuietCallPage(),
        browser=browser,
        guard=DirectGuard(),
        documents=QuietDocuments(),
        scanner=None,
        printer=None,
        media=CallMedia(),
        chunk_kbps=240,
        page_wrapping_key=bytes(32),
        kiosk_key="KEY",
        count_pages=one_page,
        link=QuietAsker(),
        clock=clock,
        tasks=tasks,
    )
    log = LogWriter(
        facts.id,
        Writer.KIOSK,
        folder=runtime.parent / "logs",
        clock=clock,
        send=keep_nothing,
        tasks=tasks,
    )
    folder = open_session_folder(runtime, facts.id, resumed=resumed)
    return KioskSession(
        facts,
        channel,
        parts=parts,
        folder=folder,
        log_writer=log,
        resumed=resumed,
    )
