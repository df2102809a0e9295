# SPDX-License-Identifier: GPL-3.0-only
"""Whom a connection to the bus believes; no clear text beyond this machine.
Used by bus and programs.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from session.core.errors import (
    BusCertificateExpired,
    BusCertificateNotYetValid,
    BusCertificateOtherName,
    BusCertificateRefused,
    BusNotSafe,
    CertificateUnusable,
)

CLEAR = ("nats", "ws", "")
"""Schemes of addresses without encryption; a bare `host:port` is one too."""

NOT_YET_VALID, HAS_EXPIRED = 9, 10
OTHER_NAMES = (62, 64)
"""OpenSSL's reasons (x509_vfy.h): X509_V_ERR_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED,
_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH.
"""

_END = "-----END CERTIFICATE-----"


def is_loopback(host: str) -> bool:
    """True when `host` never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_addresses(addresses: Sequence[str]) -> None:
    """Refuses addresses in clear text beyond this machine.

    Raises:
        BusNotSafe: `nats://` or `ws://` to another machine, or something that is no address.
    """
    for address in addresses:
        parts = urlsplit(address if "//" in address else f"//{address}")
        if parts.scheme not in (*CLEAR, "tls", "wss") or not parts.hostname:
            raise BusNotSafe(address=address)
        if parts.scheme in CLEAR and not is_loopback(parts.hostname):
            raise BusNotSafe(address=address)


def client_tls(ca_file: Path | None) -> ssl.SSLContext | None:
    """Return the check of the bus's certificate:
    by our own authority's file, or (None) by the system's authorities.

    Raises:
        CertificateUnusable: the file cannot be read or holds no certificate.
    """
    if ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise CertificateUnusable(file=str(ca_file)) from error


def authority_tls(certificate: str) -> ssl.SSLContext:
    """Believes what this authority (PEM) has signed, under the right name, and nothing else.

    Raises:
        CertificateUnusable: this is no certificate.
    """
    try:
        return ssl.create_default_context(cadata=certificate)
    except (ValueError, ssl.SSLError) as error:
        raise CertificateUnusable(file="-") from error


def why_refused(error: ssl.SSLCertVerificationError, now: datetime) -> BusCertificateRefused:
    """Return what is wrong with a certificate that was not believed.

    Args:
        now: of this computer, timezone-aware.
    """
    # aiohttp has its own error around OpenSSL's
    code = getattr(getattr(error, "certificate_error", error), "verify_code", 0)
    here = now.astimezone().strftime("%d/%m/%Y %H:%M")
    if code == NOT_YET_VALID:
        return BusCertificateNotYetValid(here=here)
    if code == HAS_EXPIRED:
        return BusCertificateExpired(here=here)
    if code in OTHER_NAMES:
        return BusCertificateOtherName()
    return BusCertificateRefused()


def pinned_tls(certificate: Path) -> ssl.SSLContext:
    """Believes this one certificate and no other, whatever name it has:
    for the hub beside its own server.

    Raises:
        CertificateUnusable: the file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context(cadata=_first_of(certificate))
    context.check_hostname = False
    # A server's certificate is not an authority:
    # it is believed as it stands (OpenSSL, X509_V_FLAG_PARTIAL_CHAIN).
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def pin_too(context: ssl.SSLContext, certificate: Path) -> None:
    """A context of `pinned_tls` believes this certificate too, from its next connection on.

    Raises:
        CertificateUnusable: the file cannot be read or holds no certificate.
    """
    context.load_verify_locations(cadata=_first_of(certificate))


def _first_of(certificate: Path) -> str:
    """The first certificate of a file, in PEM; those of its authority stand behind it."""
    try:
        first, end, _rest = certificate.read_text(encoding="ascii").partition(_END)
        ssl.create_default_context(cadata=first + end)
    except (OSError, ValueError, ssl.SSLError) as error:
        raise CertificateUnusable(file=str(certificate)) from error
    return first + end
