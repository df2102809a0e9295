# SPDX-License-Identifier: GPL-3.0-only
"""The authorities whose certificates of the bus a program believes, and one more that the hub gives
it. Used by the programs.

A network changes its authority like this (RFC 7030, section 4.1.3, carries a new one over the trust
of the old one, too): over a connection that is believed the hub gives the next authority's
certificate; the program writes it into its file beside the one that is there, believes both from
its next connection on, and names both in each sign of life. Only then does the hub's certificate
change.
"""

from __future__ import annotations

import logging
import ssl
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from session.bus.client import BusClient
from session.bus.transport.authority import authority_in, fingerprints_in
from session.bus.transport.nkeys import public_key
from session.core.disk import write_durably
from session.protocol.hub.invitation import fingerprint_of
from session.protocol.hub.requests import AuthorityOffered, HubEvent
from session.protocol.wire.program import AUTHORITIES, KEY_LETTERS, MOST_AUTHORITIES

log = logging.getLogger(__name__)

LEAST_S = 10.0
"""Between two offers that are examined; the hub gives one a minute."""


class Authorities:
    """What a program's file of authorities holds, and what the hub adds to it.

    Args:
        file: `ca_file` of the settings. Where it cannot be written (an administrator's), nothing is
            added, and the signs of life do not name the new authority.
        tls: made from that file; believes what is added from the next connection on.
    """

    def __init__(self, file: Path, tls: ssl.SSLContext) -> None:
        self._file = file
        self._tls = tls
        self._next_s = float("-inf")
        self._warned: set[str] = set()

    def follow(self, bus: BusClient, seed: bytes) -> None:
        """Take what the hub gives on this connection, and name all in its signs of life."""
        key = public_key(seed)[:KEY_LETTERS]

        def tell() -> None:
            names = ",".join(self.fingerprints()[:MOST_AUTHORITIES])
            bus.beat_headers[AUTHORITIES] = f"{key}:{names}"

        def on_event(event: HubEvent) -> None:
            if not isinstance(event, AuthorityOffered):
                return
            if self._is_too_soon(bus.clock.monotonic_s()):
                self._warn(
                    "the hub gives authorities faster than they are examined: the rest is left"
                )
            elif self.add(event.certificate):
                tell()
                bus.beat_soon()

        bus.notifications.connect(on_event)
        tell()

    def _is_too_soon(self, now_s: float) -> bool:
        is_too_soon = now_s < self._next_s
        if not is_too_soon:
            self._next_s = now_s + LEAST_S
        return is_too_soon

    def _warn(self, sentence: str) -> None:
        """Writes a sentence into the log once in the program's life."""
        if sentence not in self._warned:
            self._warned.add(sentence)
            log.warning(sentence)

    def fingerprints(self) -> list[str]:
        """Return those of the file."""
        with suppress(OSError):
            return fingerprints_in(self._file.read_bytes())
        return []

    def add(self, certificate: str) -> bool:
        """Believe one authority more (PEM), and keep it; False when it is none or is not kept."""
        authority = authority_in(certificate)
        if authority is None:
            self._warn("the hub gives something that is no authority")
            return False
        pem = authority.public_bytes(Encoding.PEM)
        try:
            text = self._file.read_bytes()
            names = fingerprints_in(text)
            if fingerprint_of(authority.public_bytes(Encoding.DER)) not in names:
                if len(names) >= MOST_AUTHORITIES:
                    self._warn(f"the file of authorities has {len(names)} already")
                    return False
                file = self._file.resolve()
                write_durably(file, text.rstrip() + b"\n" + pem, file.stat().st_mode & 0o777)
                log.info("the next authority of the network is kept")
        except OSError as error:
            self._warn(f"the next authority of the network is not kept: {error.strerror}")
            return False
        self._tls.load_verify_locations(cadata=pem.decode())
        return True
