# SPDX-License-Identifier: GPL-3.0-only
"""The call's page at a desk whose engine is the browser: the bare picture. Lies in a
`views.media.video_pane.VideoPane`.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.media.call_page import LockedCallPage, json_for_script

_TEXTS = (
    "you",
    "youSimulated",
    "simulated",
    "connecting",
    "connectingThird",
    "unstable",
    "agentCameraOff",
    "agentMicrophoneOff",
)


class DeskCallPane(LockedCallPage):
    """Paints the picture and nothing else: the desk paints words and our own picture over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        texts = json_for_script(dict.fromkeys(_TEXTS, ""))
        empty = dict.fromkeys(
            ("__HOLD_TITLE__", "__HOLD_WORDS__", "__PRIVATE_TITLE__", "__PRIVATE_WORDS__"), ""
        )
        super().__init__("desk", {**empty, "__LANG__": _("en"), "__TEXTS__": texts}, parent=parent)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
