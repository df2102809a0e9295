# SPDX-License-Identifier: GPL-3.0-only
"""A certificate authority and a server's certificate for tests, made by the program's own
helper.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expert_app.hub.certificates import CA_CERTIFICATE, make_ca, make_certificate


@dataclass(frozen=True)
class TlsFiles:
    ca: Path
    certificate: Path
    key: Path


def tls_files(
    folder: Path, hosts: tuple[str, ...] = ("localhost", "127.0.0.1"), *, again: str = ""
) -> TlsFiles:
    """`again`: another certificate of the authority that is there, with files of this name."""
    ca = folder / CA_CERTIFICATE
    if not ca.exists():
        make_ca(folder)
    names = [again, *hosts] if again else list(hosts)
    certificate, key = make_certificate(folder, names)
    return TlsFiles(ca, certificate, key)
