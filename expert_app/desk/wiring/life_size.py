# SPDX-License-Identifier: GPL-3.0-only
"""Shows the caller as large as in the room, by the measured screen and what the kiosk reports."""

from __future__ import annotations

from expert_app.desk.app import DeskApp
from session.desk.session import DeskSession
from session.protocol.conversation.line import Geometry
from views.desk.window import DeskWindow
from views.media.calibration_page import CalibrationPage
from views.media.video_pane import FrameGiver, VideoPane
from views.widgets.life_size import ScreenFacts, seen_width_mm
from views.widgets.window_settings import WindowSettings

MM_PER_INCH = 25.4


class LifeSize:
    """Remembers each screen by its name: an agent may work at two desks."""

    def __init__(
        self,
        window: DeskWindow,
        video: VideoPane,
        *,
        app: DeskApp,
        settings: WindowSettings,
        own_frame: FrameGiver,
    ) -> None:
        self._window = window
        self._video = video
        self._app = app
        self._settings = settings
        self._peer: Geometry | None = None
        self._on = settings.read("life_size/on") == "yes"
        self._page = CalibrationPage(
            self.screen_facts(), self._guess(), own_frame=own_frame, parent=window
        )
        self._page.facts_changed.connect(self._on_facts)
        window.call.controls.show_life_size(self._on)
        app.session_opened.connect(self._on_opened)
        self._apply()

    def screen_facts(self) -> ScreenFacts:
        """Return what is known of the screen that the window is on."""
        values = self._settings.read(self._key()).split()
        try:
            scale, camera_x, fov_deg, distance_mm = map(float, values)
        except ValueError:
            return ScreenFacts()
        return ScreenFacts(
            px_per_mm=scale, camera_x=camera_x, camera_fov_deg=fov_deg, distance_mm=distance_mm
        )

    def _key(self) -> str:
        screen = self._window.screen()
        name = "".join(
            letter for letter in (screen.name() if screen is not None else "") if letter.isalnum()
        )
        return f"life_size/screen_{name or 'only'}"

    def _guess(self) -> float:
        """Pixels a millimetre as the system believes: wrong on many screens, a beginning on all."""
        screen = self._window.screen()
        if screen is not None:
            return screen.physicalDotsPerInch() / MM_PER_INCH
        return 4.0

    def switch(self, on: bool) -> None:
        """Show the caller as large as in the room, or as large as the pane."""
        self._on = on
        self._settings.write("life_size/on", "yes" if on else "no")
        if on and not self.screen_facts().px_per_mm:
            self.calibrate()
        self._apply()

    def calibrate(self) -> None:
        """Let the agent measure the screen."""
        self._page.show_facts(self.screen_facts(), self._guess())
        self._page.show()
        self._page.raise_()

    def _on_facts(self, facts: object) -> None:
        if not isinstance(facts, ScreenFacts):
            return
        values = (facts.px_per_mm, facts.camera_x, facts.camera_fov_deg, facts.distance_mm)
        self._settings.write(self._key(), " ".join(f"{value:.4f}" for value in values))
        if self._app.session is not None:
            self._app.session.line.send_geometry(facts.geometry)
        self._apply()

    def _on_opened(self, session: DeskSession) -> None:
        self._peer = None
        self._apply()
        facts = self.screen_facts()
        if facts.px_per_mm:
            session.line.send_geometry(facts.geometry)
        session.line.peer_geometry.connect(self._on_peer)

    def _on_peer(self, geometry: Geometry) -> None:
        if geometry != self._peer:
            self._peer = geometry
            self._apply()

    def _apply(self) -> None:
        facts, screen = self.screen_facts(), self._window.screen()
        camera_x = None
        if facts.px_per_mm and screen is not None:
            camera_x = screen.geometry().x() + facts.camera_x * screen.geometry().width()
        width = None
        if self._on and facts.px_per_mm and self._peer is not None:
            width = seen_width_mm(self._peer) * facts.px_per_mm
        self._video.set_life_size(width, camera_x)
