# SPDX-License-Identifier: GPL-3.0-only
"""A certificate authority and a server's certificate for tests, made by the program's own
helper.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expert_app.hub.certificates import make_ca, make_certificate


@dataclass(frozen=True)
class TlsFiles:
    ca: Path
    certificate: Path
    key: Path


def tls_files(folder: Path, hosts: tuple[str, ...] = ("localhost", "127.0.0.1")) -> TlsFiles:
    ca = make_ca(folder)
    certificate, key = make_certificate(folder, list(hosts))
    return TlsFiles(ca, certificate, key)
