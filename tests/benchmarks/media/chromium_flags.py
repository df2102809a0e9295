# SPDX-License-Identifier: GPL-3.0-only
"""What every Chromium of the bench is started with. Imported by its peers before QtWebEngine is."""

from __future__ import annotations

import os

FLAGS = (
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--force-webrtc-ip-handling-policy=default",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-gpu",
    "--no-sandbox",
)


def set_flags() -> None:
    """No screen, no sandbox (the bench runs as root), and no slowing down of a page that nobody
    looks at.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(FLAGS)
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
