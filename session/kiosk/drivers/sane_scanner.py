# SPDX-License-Identifier: GPL-3.0-only
"""A scanner that only SANE knows. For kiosks on Linux, where the device speaks no eSCL."""

from __future__ import annotations

from collections.abc import Mapping

from session.kiosk.drivers.worker_scanner import WorkerScanner

LIBRARY = "libsane.so.1"


class SaneScanner(WorkerScanner):
    """One SANE device.

    Args:
        device: SANE's name of it, e.g. "genesys:libusb:001:004".
        library: file name of SANE's library.
        environment: added to the worker's, e.g. `SANE_CONFIG_DIR`.
        quiet_s, cancel_s, options: as `WorkerScanner`.
    """

    def __init__(
        self,
        device: str,
        *,
        quiet_s: float = 30.0,
        cancel_s: float = 5.0,
        options: Mapping[str, str | int | float | bool] | None = None,
        environment: Mapping[str, str] | None = None,
        library: str = LIBRARY,
    ) -> None:
        worker = ("session.kiosk.drivers.sane_worker", library)
        super().__init__(
            worker,
            f"SANE {device}",
            device=device,
            quiet_s=quiet_s,
            cancel_s=cancel_s,
            options=options,
            environment=environment,
        )
