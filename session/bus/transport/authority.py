# SPDX-License-Identifier: GPL-3.0-only
"""Certificates of authorities: that of a network is fetched, known by the fingerprint of an
invitation, and what a file or a message has is examined. Used by the enrolment and the programs.

The server shows its chain before anything is believed (RFC 8446, section 4.4.2). Only a certificate
with the fingerprint is taken, and only as an authority: the connection that carries the code is
another one, which checks the server by it, names included. Whoever stands between can show the
authority's certificate, but nothing that it has signed.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from session.bus.transport.tls import CLEAR, check_addresses
from session.core.errors import AuthorityDiffers, BusCertificateRefused, BusUnreachable
from session.protocol.hub.invitation import fingerprint_of

log = logging.getLogger(__name__)

FETCH_S = 8.0
"""Longest wait for one server."""

TRIES = 5

PORTS = {"tls": 4222, "wss": 443}


async def fetch_authority(addresses: Sequence[str], fingerprint: str) -> str:
    """The authority's certificate (PEM); "" when all addresses are in clear, on this machine.

    Raises:
        BusNotSafe: an address in clear text beyond this machine.
        AuthorityDiffers: a server answers and shows no certificate with this fingerprint.
        BusUnreachable: none answers.
        BusCertificateRefused: this Python cannot read what a server shows.
    """
    check_addresses(addresses)
    encrypted = [address for address in addresses if urlsplit(address).scheme not in CLEAR]
    if not encrypted:
        return ""
    stranger = ""
    for address in encrypted:
        try:
            async with asyncio.timeout(FETCH_S):
                chain = await _chain_of(address)
        except (OSError, TimeoutError) as error:
            log.info("no certificate from the network: %s", type(error).__name__)
            continue
        for certificate in chain:
            if hmac.compare_digest(fingerprint_of(certificate), fingerprint):
                return ssl.DER_cert_to_PEM_cert(certificate)
        stranger = address
    if stranger:
        raise AuthorityDiffers(address=stranger)
    raise BusUnreachable


async def _chain_of(address: str) -> list[bytes]:
    """See `_chain`; a busy machine or a lossy line may need more than one try: nats-server speaks
    in clear to whoever says nothing for a while (its setting `handshake_first`).
    """
    for _again in range(TRIES - 1):
        try:
            return await _chain(address)
        except ssl.SSLError:
            log.info("the server spoke first: once more")
    return await _chain(address)


async def _chain(address: str) -> list[bytes]:
    """Return what the server shows (DER), its own certificate first.
    Nothing of it is believed.
    """
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    if urlsplit(address).scheme == "wss":
        return await _chain_over_https(address, looking)
    parts = urlsplit(address)
    _reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or PORTS["tls"], ssl=looking, server_hostname=parts.hostname
    )
    try:
        return _shown(writer.get_extra_info("ssl_object"))
    finally:
        writer.transport.abort()


async def _chain_over_https(address: str, looking: ssl.SSLContext) -> list[bytes]:
    """The same through the HTTP proxy that the system names."""
    import aiohttp

    from session.bus.transport.system_proxy import proxy_for

    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(
                address, ssl=looking, proxy=proxy_for(address)
            ) as connected:
                return _shown(connected.get_extra_info("ssl_object"))
        except aiohttp.ClientError as error:
            raise ConnectionError from error


def _shown(encrypted: Any) -> list[bytes]:
    """Needs Python 3.13 (`ssl.SSLSocket.get_unverified_chain`); before, the authority's file is
    given by hand, and the refusal says so.
    """
    get_chain = getattr(encrypted, "get_unverified_chain", None)
    if get_chain is None:
        raise BusCertificateRefused
    return list(get_chain())


def authority_in(certificate: str) -> x509.Certificate | None:
    """Return the authority that this text (PEM) is; None when it is none that could sign now."""
    try:
        authority = x509.load_pem_x509_certificate(certificate.encode())
        authority.verify_directly_issued_by(authority)
        bounds = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return None
    is_now = authority.not_valid_before_utc <= datetime.now(UTC) < authority.not_valid_after_utc
    if bounds.ca and is_now:
        return authority
    return None


def fingerprints_in(text: bytes) -> list[str]:
    """Return the fingerprints of the certificates of a PEM file; none of a file without any."""
    with suppress(ValueError):
        certificates = x509.load_pem_x509_certificates(text)
        return [fingerprint_of(each.public_bytes(Encoding.DER)) for each in certificates]
    return []
