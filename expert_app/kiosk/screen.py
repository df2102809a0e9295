# SPDX-License-Identifier: GPL-3.0-only
"""What the kiosk's job asks of a screen, without Qt; `views.kiosk.window` is one.
Used by `expert_app.kiosk.app`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from expert_app.kiosk.waiting_elsewhere import Screen as ElsewhereScreen
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant, KioskWiped
from session.protocol.endpoints.chat import Line
from session.protocol.hub.requests import ServicesAnswer, SessionFacts, TicketAnswer, TicketChanged
from session.protocol.hub.third_parties import PassingAnswer, TalkAnswer


class Screen(ElsewhereScreen, Protocol):
    """What the kiosk's window can show; see `views.kiosk.window.KioskWindow`."""

    def show_services(self, answer: ServicesAnswer) -> None: ...  # noqa: D102
    def ask_number(self, kind: str) -> None: ...  # noqa: D102
    def show_calling(self) -> None: ...  # noqa: D102
    def show_ticket(self, answer: TicketAnswer | TicketChanged) -> None: ...  # noqa: D102
    def show_session(self, facts: SessionFacts) -> None: ...  # noqa: D102
    def show_passing(self, answer: PassingAnswer) -> None: ...  # noqa: D102
    def show_talk(self, answer: TalkAnswer) -> None: ...  # noqa: D102
    def show_media(self, seen: bool, heard: bool) -> None: ...  # noqa: D102
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
    def show_goodbye(self, wiped: KioskWiped | None) -> None: ...  # noqa: D102
