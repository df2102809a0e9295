# SPDX-License-Identifier: GPL-3.0-only
"""Which addresses a session may open, and the tricks to get around it."""

from __future__ import annotations

import pytest

from session.protocol.conversation.allowed_addresses import AllowList, without_query

LIST = AllowList(
    ["https://www.caisse.example/espace/", "http://127.0.0.1:8080", "https://aide.example/guide"]
)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.caisse.example/espace/",
        "https://www.caisse.example/espace",
        "https://www.caisse.example/espace/a/b?x=1#y",
        "https://WWW.CAISSE.example:443/espace/",
        "https://www.caisse.example./espace/",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/tout/va",
        "https://aide.example/guide",
        "https://aide.example/guide/1",
    ],
)
def test_addresses_below_a_prefix_are_allowed(address: str) -> None:
    assert LIST.allows(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://www.caisse.example/",
        "https://www.caisse.example/espaces/",
        "https://www.caisse.example/espace/../admin",
        "https://www.caisse.example/espace/%2e%2e/admin",
        "https://www.caisse.example/espace/..%2fadmin",
        "https://www.caisse.example/espace/..\\admin",
        "http://www.caisse.example/espace/",
        "https://www.caisse.example:444/espace/",
        "https://www.caisse.example.mal.example/espace/",
        "https://www.caisse.example@mal.example/espace/",
        "https://agent@www.caisse.example/espace/",
        "https://mal.example/?https://www.caisse.example/espace/",
        "https://mal.example\\@www.caisse.example/espace/",
        "https:///www.caisse.example/espace/",
        "//www.caisse.example/espace/",
        "https://www.caisse.example/espace/\n",
        " https://www.caisse.example/espace/",
        "https://www.caisse.example:99999/espace/",
        "https://[::1/espace/",
        "http://127.0.0.1/",
        "http://127.0.0.1:80801/",
        "https://aide.example/guides",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "about:blank",
        "view-source:https://www.caisse.example/espace/",
        "blob:https://www.caisse.example/espace/x",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not LIST.allows(address)


def test_a_list_without_a_usable_prefix_allows_nothing() -> None:
    for prefixes in ([], ["www.caisse.example"], ["file:///"], ["*"], [""]):
        assert not AllowList(prefixes).allows("https://www.caisse.example/")


def test_a_leading_star_covers_the_hosts_below_and_nothing_else() -> None:
    stars = AllowList(
        [
            "https://*.caisse.example/espace/",
            "https://*.fr/",
            "https://www.*.example/",
            "https://*/",
        ]
    )
    assert stars.allows("https://www.caisse.example/espace/1")
    assert stars.allows("https://a.b.caisse.example/espace/")
    for address in (
        "https://caisse.example/espace/",
        "https://malcaisse.example/espace/",
        "https://caisse.example.mal.example/espace/",
        "https://www.caisse.example/",
        "https://*.caisse.example/espace/",
        "https://impots.fr/",
        "https://www.x.example/",
    ):
        assert not stars.allows(address), address


def test_an_address_is_told_without_what_may_name_a_person() -> None:
    assert (
        without_query("https://zoe:secret@h.example:81/a/b?nom=Zoe#x") == "https://h.example:81/a/b"
    )
    assert without_query("https://[::1") == ""


def test_sites_are_told_as_browsers_write_origins() -> None:
    prefixes = ["https://www.Example.fr:443/espace", "http://h.example:8080/", "ftp://h/"]
    assert AllowList(prefixes).sites == [
        ("https://www.example.fr", "/espace/"),
        ("http://h.example:8080", "/"),
    ]
