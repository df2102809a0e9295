# SPDX-License-Identifier: GPL-3.0-only
"""A dossier with 5,000 documents on the desk's screen: processor until its list is painted, and
the memory that this takes. A program of its own, so that nothing else is counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil

from tests.benchmarks.table import Row

DOCUMENTS = 5_000
GOAL_MS, GOAL_MB = 150, 20
BEFORE_MS, BEFORE = 874, "500 documents, a widget each"


def rows() -> list[Row]:
    """Opened once, as an agent does it."""
    line = subprocess.run(
        [sys.executable, "-m", __name__],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    case = f"dossier with {DOCUMENTS} documents: open"
    typed = f"dossier with {DOCUMENTS} documents: first letter of a search"
    return [
        Row(case, "processor ms", float(line[0]), BEFORE_MS, BEFORE, GOAL_MS),
        Row(case, "MB", float(line[1]), goal=GOAL_MB),
        Row(typed, "processor ms", float(line[2]), goal=GOAL_MS),
    ]


def main() -> None:
    """Prints milliseconds, megabytes, and the milliseconds of a letter."""
    from PyQt6.QtWidgets import QApplication

    from session.core.clock import ManualClock
    from tests.support.screens.dossier_scenes import FILED
    from tests.support.screens.invented import DOSSIER, NOW
    from views.desk.dossier.view import DossierView
    from views.widgets.theme import apply_theme

    application = QApplication([])
    apply_theme(application, False)
    view = DossierView(ManualClock(NOW))
    view.documents.resize(400, 700)
    view.documents.show()
    view.show_dossier(DOSSIER)
    view.documents.grab()
    process = psutil.Process()
    before_bytes, began_s = process.memory_info().rss, time.process_time()
    view.show_dossier(FILED)
    view.documents.grab()
    open_ms = (time.process_time() - began_s) * 1000
    taken_mb = (process.memory_info().rss - before_bytes) / 1e6
    began_s = time.process_time()
    view.documents.words.setText("q")
    view.documents.grab()
    typed_ms = (time.process_time() - began_s) * 1000
    print(f"{open_ms:.0f} {taken_mb:.1f} {typed_ms:.0f}")


if __name__ == "__main__":
    main()
