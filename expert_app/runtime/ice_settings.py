# SPDX-License-Identifier: GPL-3.0-only
"""Settings about relays made into what calls and hub use.
Used by the desk, the kiosk, the board, the hub and `doctor`.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from expert_app.runtime.config import MediaSettings, SettingsWrong, TurnSettings
from session.core.clock import Clock
from session.hub.queue.turn_credentials import TurnCredentials
from session.media.ice import IcePlan, IceServer
from session.protocol.hub.invitation import fingerprint_of

NSS_NAME = "poste-expert"


def ice_plan(settings: MediaSettings) -> IcePlan:
    """Which ways calls may take, by a desk's or kiosk's own settings."""
    name, credential = settings.turn_username, settings.turn_password
    servers = (
        IceServer(url=url, username=name, credential=credential) for url in settings.ice_servers
    )
    return IcePlan(
        servers=tuple(servers), relay_only=settings.relay_only, networks=tuple(settings.networks)
    )


def turn_tickets(settings: TurnSettings, clock: Clock, path: Path) -> TurnCredentials:
    """The hub's names and passwords for the relays.
    Raises `SettingsWrong` (`path`) when the secret cannot be read.
    """
    secret = b""
    if settings.secret_file:
        try:
            secret = Path(settings.secret_file).read_bytes().strip()
        except OSError as error:
            raise SettingsWrong(path, f"turn.secret_file: {error.strerror}") from error
    return TurnCredentials(settings.urls, secret, relay_only=settings.relay_only, clock=clock)


def trust_relays(ca_file: str, folder: Path) -> None:
    """Lets this process's relays show certificates of our own authority, beside the system's.

    aioice asks Python's default context, which has no setting but the environment:
    the bundle is written to `folder`.
    """
    if not ca_file or not Path(ca_file).is_file():
        return
    system = ssl.get_default_verify_paths()
    if system.cafile and Path(system.cafile).is_file():
        system_authorities = Path(system.cafile).read_bytes()
    else:
        system_authorities = b""
    bundle = folder / "relay-authorities.pem"
    bundle.write_bytes(system_authorities + b"\n" + Path(ca_file).read_bytes())
    os.environ["SSL_CERT_FILE"] = str(bundle)


def trust_relays_in_browser(ca_file: str, home: Path) -> bool:
    """The same for Chromium, which asks the person's NSS database when it starts;
    True when every authority of the file is known there now.

    Needs `certutil` (Debian: libnss3-tools). On Windows Chromium asks the system's own store, and
    `certutil` is another program.
    """
    tool = shutil.which("certutil")
    if sys.platform == "win32" or not ca_file or tool is None or not Path(ca_file).is_file():
        return False
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True, exist_ok=True)
    base = [tool, "-d", f"sql:{store}"]
    try:
        if not (store / "cert9.db").exists():
            _run([*base, "-N", "--empty-password"])
        # certutil reads one certificate of a file, and an authority's next one has the same name
        for certificate in x509.load_pem_x509_certificates(Path(ca_file).read_bytes()):
            der = certificate.public_bytes(Encoding.DER)
            name = f"{NSS_NAME} {fingerprint_of(der)}"
            _run([*base, "-A", "-t", "C,,", "-n", name], given=der)
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return True


def _run(command: list[str], given: bytes = b"") -> None:
    """Runs a program that reads `given`. Raises `OSError`, `SubprocessError`."""
    subprocess.run(command, check=True, capture_output=True, timeout=20, input=given)
