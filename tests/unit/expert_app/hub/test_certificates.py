# SPDX-License-Identifier: GPL-3.0-only
"""Certificates of a hub: for which names they are, and of whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.hub.certificates import (
    CertificateTrouble,
    authority_fingerprint,
    is_for,
    make_ca,
    make_certificate,
)


def test_a_certificate_is_for_its_names_and_addresses(tmp_path: Path) -> None:
    make_ca(tmp_path)
    hosts = ["Hub.example", "10.1.2.3", "::1", "*.valdore.example"]
    certificate, _key = make_certificate(tmp_path, hosts)
    for host in ("hub.example", "HUB.example", "10.1.2.3", "::1", "hub.valdore.example"):
        assert is_for(certificate, host)
    for host in ("example", "10.1.2.4", "a.hub.example", "a.b.valdore.example", "valdore.example"):
        assert not is_for(certificate, host)


def test_the_fingerprint_is_that_of_the_authority_behind_the_certificate(tmp_path: Path) -> None:
    ca = make_ca(tmp_path)
    certificate, _key = make_certificate(tmp_path, ["hub.example"])
    assert authority_fingerprint(certificate) == authority_fingerprint(ca)
    alone = tmp_path / "alone.pem"
    end = "-----END CERTIFICATE-----\n"
    alone.write_text(certificate.read_text("ascii").partition(end)[0] + end)
    assert authority_fingerprint(alone) == ""
    alone.write_text("nothing")
    for look in (authority_fingerprint, lambda file: is_for(file, "hub.example")):
        with pytest.raises(CertificateTrouble):
            look(alone)
