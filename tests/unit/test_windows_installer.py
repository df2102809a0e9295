# SPDX-License-Identifier: GPL-3.0-only
"""The installer for Windows: what goes in, what its tables say, that two builds are the same, that
it is signed. `make windows` builds the whole; nothing here runs on Windows.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from installers.windows import build, libraries, msi  # noqa: E402

COMMIT_S = 1_790_000_000
UPGRADE_CODE = "{883BE84C-463C-5479-BC25-BEFEA647144F}"


def needs(*programs: str) -> pytest.MarkDecorator:
    lacking = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"no {', '.join(lacking)} here")


packs = needs("wixl", "msibuild", "msiinfo", "msiextract")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As small as a tree may be."""
    tree = tmp_path / "tree"
    for name, text in {
        "pythonw.exe": "MZ w",
        "python.exe": "MZ",
        "poste-expert.ico": "icon",
        "Lib/site-packages/expert_app/__init__.py": "x = 1\n",
        "Lib/site-packages/expert_app/Écran d'accueil.txt": "é\n",
    }.items():
        file = tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tree


@pytest.fixture
def make(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes an MSI of the tree."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(COMMIT_S))

    def make(name: str, version: str = "0.2.0") -> Path:
        work = tmp_path / f"{name}-work"
        work.mkdir()
        made = tmp_path / f"{name}.msi"
        msi.make_msi(tree, made, product=msi.Product(version, version), work=work)
        return made

    return make


def rows(made: Path, table: str) -> list[list[str]]:
    """A table of an MSI."""
    told = subprocess.run(
        ["msiinfo", "export", str(made), table], capture_output=True, text=True, check=True
    )
    return [line.split("\t") for line in told.stdout.splitlines()[3:]]


def properties(made: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(made, "Property")}


# ---- what goes in ----


@pytest.mark.parametrize(
    ("windows", "debian"),
    [
        ("PyQt6/QtCore.pyd", "PyQt6/QtCore.abi3.so"),
        ("PyQt6/Qt6/bin/Qt6Core.dll", "PyQt6/Qt6/lib/libQt6Core.so.6"),
        ("PyQt6/Qt6/bin/QtWebEngineProcess.exe", "PyQt6/Qt6/libexec/QtWebEngineProcess"),
        ("PyQt6/Qt6/plugins/imageformats/qjpeg.dll", "PyQt6/Qt6/plugins/imageformats/libqjpeg.so"),
        ("nats/client.py", "nats/client.py"),
    ],
)
def test_a_file_for_windows_is_looked_up_under_the_name_of_linux(windows: str, debian: str) -> None:
    assert build.as_on_debian(windows) == debian


def test_every_module_of_qt_that_the_product_imports_is_kept() -> None:
    kept = build.Kept()
    used = {
        name
        for folder in ("expert_app", "views", "session", "documents")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"^from PyQt6\.(\w+) import", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {"QtCore", "QtWebEngineCore"} <= used
    assert [name for name in used if not kept(f"PyQt6/{name}.pyd")] == []
    assert [
        name for name in used if not kept(f"PyQt6/Qt6/bin/{name.replace('Qt', 'Qt6', 1)}.dll")
    ] == []


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("PyQt6/Qt6/plugins/platforms/qwindows.dll", True),
        ("PyQt6/Qt6/plugins/platforms/qminimal.dll", False),
        ("PyQt6/Qt6/bin/Qt6Designer.dll", False),
        ("PyQt6/QtDesigner.pyd", False),
        ("PyQt6/Qt6/resources/qtwebengine_resources.pak", True),
        ("PyQt6/Qt6/resources/qtwebengine_devtools_resources.debug.pak", False),
        ("PyQt6/Qt6/bin/msvcp140.dll", True),
        ("win32/win32print.pyd", True),
        ("win32/lib/pywintypes.py", True),
        ("pywin32_system32/pywintypes313.dll", True),
        ("win32com/client/dynamic.py", True),
        ("pythonwin/mfc140u.dll", False),
        ("bin/nats-server.exe", True),
        ("bin/httpx", False),
        ("nats/__init__.py", True),
        ("PIL/_avif.cp313-win_amd64.pyd", False),
    ],
)
def test_what_is_kept(path: str, stays: bool) -> None:
    assert build.Kept()(path) is stays


