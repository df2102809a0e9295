# SPDX-License-Identifier: GPL-3.0-only
"""The one certificate that a scanner or printer must show: the one seen when it was set up.
Used by `session.kiosk.devices.addresses` and by `expert-app kiosk-devices`.

Devices sign their own certificates, with names and dates that nobody maintains.
So the certificate itself is what is trusted, as it lies in the kiosk's folder; another one is
refused, whoever signed it.
"""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path


class CertificateWrong(Exception):
    """A certificate file cannot be used; the text says why."""


def trust_only(certificate: Path) -> ssl.SSLContext:
    """A context for exactly the device whose PEM certificate this is.

    Raises:
        CertificateWrong: no such file, or no certificate in it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # bound to the certificate, not to an address that changes
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cafile=str(certificate))
    except (OSError, ssl.SSLError) as error:
        raise CertificateWrong(f"{certificate}: {error}") from error
    return context


def seen_certificate(host: str, port: int, timeout_s: float = 5.0) -> str:
    """The PEM certificate that a device shows now, for the person who sets the kiosk up to check.
    Raises `OSError`.
    """
    return ssl.get_server_certificate((host, port), timeout=timeout_s)


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate, as devices print it: "AB:12:..."."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def is_untrusted(error: BaseException) -> bool:
    """The failure of a connection comes from the certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return isinstance(cause, ssl.SSLCertVerificationError)
        cause = cause.__cause__ or cause.__context__
    return False
