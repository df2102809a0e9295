# SPDX-License-Identifier: GPL-3.0-only
"""Our own small certificate authority: for a site that has none.
Used by `expert-app hub make-ca` and its sister.

RFC 5280 profiles as OpenSSL's strict check (`VERIFY_X509_STRICT`, Python's default since 3.13)
wants them: keyUsage and key identifiers are always there.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from expert_app.runtime.paths import private_folder
from session.bus.transport.authority import fingerprints_in

CA_DAYS = 3650
CERTIFICATE_DAYS = 825
"""Apple's and browsers' longest for a private authority's server certificate."""

CLOCKS_DIFFER = timedelta(hours=1)
"""Certificates are valid from a little before now: a kiosk's clock may be late."""

CA_CERTIFICATE, CA_KEY = "ca.pem", "ca.key"


class CertificateTrouble(Exception):
    """The authority or its files cannot be used; the text says why."""


class AuthorityKeyMissing(CertificateTrouble):
    """The authority is there without the key that signs; the text is the key's file."""


class CertificateInUse(Exception):
    """A certificate or key is there already, and is not written over unasked. `path` says which."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True)
class CertificateFiles:
    """The files in which a server's certificate (with the authority's behind it) and its key
    lie.
    """

    certificate: Path
    key: Path

    @property
    def both(self) -> tuple[Path, Path]:
        """The two files."""
        return self.certificate, self.key


def make_ca(folder: Path) -> Path:
    """Makes an authority in `folder` (`ca.pem` for everybody, `ca.key` to be kept safe);
    returns `ca.pem`.

    Raises:
        CertificateTrouble: there is one already.
    """
    private_folder(folder)
    if (folder / CA_KEY).exists() or (folder / CA_CERTIFICATE).exists():
        raise CertificateTrouble(f"{folder / CA_CERTIFICATE}")
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Poste Expert")
    builder = _builder(name, name, key.public_key(), CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    _write_key(folder / CA_KEY, key)
    return _write_certificates(folder / CA_CERTIFICATE, [certificate])


def make_certificate(
    folder: Path, hosts: list[str], *, files: CertificateFiles | None = None, replace: bool = False
) -> tuple[Path, Path]:
    """A server's certificate for `hosts` (names or IP addresses), signed by the authority in
    `folder`.

    Args:
        files: where it is written; by default beside the authority, named after the first host.
        replace: write over a certificate that is there, and its key.

    Returns:
        Certificate file (with the authority's behind it) and key file.

    Raises:
        AuthorityKeyMissing: the authority's key is kept elsewhere.
        CertificateTrouble: no authority there, or a host that is no name.
        CertificateInUse: there is one already.
    """
    ca, ca_key = _load_ca(folder)
    files = files or _beside(folder, hosts[0])
    for path in (files.certificate, files.key):
        if path.exists() and not replace:
            raise CertificateInUse(path)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(hosts[0][:64]), ca.subject, key.public_key(), CERTIFICATE_DAYS)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    # A server of a cluster calls the others too, and shows them the same certificate.
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False
    )
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
    )
    certificate = builder.sign(ca_key, hashes.SHA256())
    _write_key(files.key, key)
    return _write_certificates(files.certificate, [certificate, ca]), files.key


def renew_certificate(folder: Path, files: CertificateFiles) -> datetime:
    """A new certificate and key, signed by the authority in `folder`, for the names of the one that
    is there, in its place and with its owner; returns when it ends.

    The key changes first: who watches the certificate's file finds the two together.

    Raises:
        CertificateTrouble: no authority there, or no certificate to take the names from.
    """
    hosts = _hosts_of(files.certificate)
    fresh = CertificateFiles(*(file.with_name(f"{file.name}.new") for file in files.both))
    make_certificate(folder, hosts, files=fresh, replace=True)
    ends_at = x509.load_pem_x509_certificate(fresh.certificate.read_bytes()).not_valid_after_utc
    for new, old in ((fresh.key, files.key), (fresh.certificate, files.certificate)):
        _take_place(new, old)
    return ends_at


def _hosts_of(certificate: Path) -> list[str]:
    """The names and addresses that a certificate is for."""
    try:
        certificate_facts = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = certificate_facts.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise CertificateTrouble(f"{certificate}") from error
    return [str(name.value) for name in names]


def _take_place(new: Path, old: Path) -> None:
    """Puts `new` where `old` is; its mode and its owner stay, so that the hub's account reads it
    though root has made it.
    """
    if old.exists():
        before = old.stat()
        new.chmod(before.st_mode & 0o777)
        if sys.platform != "win32" and os.geteuid() == 0:
            os.chown(new, before.st_uid, before.st_gid)
    new.replace(old)


def authority_text(folder: Path) -> str:
    """Return the certificate (PEM) of the authority in a folder, whose key may be elsewhere.
    Raises `CertificateTrouble`.
    """
    file = folder / CA_CERTIFICATE
    try:
        ca = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateTrouble(f"{file}") from error
    return ca.public_bytes(serialization.Encoding.PEM).decode()


def authority_of(certificate: Path) -> str:
    """Return the certificate (PEM) of the authority of ours that stands behind the server's in the
    same file; "" when none does, as with a public authority.

    Raises:
        CertificateTrouble: the file cannot be read.
    """
    try:
        last = x509.load_pem_x509_certificates(certificate.read_bytes())[-1]
    except (OSError, ValueError) as error:
        raise CertificateTrouble(f"{certificate}") from error
    if last.issuer != last.subject:
        return ""
    return last.public_bytes(serialization.Encoding.PEM).decode()


def authority_fingerprint(certificate: Path) -> str:
    """Return the fingerprint of what `authority_of` returns; "" for none."""
    return next(iter(fingerprints_in(authority_of(certificate).encode())), "")


def authority_folder(certificate: Path) -> Path:
    """Return the folder beside a certificate with the authority that signed it; `ca` where none of
    them has.
    """
    signed_by = authority_of(certificate)
    first = certificate.parent / "ca"
    for file in (first / CA_CERTIFICATE, *sorted(certificate.parent.glob(f"*/{CA_CERTIFICATE}"))):
        if signed_by and file.is_file() and file.read_text("ascii", "replace") == signed_by:
            return file.parent
    return first


def is_for(certificate: Path, host: str) -> bool:
    """Return True if a server's certificate names this host or address (RFC 6125, section 6.4).

    Raises:
        CertificateTrouble: the file cannot be read.
    """
    try:
        first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError) as error:
        raise CertificateTrouble(f"{certificate}") from error
    except x509.ExtensionNotFound:
        return False
    alternative = _alternative(host)
    if isinstance(alternative, x509.IPAddress):
        return alternative.value in names.get_values_for_type(x509.IPAddress)
    label, _dot, rest = alternative.value.lower().partition(".")
    dns_names = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return f"{label}.{rest}".rstrip(".") in dns_names or (bool(rest) and f"*.{rest}" in dns_names)


def _beside(folder: Path, host: str) -> CertificateFiles:
    stem = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in host)
    return CertificateFiles(folder / f"{stem}.pem", folder / f"{stem}.key")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    start = datetime.now(UTC) - CLOCKS_DIFFER
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.IPAddress | x509.DNSName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host.encode("idna").decode())
    except UnicodeError as error:
        raise CertificateTrouble(host) from error


def _load_ca(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if (folder / CA_CERTIFICATE).is_file() and not (folder / CA_KEY).exists():
        raise AuthorityKeyMissing(f"{folder / CA_KEY}")
    try:
        certificate = x509.load_pem_x509_certificate((folder / CA_CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise CertificateTrouble(f"{folder / CA_KEY}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateTrouble(f"{folder / CA_KEY}")
    return certificate, key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)  # so that the mode below is that of a new file
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def _write_certificates(path: Path, certificates: list[x509.Certificate]) -> Path:
    path.write_bytes(
        b"".join(part.public_bytes(serialization.Encoding.PEM) for part in certificates)
    )
    return path