def library(*loads: str) -> bytes:
    """As much of a library (PE32+) as tells what it loads: one section, its table of imports."""
    begin, names = 0x1000, b"".join(name.encode() + b"\0" for name in loads)
    nothing = begin + 20 * (len(loads) + 1)  # eight zeros: no function is taken
    first, entries = nothing + 8, b""
    for name in loads:
        at = first + names.index(name.encode() + b"\0")
        entries += struct.pack("<I8xII", nothing, at, nothing)
    content = entries + bytes(28) + names
    optional = struct.pack("<H118xI4x", 0x20B, begin) + bytes(112)
    header = b"PE\0\0" + struct.pack("<HH12xHH", 0x8664, 1, len(optional), 0) + optional
    section = b".rdata\0\0" + struct.pack("<IIII16x", len(content), begin, len(content), 0x400)
    stub = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    return (stub + header + section).ljust(0x400, b"\0") + content


def test_a_library_that_nobody_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pyd").write_bytes(library("KERNEL32.dll", "b.dll", "c.dll"))
    (tmp_path / "b.dll").write_bytes(library("api-ms-win-crt-math-l1-1-0.dll"))
    assert libraries.missing_libraries(tmp_path) == ["a.pyd: c.dll"]


def test_a_file_that_is_no_program_is_refused() -> None:
    for data in (b"", b"MZ", b"\x7fELF" + bytes(60)):
        with pytest.raises(ValueError, match="no program"):
            libraries.imports_of(data)


def test_another_interpreter_than_was_meant_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "python.zip"
    file.write_bytes(b"somebody else's")
    with pytest.raises(SystemExit, match="SHA-256"):
        build.checked_file(tmp_path, build.Interpreter(str(file), "0" * 64))


@pytest.mark.parametrize(
    ("version", "number"), [("0.2.0", "0.2.0"), ("1.4", "1.4.0"), ("0.1.0+2026.abc", "0.1.0")]
)
def test_windows_compares_three_numbers(version: str, number: str) -> None:
    assert build.msi_version(version) == number


# ---- the MSI ----


@packs
def test_what_the_tables_say(make: Callable[..., Path]) -> None:
    made = make("a")
    told = properties(made)
    assert told["ALLUSERS"] == "1"  # per machine
    assert told["UpgradeCode"] == UPGRADE_CODE  # never another one: older releases would stay
    assert told["ProductVersion"] == "0.2.0"
    assert told["ARPPRODUCTICON"] == "poste_expert.ico"
    assert {row[0] for row in rows(made, "Upgrade")} == {UPGRADE_CODE}
    when = {row[0]: int(row[2]) for row in rows(made, "InstallExecuteSequence")}
    assert when["FindRelatedProducts"] < when["RemoveExistingProducts"] < when["InstallFiles"]
    folders = {row[0]: row[1:] for row in rows(made, "Directory")}
    assert folders["INSTALLDIR"] == ["ProgramFiles64Folder", "Poste Expert"]
    assert folders["ORGANISATION"] == ["CommonAppDataFolder", "Poste Expert"]
    (shortcut,) = rows(made, "Shortcut")
    assert shortcut[1:3] == ["ProgramMenuFolder", "Poste Expert"]
    assert shortcut[4:6] == ["[INSTALLDIR]pythonw.exe", "-I -X utf8 -m expert_app desk"]
    assert {int(row[3]) & 256 for row in rows(made, "Component")} == {256}  # 64 bits


@packs
def test_addresses_of_the_helpdesk_open_it(make: Callable[..., Path]) -> None:
    entries = {(row[2], row[3]): row[4] for row in rows(make("a"), "Registry")}
    key = r"Software\Classes\poste-expert"
    assert "URL Protocol" in {name for path, name in entries if path == key}
    command = entries[rf"{key}\shell\open\command", ""]
    assert command == '"[INSTALLDIR]pythonw.exe" -I -X utf8 -m expert_app open "%1"'


@packs
def test_only_administrators_write_what_is_fixed(make: Callable[..., Path]) -> None:
    made = make("a")
    assert "ORGANISATION" in {row[0] for row in rows(made, "CreateFolder")}
    ((_, folder, table, sddl, _),) = rows(made, "MsiLockPermissionsEx")
    assert (folder, table) == ("ORGANISATION", "CreateFolder")
    writers = re.findall(r"\(A;OICI;FA;;;(\w+)\)", sddl)
    assert sddl.startswith("D:P")  # nothing is inherited from C:\ProgramData
    assert writers == ["SY", "BA"]


