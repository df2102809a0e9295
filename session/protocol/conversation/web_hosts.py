# SPDX-License-Identifier: GPL-3.0-only
"""One way to write a host, so that two ways to write the same one compare as equal.
Used by the list of addresses and by the rules of the kiosk's web proxy. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

import idna

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_MOST_LETTERS = 253
_ONE_SCRIPT = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one word of East Asia mixes (UTS 39, section 5.2)."""


def canonical_host(text: str) -> str:
    """The host as it goes over the line (RFC 5891): small letters, A-labels, no dot at the end,
    numbers as `ipaddress` writes them; "" for what is no host.

    Octal, hexadecimal, shortened and whole-number forms of an IPv4 address are no hosts: the
    browser has already read them (WHATWG URL, section 3.5), so whoever still sends one lies.
    """
    host = text.lower()
    if "%" in host:  # an escaped letter, or a scope (RFC 6874)
        return ""
    if ":" in host or host.startswith("["):
        return _ipv6(host)
    host = _ascii(host).removesuffix(".")
    labels = host.split(".")
    if len(host) > _MOST_LETTERS or not all(map(_LABEL.fullmatch, labels)):
        return ""
    if _is_number(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return ""
    return host


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The number that a canonical host is; None when it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_look_alike(host: str) -> bool:
    """A canonical host with a label that no registry gives out (RFC 5891), or that mixes
    scripts, as a Cyrillic letter among Latin ones.
    """
    return any(_mixes(label) for label in host.split(".") if label.startswith("xn--"))


def _ipv6(host: str) -> str:
    if host.startswith("[") and host.endswith("]"):
        inner = host[1:-1]
    else:
        inner = host
    try:
        return str(ipaddress.IPv6Address(inner))
    except ValueError:
        return ""


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def _is_number(label: str) -> bool:
    """True if a browser reads a host with this last label as IPv4 (WHATWG URL, section 3.5)."""
    return label.isdigit() or re.fullmatch(r"0x[0-9a-f]*", label) is not None


def _mixes(label: str) -> bool:
    try:
        text = idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return True
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}
    return len(scripts) > 1 and not scripts <= _ONE_SCRIPT
