# SPDX-License-Identifier: GPL-3.0-only
"""A scanner that only Windows Image Acquisition knows.
For kiosks on Windows, where the device speaks no eSCL.

NOT TRIED on a real Windows; see `wia_worker`.
"""

from __future__ import annotations

from session.kiosk.drivers.worker_scanner import WorkerScanner


class WiaScanner(WorkerScanner):
    """One WIA device.

    Args:
        device: its name or WIA id; "" for the first one.
    """

    def __init__(self, device: str, *, quiet_s: float = 90.0, cancel_s: float = 1.0) -> None:
        # A page without a word may take long, and a cancellation is never answered:
        # the worker is killed.
        worker = ("session.kiosk.drivers.wia_worker",)
        super().__init__(
            worker, f"WIA {device}".strip(), device=device, quiet_s=quiet_s, cancel_s=cancel_s
        )
