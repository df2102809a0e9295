# SPDX-License-Identifier: GPL-3.0-only
"""One host, one spelling; what is no host is none."""

from __future__ import annotations

import pytest

from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.web_hosts import canonical_host, is_look_alike


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("WWW.Caisse.EXAMPLE", "www.caisse.example"),
        ("www.caisse.example.", "www.caisse.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("IMPÔTS.example", "xn--impts-8ta.example"),
        ("１２７.０.０.１", "127.0.0.1"),
        ("caisse。example", "caisse.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[2001:DB8:0:0::1]", "2001:db8::1"),
        ("::FFFF:127.0.0.1", "::ffff:127.0.0.1"),
        ("_dmarc.caisse.example", "_dmarc.caisse.example"),
    ],
)
def test_a_host_has_one_spelling(text: str, host: str) -> None:
    assert canonical_host(text) == host
    assert canonical_host(host) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "caisse..example",
        "caisse.example..",
        ".caisse.example",
        "-caisse.example",
        "*.caisse.example",
        "cai%73se.example",
        "caisse.example%00",
        "caisse.example\x00.mal.example",
        "caisse.example/",
        "a@caisse.example",
        "caisse example",
        "127.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "127.0.0.1.1",
        "127.0.0.256",
        "1.2.3.08",
        "caisse.1",
        "caisse.0x",
        "[::1",
        "[::1%eth0]",
        "fe80::1%25eth0",
        "[127.0.0.1]",
        "::1::",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "xn--a" + "\u0430",
    ],
)
def test_what_is_no_host_is_none(text: str) -> None:
    assert canonical_host(text) == ""


def test_labels_of_two_scripts_look_like_something_else() -> None:
    for text in ("c\u0430isse.example", "pay\u0440al.example", "\u03bfmega1a.example"):
        assert is_look_alike(canonical_host(text)), text
    for text in (
        "mairie-été.example",
        "\u0440\u0444.example",
        "日本語テスト.example",
        "caisse.example",
    ):
        assert not is_look_alike(canonical_host(text)), text


def test_a_list_names_hosts_and_ports_whatever_the_path() -> None:
    listed = AllowList(
        [
            "https://www.caisse.example/espace/",
            "http://*.aide.example:8080/",
            "https://straße.example",
        ]
    )
    assert listed.names("www.caisse.example", 443)
    assert listed.names("www.caisse.example", 443, scheme="https")
    assert not listed.names("www.caisse.example", 443, scheme="http")
    assert not listed.names("www.caisse.example", 80)
    assert listed.names("a.aide.example", 8080, scheme="http")
    assert not listed.names("aide.example", 8080)
    assert not listed.names("*.aide.example", 8080)
    assert listed.names("xn--strae-oqa.example", 443)
    # another host, to which older rules would have led
    assert not listed.names("strasse.example", 443)
    assert not AllowList(["https://*.0.0.1/", "https://caisse.example:0/"])


def test_numbers_of_a_list_are_compared_as_numbers() -> None:
    listed = AllowList(["https://[FD00:0:0::7]/"])
    assert listed.allows("https://[fd00::7]/x")
    assert listed.sites == [("https://[fd00::7]", "/")]
    for trick in ("https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/"):
        assert not AllowList(["https://127.0.0.1/"]).allows(trick)
