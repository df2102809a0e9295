# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a kiosk for the script that drives it; made only with `--driven`.

It listens to the signals that the kiosk's parts have anyway. No part of the kiosk knows it.
"""

from __future__ import annotations

from functools import partial

from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.waiting_elsewhere import KioskElsewhere
from expert_app.runtime.observations import Observations, Value
from expert_app.runtime.sealing import KioskSealing
from session.kiosk.call.consent import Question
from session.kiosk.cobrowse.remote_control import Acted
from session.kiosk.devices.given_files import OfferedFile
from session.kiosk.hub.client import KioskLink
from session.kiosk.hub.host_call import HostCall
from session.kiosk.session import KioskSession
from session.kiosk.wipe import Swept
from session.protocol.conversation.messages import (
    GrantChanged,
    KioskWiped,
    MediaSeen,
    PageOffered,
    PageShown,
    PrintChanged,
    ScanKind,
    ScanRequested,
)
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import (
    ServicesAnswer,
    SessionEnded,
    TicketAnswer,
    TicketChanged,
)
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket


def observe_kiosk(
    app: KioskApp,
    link: KioskLink,
    *,
    sealing: KioskSealing,
    host_call: HostCall,
    observations: Observations,
) -> None:
    """Connects observers to the kiosk's job; each of its sessions is observed too."""
    _KioskObserver(observations).observe(app, link)
    _observe_elsewhere(app.elsewhere, observations)
    host_call.changed.connect(lambda state: observations.note("help", state=state.value))
    sealing.protected.connect(
        lambda told: observations.note("sealed", session=told.session_id, sealed=told.sealed)
    )
    app.session_opened.connect(partial(_observe_session, observations))


class _KioskObserver:
    """What happens between sessions, and the session's begin and end."""

    def __init__(self, observations: Observations) -> None:
        self._observations = observations

    def observe(self, app: KioskApp, link: KioskLink) -> None:
        link.connection_changed.connect(
            lambda connected: self._observations.note("connection", connected=connected)
        )
        app.swept.connect(self._on_swept)
        app.services_shown.connect(self._on_services)
        app.ticket_shown.connect(self._on_ticket)
        app.session_ended.connect(self._on_session_ended)
        app.wiped.connect(self._on_wiped)
        app.trouble_changed.connect(self._on_trouble)

    def _on_swept(self, swept: Swept) -> None:
        self._observations.note("swept", files=swept.files_removed, left_over=swept.left_over)

    def _on_services(self, offer: ServicesAnswer) -> None:
        closed = sum(service.closed for service in offer.services)
        self._observations.note("services_shown", services=len(offer.services), closed=closed)

    def _on_ticket(self, answer: TicketAnswer | TicketChanged) -> None:
        self._observations.note(
            "ticket",
            id=answer.ticket.id,
            number=answer.ticket.number,
            position=answer.position,
            state=answer.ticket.state.value,
        )

    def _on_session_ended(self, ended: SessionEnded) -> None:
        self._observations.note(
            "session_ended", session=ended.session_id, by=ended.by, reason=ended.reason
        )

    def _on_wiped(self, wiped: KioskWiped) -> None:
        self._observations.note(
            "kiosk_wiped",
            pages_removed=wiped.pages_removed,
            files_removed=wiped.files_removed,
            profile_removed=wiped.profile_removed,
            left_over=wiped.left_over,
        )

    def _on_trouble(self, code: str) -> None:
        if code:
            self._observations.note("trouble", code=code)
        else:
            self._observations.forget("trouble")


def _observe_elsewhere(elsewhere: KioskElsewhere, observations: Observations) -> None:
    def on_stepped_away(ticket: Ticket) -> None:
        observations.note("stepped_away", ticket=ticket.id, number=ticket.number, how=ticket.away)

    elsewhere.stepped_away.connect(on_stepped_away)
    elsewhere.returns_shown.connect(
        lambda tickets: observations.note("returns_shown", tickets=tickets)
    )
    elsewhere.slip_printed.connect(
        lambda slip: observations.note("slip_printed", number=slip[0], job_id=slip[1])
    )


def _observe_session(observations: Observations, session: KioskSession) -> None:
    facts = session.facts
    observations.note("session_opened", session=facts.id, ticket=facts.ticket_id, agent=facts.agent)
    _SessionObserver(observations).observe(session)
    _DevicesObserver(observations).observe(session)


class _SessionObserver:
    """The call, consent and the shared page."""

    def __init__(self, observations: Observations) -> None:
        self._observations = observations

    def observe(self, session: KioskSession) -> None:
        session.third_parties.changed.connect(self._on_talk)
        session.chat.changed.connect(self._on_chat)
        session.privacy.changed.connect(lambda on: self._observations.note("private", on=on))
        session.grants.asked.connect(self._on_asked)
        session.grants.changed.connect(self._on_grant)
        session.call.media_seen.connect(self._on_media)
        session.page.page_announced.connect(self._on_page)
        session.show.painted.connect(lambda page: self._observations.note("document", page=page))
        session.control.acted.connect(self._on_acted)

    def _on_talk(self, answer: TalkAnswer) -> None:
        third = answer.talk.third
        self._observations.note(
            "talk",
            held=answer.talk.held,
            third=third.user if third is not None else "",
            third_state=third.state.value if third is not None else "",
        )

    def _on_chat(self, lines: tuple[ChatLine, ...]) -> None:
        self._observations.note("written", lines=len(lines))

    def _on_asked(self, question: Question) -> None:
        self._observations.note("grant_asked", grant=" ".join(question))

    def _on_grant(self, change: GrantChanged) -> None:
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

    def _on_page(self, page: PageShown) -> None:
        self._observations.note(
            "page_shown", address=page.address, title=page.title, epoch=page.epoch
        )

    def _on_acted(self, acted: Acted) -> None:
        self._observations.note(f"acted_{acted.command}", code=acted.code)


class _DevicesObserver:
    """Scanner, printer and the caller's files."""

    def __init__(self, observations: Observations) -> None:
        self._observations = observations

    def observe(self, session: KioskSession) -> None:
        session.devices.scan_started.connect(self._on_scan_started)
        session.devices.page_offered.connect(self._on_page_offered)
        session.devices.print_changed.connect(self._on_print)
        if session.files is not None:
            session.files.asked.connect(self._on_files)

    def _on_scan_started(self, scan: ScanRequested) -> None:
        self._observations.note("scanning", kind=scan.kind.value)

    def _on_page_offered(self, offer: PageOffered) -> None:
        if offer.kind == ScanKind.PAGE:
            self._observations.note(
                "page_offered", page=offer.page_id, sha256=offer.sha256, size_bytes=offer.size_bytes
            )

    def _on_print(self, change: PrintChanged) -> None:
        self._observations.note(
            "print", state=change.state.value, job_id=change.job_id, code=change.code
        )

    def _on_files(self, files: tuple[OfferedFile, ...]) -> None:
        self._observations.note("files_shown", files=len(files))
