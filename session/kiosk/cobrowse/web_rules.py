# SPDX-License-Identifier: GPL-3.0-only
"""Rules of what a web page on the kiosk may load, and why an address is refused.
Pure; used by the kiosk's browser pane, which sees whole addresses. What gets past it, or never
asks it, still meets `reach`: the rules of the proxy, which sees hosts, ports and numbers.

Pages and the frames in them come from the session's list. What a page needs to draw itself
(style, pictures, fonts, scripts, answers) may come from anywhere by an encrypted connection,
because nobody can list a partner's suppliers; but never in clear text from a host that is not
listed, and never from the network in which the kiosk stands.
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from session.kiosk.cobrowse.reach import is_inside
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.web_hosts import canonical_host

_INSIDE_PAGE = ("data", "blob", "about")
_ENCRYPTED = ("https", "wss")
_CLEAR = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_PROGRAMS = ("mailto", "tel", "sms", "callto", "skype", "whatsapp", "facetime", "geo", "intent")


class WebRefusal(StrEnum):
    """Why a page does not open here."""

    NOT_LISTED = "not_listed"
    NOT_PROTECTED = "not_protected"
    OTHER_PROGRAM = "other_program"


def why_refused(address: str, allowed: AllowList) -> WebRefusal:
    """The reason to say for an address that `allowed` does not allow as a page."""
    scheme = address.partition(":")[0].lower()
    if scheme in _PROGRAMS:
        return WebRefusal.OTHER_PROGRAM
    if scheme == "http" and allowed.allows("https" + address[4:]):
        return WebRefusal.NOT_PROTECTED
    return WebRefusal.NOT_LISTED


def may_frame(address: str, page: str, allowed: AllowList) -> bool:
    """True if a document may stand in a frame of the page at `page`:
    of its own host, listed, or the page's own.
    """
    return (
        address.partition(":")[0] in _INSIDE_PAGE
        or allowed.allows(address)
        or _same_origin(address, page)
    )


def may_load(address: str, page: str, allowed: AllowList) -> bool:
    """True if the page at `page` may load this to draw itself, or talk to it."""
    scheme = address.partition(":")[0]
    if scheme in _INSIDE_PAGE or allowed.allows(_as_page(address)) or _same_origin(address, page):
        return True
    return scheme in _ENCRYPTED and not is_inside(_host(address))


def _as_page(address: str) -> str:
    scheme, colon, rest = address.partition(":")
    return _CLEAR.get(scheme, scheme) + colon + rest


def _host(address: str) -> str:
    try:
        return canonical_host(urlsplit(address).hostname or "")
    except ValueError:
        return ""


def _same_origin(address: str, page: str) -> bool:
    try:
        first, other = urlsplit(_as_page(address)), urlsplit(page)
        return bool(first.hostname) and (first.scheme, first.hostname, first.port) == (
            other.scheme,
            other.hostname,
            other.port,
        )
    except ValueError:
        return False
