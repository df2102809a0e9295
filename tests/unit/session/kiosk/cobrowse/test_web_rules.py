# SPDX-License-Identifier: GPL-3.0-only
"""What a page may load, what may stand in its frames, and the reason that is said of a refused
address.
"""

from __future__ import annotations

import pytest

from session.kiosk.cobrowse.web_rules import WebRefusal, may_frame, may_load, why_refused
from session.protocol.conversation.allowed_addresses import AllowList

LIST = AllowList(
    ["https://www.caisse.example/espace/", "https://*.partenaire.example/", "http://10.0.0.7:8080/"]
)
PAGE = "https://www.caisse.example/espace/index.html"


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.fournisseur.example/police.woff2",
        "wss://api.fournisseur.example/direct",
        "https://www.caisse.example/style.css",
        "http://10.0.0.7:8080/logo.png",
        "data:image/png;base64,AA==",
        "blob:https://www.caisse.example/1",
        "https://8.8.8.8/x",
    ],
)
def test_a_page_draws_itself_with_what_comes_encrypted_or_is_listed(address: str) -> None:
    assert may_load(address, PAGE, LIST)


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.fournisseur.example/police.woff2",
        "ws://cdn.fournisseur.example/",
        "https://192.168.1.1/",
        "https://10.0.0.8/admin",
        "https://127.0.0.1:631/printers",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:192.168.1.1]/",
        "https://169.254.169.254/latest/",
        "https://localhost/",
        "https://imprimante/",
        "https://imprimante.local/",
        "https://mairie.lan./",
        "file:///etc/passwd",
        "ftp://caisse.example/",
        "https://[::1",
    ],
)
def test_nothing_is_loaded_in_clear_or_from_the_network_of_the_kiosk(address: str) -> None:
    assert not may_load(address, PAGE, LIST)


def test_frames_show_the_page_s_own_host_and_listed_sites_only() -> None:
    for address in (
        "https://www.caisse.example/autre/",
        "https://a.partenaire.example/x",
        "about:srcdoc",
        "data:,x",
    ):
        assert may_frame(address, PAGE, LIST), address
    for address in (
        "https://ailleurs.example/",
        "http://www.caisse.example/espace/",
        "file:///etc/passwd",
    ):
        assert not may_frame(address, PAGE, LIST), address


def test_the_reason_of_a_refusal_is_the_true_one() -> None:
    assert why_refused("https://ailleurs.example/", LIST) is WebRefusal.NOT_LISTED
    assert why_refused("http://www.caisse.example/espace/", LIST) is WebRefusal.NOT_PROTECTED
    assert why_refused("mailto:aide@caisse.example", LIST) is WebRefusal.OTHER_PROGRAM
    assert why_refused("data:text/html,x", LIST) is WebRefusal.NOT_LISTED


def test_a_host_with_accents_is_the_one_that_goes_over_the_line() -> None:
    listed = AllowList(["https://www.mairie-été.example/"])
    assert listed.allows("https://www.xn--mairie-t-h1ab.example/")
    assert listed.allows("https://www.mairie-été.example/")
    assert not listed.allows("https://www.mairie-ete.example/")
