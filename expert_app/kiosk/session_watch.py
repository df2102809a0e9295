# SPDX-License-Identifier: GPL-3.0-only
"""Shows a session's facts on the kiosk's screen and notes them for whoever drives.
Used by `expert_app.kiosk.app`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from expert_app.runtime.observations import Observations, Value
from session.kiosk.cobrowse.remote_control import Acted
from session.kiosk.devices.print_preview import ShownPrint
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    MediaSeen,
    PageOffered,
    PageShown,
    PrintChanged,
    PrintState,
    ScanEnded,
    ScanKind,
    ScanRequested,
    ScanSource,
)
from session.protocol.endpoints.chat import Line
from session.protocol.hub.third_parties import TalkAnswer

PRINT_NOTICES = {
    PrintState.SENT: "printing",
    PrintState.PRINTING: "printing",
    PrintState.DONE: "take_sheet",
}


class SessionScreen(Protocol):
    """What the kiosk's window shows of a session."""

    def show_media(self, seen: bool, heard: bool) -> None: ...  # noqa: D102
    def show_talk(self, answer: TalkAnswer) -> None: ...  # noqa: D102
    def show_page(self, visible: bool) -> None: ...  # noqa: D102
    def show_written(self, lines: tuple[Line, ...]) -> None: ...  # noqa: D102
    def show_private(self, on: bool) -> None: ...  # noqa: D102
    def show_own_pause(self, on: bool) -> None: ...  # noqa: D102
    def show_grants(self, grants: Mapping[Grant, bool]) -> None: ...  # noqa: D102
    def show_times(self, left_s: Mapping[Grant, float]) -> None: ...  # noqa: D102
    def ask_grant(self, grant: Grant) -> None: ...  # noqa: D102
    def end_question(self, grant: Grant) -> None: ...  # noqa: D102
    def show_print(self, shown: ShownPrint) -> None: ...  # noqa: D102
    def end_print(self, print_id: str) -> None: ...  # noqa: D102
    def show_devices_notice(self, code: str) -> None: ...  # noqa: D102


class SessionWatch:
    """Connects one session's facts to the screen."""

    def __init__(
        self, session: KioskSession, screen: SessionScreen, *, observations: Observations
    ) -> None:
        self._session, self._screen, self._observations = session, screen, observations
        self._is_file = False
        session.talk.changed.connect(self._on_talk)
        session.written.changed.connect(self._on_written)
        session.privacy.changed.connect(self._on_private)
        session.privacy.caller_changed.connect(screen.show_own_pause)
        session.grants.asked.connect(self._on_asked)
        session.grants.settled.connect(screen.end_question)
        session.grants.changed.connect(self._on_grant)
        session.call.media_seen.connect(self._on_media)
        session.call.peer_media_seen.connect(self._on_peer_media)
        session.page.page_told.connect(self._on_page)
        session.show.painted.connect(lambda page: self._observations.note("document", page=page))
        session.control.acted.connect(self._on_acted)
        session.devices.scan_started.connect(self._on_scan_started)
        session.devices.scan_ended.connect(self._on_scan_ended)
        session.devices.page_offered.connect(self._on_page_offered)
        session.devices.print_changed.connect(self._on_print)
        session.devices.showing.asked.connect(self._on_print_shown)
        session.devices.showing.ended.connect(screen.end_print)

    def _on_talk(self, answer: TalkAnswer) -> None:
        self._screen.show_talk(answer)
        third = answer.talk.third
        self._observations.note(
            "talk",
            held=answer.talk.held,
            third=third.user if third is not None else "",
            third_state=third.state.value if third is not None else "",
        )

    def _on_written(self, lines: tuple[Line, ...]) -> None:
        self._screen.show_written(lines)
        self._observations.note("written", lines=len(lines))

    def _on_private(self, on: bool) -> None:
        self._screen.show_private(on)
        self._observations.note("private", on=on)

    def _on_asked(self, grant: Grant) -> None:
        self._screen.ask_grant(grant)
        self._observations.note("grant_asked", grant=grant.value)

    def _on_grant(self, change: GrantChanged) -> None:
        self._screen.show_grants(self._session.grants.all())
        self._screen.show_times(self._session.grants.all_left_s())
        if change.grant == Grant.SEE_PAGE:
            self._screen.show_page(change.allowed)
        if change.grant == Grant.SCAN:
            self._screen.show_devices_notice("place_document" if change.allowed else "")
        self._observations.note(f"grant_{change.grant.value}", allowed=change.allowed)

    def _on_media(self, seen: MediaSeen) -> None:
        values: dict[str, Value] = {
            "frames": seen.frames,
            "width_px": seen.width_px,
            "height_px": seen.height_px,
            "checksum": seen.checksum,
            "first_frame_ms": seen.first_frame_ms,
        }
        if seen.frames:
            self._observations.note("first_video", **values)
        self._observations.note(
            "media", audio_packets=seen.audio_packets, audio_level=seen.audio_level, **values
        )

    def _on_peer_media(self, seen: MediaSeen) -> None:
        self._screen.show_media(seen.frames > 0, seen.audio_packets > 0)

    def _on_page(self, page: PageShown) -> None:
        self._observations.note(
            "page_shown", address=page.address, title=page.title, epoch=page.epoch
        )

    def _on_acted(self, acted: Acted) -> None:
        self._observations.note(f"acted_{acted.command}", code=acted.code)

    def _on_scan_started(self, scan: ScanRequested) -> None:
        self._is_file = scan.source is ScanSource.FILE
        if not self._is_file:  # then the screen asks
            self._screen.show_devices_notice("scanning")
        self._observations.note("scanning", kind=scan.kind.value)

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._screen.show_devices_notice(ended.code or ("given" if self._is_file else "scanned"))

    def _on_page_offered(self, offer: PageOffered) -> None:
        if offer.kind == ScanKind.PAGE:
            self._observations.note(
                "page_offered", page=offer.page_id, sha256=offer.sha256, size_bytes=offer.size_bytes
            )

    def _on_print_shown(self, shown: ShownPrint) -> None:
        self._screen.show_print(shown)
        self._observations.note(
            "print_shown", print=shown.print_id, pages=shown.pages, copies=shown.copies
        )

    def _on_print(self, change: PrintChanged) -> None:
        notice = change.code or PRINT_NOTICES.get(change.state, "")
        self._screen.show_devices_notice(notice)
        self._observations.note(
            "print", state=change.state.value, job_id=change.job_id, code=change.code
        )
