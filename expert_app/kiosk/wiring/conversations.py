# SPDX-License-Identifier: GPL-3.0-only
"""Connects each conversation of the kiosk with its panes, its line and its quick copies.
Part of `expert_app.kiosk.wiring.program`.
"""

from __future__ import annotations

from expert_app.kiosk.paper_worker import PaperWorker
from expert_app.kiosk.wiring.panes import KioskPanes
from expert_app.kiosk.wiring.session_presenter import SessionPresenter
from expert_app.runtime.config import GeometrySettings
from session.kiosk.hub.line_measurement import LineReports
from session.kiosk.session import KioskSession
from session.protocol.conversation.line import Geometry
from session.protocol.conversation.messages import ScanKind, ScanRequested
from views.widgets.life_size import seen_width_mm


class ConversationWiring:
    """Connects a session that was opened.

    Args:
        place: where the caller sits and what the camera sees.
    """

    def __init__(
        self,
        panes: KioskPanes,
        place: GeometrySettings,
        *,
        line_reports: LineReports,
        paper: PaperWorker,
    ) -> None:
        self._panes = panes
        self._place = place
        self._line_reports = line_reports
        self._paper = paper

    def connect(self, session: KioskSession) -> None:
        """Connects the session; before it starts."""
        place = self._place
        session.line.send_geometry(
            Geometry(camera_fov_deg=place.camera_fov_deg, distance_mm=float(place.distance_mm))
        )
        session.line.peer_geometry.connect(self._on_agent_geometry)
        session.line.sampled.connect(self._line_reports.on_sample)
        session.devices.scan_started.connect(self._on_scan_started)
        panes = self._panes
        SessionPresenter(
            session, panes.visit, call=panes.call, browser=panes.browser, signs=panes.signs
        )

    def _on_agent_geometry(self, geometry: Geometry) -> None:
        """The agent's face as large as in the room, where the screen was measured."""
        if self._place.screen_width_mm:
            self._panes.call.show_life_size(seen_width_mm(geometry) / self._place.screen_width_mm)

    def _on_scan_started(self, scan: ScanRequested) -> None:
        if scan.kind is ScanKind.PAGE:
            self._paper.warm()
