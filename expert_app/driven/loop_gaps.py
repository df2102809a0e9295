# SPDX-License-Identifier: GPL-3.0-only
"""How long a window's loop stands still.

Time in which the machine gave our thread no processor is not the loop's fault: the kernel counts it
(proc(5), schedstat), and it is taken off.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, QTimer

TICK_MS = 10


class LoopGaps(QObject):
    """Measures from now on.

    Attributes:
        longest_ms: the longest time between two ticks.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waits = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self.longest_ms = 0.0
        self._at_s = time.monotonic()
        self._waited_s = self._waiting_s()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _waiting_s(self) -> float:
        if self._waits.exists():
            return int(self._waits.read_text().split()[1]) / 1e9
        return 0.0

    def _tick(self) -> None:
        now_s, waited_s = time.monotonic(), self._waiting_s()
        gap_s = now_s - self._at_s - (waited_s - self._waited_s)
        self.longest_ms = max(self.longest_ms, gap_s * 1000)
        self._at_s = now_s
        self._waited_s = waited_s

    def stop(self) -> float:
        """The longest gap, in milliseconds."""
        self._timer.stop()
        return self.longest_ms
