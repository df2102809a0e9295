# SPDX-License-Identifier: GPL-3.0-only
"""Settings every test needs: no screen, no sandbox as root, French off unless asked, no keyring of the person."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault(
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "--disable-gpu --disable-logging --log-level=3 --autoplay-policy=no-user-gesture-required"
    " --force-webrtc-ip-handling-policy=default_public_and_private_interfaces",  # as the programs do
)
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

REAL_PROGRAMS = (
    "tests/end2end/",
    "tests/faults/",
    "tests/talks/",
    "tests/fidelity/",
    "tests/unit/expert_app/",  # whole desks and kiosks beside a real hub
    "tests/unit/session/media/",  # engines in real time
)

IN_REAL_TIME = ("tests/end2end/", "tests/faults/", "tests/talks/call/")
"""Never two of these at once: with `--dist loadgroup` one worker has them, the other what waits more than it works."""


@pytest.hookimpl(tryfirst=True)  # before the workers look at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories of real programs, servers and windows get one more try: a busy machine may starve them once.

    The summary names every second try ("R"), so that none stays unnoticed.
    """
    for item in items:
        if item.nodeid.startswith(IN_REAL_TIME):
            item.add_marker(pytest.mark.xdist_group("in real time"))
        if item.nodeid.startswith(REAL_PROGRAMS):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
