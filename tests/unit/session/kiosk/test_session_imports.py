# SPDX-License-Identifier: GPL-3.0-only
"""Who builds a kiosk or a desk of their own loads neither a window nor a media engine with it,
whatever of these packages they use.
"""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import session.bus, session.desk, session.kiosk
for package in (session.bus, session.desk, session.kiosk):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            print(module.name)
print(*sys.modules)
"""
HEAVY = {"PyQt6", "numpy", "aiortc", "av"}


def test_the_ends_of_a_session_load_no_window_and_no_media_engine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, timeout=60
    )
    assert {"session.desk.session", "session.kiosk.session"} <= set(done.stdout.split())
    assert HEAVY & set(done.stdout.split()) == set()