@packs
def test_the_firewall_asks_nobody_and_a_property_keeps_it_as_it_is(
    make: Callable[..., Path],
) -> None:
    made = make("a")
    actions = {row[0]: row[1:] for row in rows(made, "CustomAction")}
    when = {row[0]: (row[1], int(row[2])) for row in rows(made, "InstallExecuteSequence")}
    assert sorted(actions) == ["CloseFirewall", "OpenFirewall0", "OpenFirewall1"]
    for name, (kind, folder, command, _) in actions.items():
        # at the end, as the system, whatever comes of it, and in a folder that no removal takes
        assert (int(kind), folder) == (34 + 64 + 1024 + 2048, "ProgramFiles64Folder")
        assert command.startswith('"[System64Folder]netsh.exe" advfirewall firewall ')
        assert len(command) <= 255
        assert when["InstallFiles"][1] < when[name][1] < when["InstallFinalize"][1]
    assert when["CloseFirewall"][1] < when["OpenFirewall0"][1]
    assert when["CloseFirewall"][0] == ""
    assert when["OpenFirewall0"][0] == 'FIREWALL<>"no" AND NOT (REMOVE="ALL")'
    assert "[INSTALLDIR]pythonw.exe" in actions["OpenFirewall0"][2]
    told = properties(made)
    assert told["FIREWALL"] == "yes"
    assert set(told["SecureCustomProperties"].split(";")) >= {
        "FIREWALL",
        "WIX_UPGRADE_DETECTED",
        "WIX_DOWNGRADE_DETECTED",
    }


@packs
def test_tools_that_distribute_programs_find_the_release(make: Callable[..., Path]) -> None:
    made = make("a")
    entries = {
        row[3]: row[4] for row in rows(made, "Registry") if row[2] == r"Software\Poste Expert"
    }
    assert entries == {"Version": "0.2.0", "Number": "0.2.0", "Home": "[INSTALLDIR]"}
    rule = msi.detection_rule(msi.Product("0.2.0", "0.2.0"))
    assert properties(made)["ProductCode"] in rule
    assert UPGRADE_CODE in rule
    assert r"OpenSubKey('Software\Poste Expert')" in rule


@packs
def test_what_was_packed_comes_out(make: Callable[..., Path], tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    subprocess.run(["msiextract", "-C", str(out), str(make("a"))], check=True, capture_output=True)
    (home,) = out.rglob("pythonw.exe")
    packed = {
        file.relative_to(tree): file.read_bytes() for file in tree.rglob("*.*") if file.is_file()
    }
    unpacked = {
        file.relative_to(home.parent): file.read_bytes()
        for file in home.parent.rglob("*.*")
        if file.is_file()
    }
    assert unpacked == packed


@packs
def test_the_same_tree_gives_the_same_bytes_at_another_time(make: Callable[..., Path]) -> None:
    first = make("a").read_bytes()
    began_s = int(time.time())
    while int(time.time()) == began_s:  # an MSI tells seconds
        time.sleep(0.05)
    assert make("b").read_bytes() == first


@packs
def test_each_release_is_another_product_of_the_same_line(make: Callable[..., Path]) -> None:
    older, newer = properties(make("a")), properties(make("b", "0.3.0"))
    assert older["ProductCode"] != newer["ProductCode"]
    assert older["UpgradeCode"] == newer["UpgradeCode"]


# ---- signed ----


def throw_away_key(folder: Path) -> tuple[Path, Path, Path]:
    """PKCS#12 file, its password's file, and its maker's certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throw away")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=2)
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, SHA256())
    )
    store, word, authority = (folder / part for part in ("key.p12", "password", "authority.pem"))
    word.write_text("secret")
    store.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key", key, certificate, None, BestAvailableEncryption(b"secret")
        )
    )
    authority.write_bytes(certificate.public_bytes(Encoding.PEM))
    return store, word, authority


@packs
@needs("osslsigncode")
def test_it_is_signed_where_there_is_a_key(make: Callable[..., Path], tmp_path: Path) -> None:
    made = make("a")
    store, word, authority = throw_away_key(tmp_path)
    verify = ["osslsigncode", "verify", "-CAfile", str(authority), "-in", str(made)]
    before = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert before.returncode != 0
    assert "no signature" in before.stdout + before.stderr
    msi.sign(made, store, password=word)
    after = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert after.returncode == 0, after.stdout + after.stderr
    assert "Throw away" in after.stdout
    assert properties(made)["UpgradeCode"] == UPGRADE_CODE
