# SPDX-License-Identifier: GPL-3.0-only
"""The end of a server's certificate, and a new one that takes its place while everything runs.
Used by the hub's program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from session.core.clock import Clock
from session.core.errors import CertificateUnusable, SessionError
from session.core.signals import Signal
from session.protocol.hub.invitation import fingerprint_of

log = logging.getLogger(__name__)

POLL_S = 3.0
"""Between two looks at the file."""

SOON_DAYS = 30
"""From when on a certificate that ends wants a person's attention."""


def certificates_in(file: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file, the server's own first.

    Raises:
        CertificateUnusable: the file cannot be read or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateUnusable(file=str(file)) from error


class _Found(NamedTuple):
    text: bytes
    ends_at: datetime
    authority: str


class CertificateState(NamedTuple):
    """What the file said.

    Attributes:
        days: whole days until the first of its certificates ends, below 0 when it has; None
            without any.
        authority: fingerprint of the authority of ours at its end; "" for none.
    """

    days: int | None
    authority: str


class CertificateWatch:
    """One server's certificate file.

    Args:
        file: PEM; the authority's certificates stand behind the server's. None where there is none.
        take: gives the server the new certificate; may raise a `SessionError`, then it is tried
            again.

    Attributes:
        checked: the file was read.
    """

    def __init__(
        self, file: Path | None, *, take: Callable[[], Awaitable[None]], clock: Clock
    ) -> None:
        self.checked: Signal[CertificateState] = Signal()
        self._file = file
        self._take = take
        self._clock = clock
        self._found: _Found | None = None

    @property
    def days_left(self) -> int | None:
        """Whole days until the first certificate of the file ends, below 0 when it has; None when
        there is none.
        """
        if self._found is None:
            return None
        return (self._found.ends_at - self._clock.utc_now()).days

    async def run(self) -> None:
        """Looks at the file every few seconds."""
        while True:
            await self.poll()
            await asyncio.sleep(POLL_S)

    async def poll(self) -> None:
        """Looks once; a certificate that the server does not have yet is given to it."""
        if self._file is None:
            return
        try:
            certificate = await asyncio.to_thread(_read, self._file)
            if self._found is not None and certificate.text != self._found.text:
                await self._take()
                log.info("the server shows its new certificate")
            self._found = certificate
        except SessionError as error:
            log.warning("a certificate is not taken: %s %s", error.code, error.detail)
        authority = self._found.authority if self._found is not None else ""
        self.checked.emit(CertificateState(self.days_left, authority))


def _read(file: Path) -> _Found:
    """Raises `CertificateUnusable`."""
    certificates = certificates_in(file)
    last = certificates[-1]
    if last.issuer == last.subject:
        authority = fingerprint_of(last.public_bytes(Encoding.DER))
    else:
        authority = ""
    return _Found(
        file.read_bytes(),
        min(certificate.not_valid_after_utc for certificate in certificates),
        authority,
    )
