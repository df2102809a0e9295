# SPDX-License-Identifier: GPL-3.0-only
"""Certificates of a hub: for which names they are, and of whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from expert_app.__main__ import main
from expert_app.hub.certificates import (
    CertificateFiles,
    CertificateTrouble,
    authority_fingerprint,
    authority_text,
    is_for,
    make_ca,
    make_certificate,
    renew_certificate,
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


def test_a_renewed_certificate_has_the_same_names_mode_and_place(tmp_path: Path) -> None:
    make_ca(tmp_path / "ca")
    hosts = ["hub.example", "10.1.2.3"]
    files = CertificateFiles(tmp_path / "hub.pem", tmp_path / "hub.key")
    make_certificate(tmp_path / "ca", hosts, files=files)
    files.key.chmod(0o640)  # the hub's own account reads it
    before = files.certificate.read_bytes(), files.key.read_bytes()

    ends_at = renew_certificate(tmp_path / "ca", files)
    [own, _authority] = x509.load_pem_x509_certificates(files.certificate.read_bytes())
    names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == hosts
    assert own.not_valid_after_utc == ends_at
    assert files.certificate.read_bytes() != before[0]
    assert files.key.read_bytes() != before[1]
    assert files.key.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca", "hub.key", "hub.pem"]


def test_nothing_is_renewed_without_an_authority_or_a_certificate(tmp_path: Path) -> None:
    make_ca(tmp_path / "ca")
    files = CertificateFiles(tmp_path / "hub.pem", tmp_path / "hub.key")
    with pytest.raises(CertificateTrouble):
        renew_certificate(tmp_path / "ca", files)
    make_certificate(tmp_path / "ca", ["hub.example"], files=files)
    before = files.certificate.read_bytes()
    with pytest.raises(CertificateTrouble):
        renew_certificate(tmp_path / "none", files)
    assert files.certificate.read_bytes() == before


def test_another_authority_is_taken_only_by_who_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = CertificateFiles(tmp_path / "hub.pem", tmp_path / "hub.key")
    make_ca(tmp_path / "ca")
    other = make_ca(tmp_path / "ca-2")
    make_certificate(tmp_path / "ca", ["hub.example"], files=files)
    before = files.certificate.read_bytes()
    lines = {"tls_certificate": files.certificate, "tls_key": files.key}
    text = "".join(f'{name} = "{path.as_posix()}"\n' for name, path in lines.items())
    (tmp_path / "hub.toml").write_text(text, encoding="utf-8")
    words = ["hub", "renew-certificate", "--settings", str(tmp_path / "hub.toml")]
    words += ["--folder", str(tmp_path), "--language", "en", "--ca", str(tmp_path / "ca-2")]

    assert main(words) == 2
    said = capsys.readouterr().out
    assert authority_fingerprint(files.certificate) in said
    assert authority_fingerprint(other) in said
    assert files.certificate.read_bytes() == before

    key, kept = tmp_path / "ca-2" / "ca.key", tmp_path / "kept.key"
    key.rename(kept)  # away from the network
    assert main([*words, "--new-authority"]) == 1
    assert f"{key} is not there: the authority signs nothing" in capsys.readouterr().out
    assert authority_fingerprint(files.certificate) != authority_fingerprint(other)
    assert authority_text(other.parent)
    kept.rename(key)

    assert main([*words, "--new-authority"]) == 0
    assert "takes it" not in capsys.readouterr().out
    assert authority_fingerprint(files.certificate) == authority_fingerprint(other)
    assert main(words) == 0  # it is the present one now
    assert main(words[: words.index("--ca")]) == 0  # the next time it is found by itself
    assert authority_fingerprint(files.certificate) == authority_fingerprint(other)
