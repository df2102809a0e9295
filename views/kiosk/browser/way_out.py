# SPDX-License-Identifier: GPL-3.0-only
"""The one way out of the caller's browser: what Chromium is told, and who knows the password.

Used by the process of the caller's browser (flags, before the engine starts) and by `profile`.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6 import sip
from PyQt6.QtCore import QUrl
from PyQt6.QtNetwork import QAuthenticator
from PyQt6.QtWebEngineCore import QWebEnginePage


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """A proxy on 127.0.0.1 (`session.kiosk.web_proxy`), and its password."""

    port: int
    secret: str

    def flags(self) -> tuple[str, ...]:
        """Return the flags for Chromium; each one closes a way that goes past a proxy.

        By itself, Chromium speaks to loopback addresses directly, sends UDP for WebRTC and
        QUIC, and asks for names, of its own accord or because a page hints that it may need
        them.
        """
        return (
            f"--proxy-server=http://127.0.0.1:{self.port}",
            "--proxy-bypass-list=<-loopback>",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
            "--disable-quic",
            "--dns-prefetch-disable",
            # quoted, because the engine takes its flags apart at spaces
            '"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"',
        )

    def keep_to(self, page: QWebEnginePage) -> None:
        """Gives the proxy its password when it asks."""
        page.proxyAuthenticationRequired.connect(self._on_proxy_asks)

    def _on_proxy_asks(self, address: QUrl, authenticator: QAuthenticator, proxy: str) -> None:
        if proxy in ("127.0.0.1", f"127.0.0.1:{self.port}"):
            authenticator.setUser("kiosk")
            authenticator.setPassword(self.secret)
        else:
            give_nothing(address, authenticator)


def give_nothing(_address: QUrl, authenticator: QAuthenticator) -> None:
    """Answers a site that wants a password with none at all; an untouched `authenticator` would be
    sent as an empty name with an empty password.
    """
    sip.assign(authenticator, QAuthenticator())
