# SPDX-License-Identifier: GPL-3.0-only
"""Builds what the agent sees and hears of the desk. Used by `expert_app.desk.wiring.program`."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtWidgets import QApplication

from expert_app.desk.parts import DeskParts
from expert_app.runtime.window_program import own_application
from views.desk.call_view import CallView
from views.desk.devices.view import DevicesView
from views.desk.dossier.view import DossierView
from views.desk.queue.view import DeskQueueView
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import SharedPageView
from views.desk.window import DeskWindow
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.media.video_pane import VideoPane


@dataclass(frozen=True, kw_only=True)
class DeskScreen:
    """The desk's window, and those parts of it that are connected one by one."""

    application: QApplication
    window: DeskWindow
    mirror: MirrorPane
    video: VideoPane
    ring: Ring
    notification: DesktopNotification


def build_screen(parts: DeskParts) -> DeskScreen:
    """Makes the window in the look that this person chose; it is not shown yet."""
    mirror, video = MirrorPane(fits_width=True, begins_later=True), VideoPane()
    window = DeskWindow(
        queue=DeskQueueView(parts.clock),
        call=CallView(video, parts.clock),
        cobrowse=SharedPageView(mirror, parts.clock),
        dossier=DossierView(parts.clock),
        devices=DevicesView(),
        settings=parts.window_settings,
        clock=parts.clock,
    )
    if parts.window_settings.is_fixed("theme"):
        window.header.theme.hide()
    window.queue.facts.set_agent(parts.settings.user)
    return DeskScreen(
        application=own_application(),
        window=window,
        mirror=mirror,
        video=video,
        ring=Ring(window),
        notification=DesktopNotification(window),
    )
