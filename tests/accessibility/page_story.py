# SPDX-License-Identifier: GPL-3.0-only
"""The caller's page at the desk, for a screen reader: the real mirror with a form, and the keyboard
that moves in the caller's browser. Used by `tests.accessibility.windows`.
"""

from __future__ import annotations

from session.core.clock import ManualClock
from session.protocol.conversation.messages import Grant, PageShown
from tests.support.screens.mirrored import DECLARATION, focus_text, ids_in, page_text
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView

EPOCH = 1


class StoryPage:
    """The agent's side of a shared page."""

    def __init__(self) -> None:
        self.window = SharedPageView(MirrorPane(), ManualClock())
        self.window.set_addresses(["https://caisse.example/"])
        self.window.show_grants(dict.fromkeys(Grant, True))
        self.window.show_sharing(True)
        self.window.show_page(
            PageShown(
                epoch=EPOCH,
                address="https://caisse.example/",
                title="Mes droits",
                width_px=640,
                height_px=480,
            )
        )
        self.window.mirror.feed(page_text(*DECLARATION), EPOCH)

    def acts(self) -> None:
        """The agent takes the page in hand."""
        self.window.tools.choose(Tool.CONTROL)

    def goes_on(self) -> None:
        """The keyboard comes to the field with an error."""
        node = ids_in(page_text(*DECLARATION))["tel"]
        self.window.mirror.feed(focus_text(node, 2), EPOCH)
