# SPDX-License-Identifier: GPL-3.0-only
"""How the programs reach the bus safely:
the check of their settings and the certificates they believe. No Qt.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from expert_app.runtime.config import DeskSettings, DisplaySettings, KioskSettings
from session.bus.transport.tls import check_addresses, client_tls


def tls_for(settings: DeskSettings | KioskSettings | DisplaySettings) -> ssl.SSLContext | None:
    """How the bus's certificate is checked; None for the system's authorities.

    Raises:
        BusNotSafe: an address on another machine without encryption.
        CertificateUnusable: `ca_file` cannot be read or holds no certificate.
    """
    check_addresses(settings.bus)
    return client_tls(Path(settings.ca_file) if settings.ca_file else None)
