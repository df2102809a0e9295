# SPDX-License-Identifier: GPL-3.0-only
"""Who builds a kiosk or a desk of their own loads neither a window nor a media engine with it."""

from __future__ import annotations

import subprocess
import sys

PARTS = (
    "session.bus.client, session.bus.enrolment, session.kiosk.hub.client, session.kiosk.session, "
    "session.desk.hub.client, session.desk.session"
)
HEAVY = {"PyQt6", "numpy", "aiortc", "av"}


def test_the_ends_of_a_session_load_no_window_and_no_media_engine() -> None:
    script = f"import sys, {PARTS}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert HEAVY & set(done.stdout.split()) == set()
