# SPDX-License-Identifier: GPL-3.0-only
"""Makes an MSI of a tree with msitools: `wixl`, then `msibuild` for what wixl does not know. Signs
it. Used by `build.py`.

Per machine, silent with `msiexec /i FILE /qn`. Start menu, the addresses `poste-expert:` of the
helpdesk, an entry among the installed programs, a folder for what an organisation fixes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import time
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

NAME, MAKER = "Poste Expert", "Poste Expert"
SPACE = uuid.UUID("8f0f4a5e-1d0f-5f43-9b0e-6f1d8a2f3c71")
"""All our identifiers come from it, by name: the same for the same thing in every release."""
UPGRADE = uuid.uuid5(SPACE, "upgrade")
"""Never another one: by it Windows knows an older release, which goes when a newer one comes."""
SCHEME = "poste-expert"
ISOLATED = "-I -X utf8 -m expert_app"
READABLE_BY_ALL = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
"""SDDL: system and administrators write, everybody else reads. `C:\\ProgramData` itself lets each
account make files.
"""
AFTER_FILES = 4001
"""In the sequence of the installation: `InstallFiles` is 4000."""
SINCE_1601_S, JUST_NOW_S = 11_644_473_600, 3600
XMLNS = "http://schemas.microsoft.com/wix/2006/wi"


@dataclass(frozen=True)
class Product:
    """What the MSI is of.

    Attributes:
        version: as people read it.
        number: three numbers, as Windows Installer compares them.
    """

    version: str
    number: str


class Ids:
    """Short identifiers of files and folders by their path; an MSI takes 72 letters."""

    @staticmethod
    def of(kind: str, path: str) -> str:
        """`kind` is a letter."""
        return f"{kind}{hashlib.sha256(path.encode()).hexdigest()[:24]}"

    @staticmethod
    def guid(*words: str) -> str:
        """The same for the same words, always."""
        return str(uuid.uuid5(SPACE, "/".join(words))).upper()


def make_msi(tree: Path, msi: Path, *, product: Product, work: Path) -> None:
    """Writes the MSI of a tree whose root holds `pythonw.exe` and `poste-expert.ico`."""
    same_times(tree)
    source = work / "poste-expert.wxs"
    source.write_text(_wxs(tree, product), encoding="utf-8")
    msi.unlink(missing_ok=True)
    _run("wixl", "--arch", "x64", "--output", msi, source)
    _add_permissions(msi, work)
    _open_firewall(msi)
    _run(
        "msibuild",
        msi,
        "-s",
        f"{NAME} {product.version}",
        MAKER,
        "x64;1036",
        _package(tree, product),
    )
    set_times(msi)


def same_times(tree: Path) -> None:
    """Times that do not depend on who builds and when: they go into the cabinet."""
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in tree.rglob("*"):
        os.utime(path, (when, when))


# ---- the source that wixl reads ----


def _wxs(tree: Path, product: Product) -> str:
    root = ET.Element("Wix", xmlns=XMLNS)
    top = ET.SubElement(
        root, "Product",
        Id=product_code(product).strip("{}"), UpgradeCode=str(UPGRADE).upper(),
        Name=NAME, Manufacturer=MAKER, Version=product.number, Language="1036",
    )  # fmt: skip
    ET.SubElement(
        top, "Package",
        InstallerVersion="500", Compressed="yes", InstallScope="perMachine",
        Description=f"{NAME} {product.version}", Manufacturer=MAKER, Languages="1036",
    )  # fmt: skip
    ET.SubElement(
        top, "MajorUpgrade",
        AllowSameVersionUpgrades="yes",
        DowngradeErrorMessage="Une version plus récente de Poste Expert est déjà installée.",
    )  # fmt: skip
    condition = ET.SubElement(
        top, "Condition", Message="Poste Expert demande Windows 10 ou plus récent, en 64 bits."
    )
    condition.text = "VersionNT64 AND VersionNT >= 603"
    ET.SubElement(top, "Media", Id="1", Cabinet="poste.cab", EmbedCab="yes")
    ET.SubElement(top, "Icon", Id="poste_expert.ico", SourceFile=str(tree / "poste-expert.ico"))
    for name, value in (
        ("ARPPRODUCTICON", "poste_expert.ico"),
        ("ARPNOMODIFY", "1"),
        ("ARPCOMMENTS", f"{NAME} {product.version}"),
    ):
        ET.SubElement(top, "Property", Id=name, Value=value)
    ET.SubElement(top, "Property", Id="FIREWALL", Value="yes")
    components = _folders(top, tree, product)
    feature = ET.SubElement(top, "Feature", Id="Everything", Title=NAME, Level="1")
    for component in components:
        ET.SubElement(feature, "ComponentRef", Id=component)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")


def tree_digest(tree: Path) -> str:
    """Of names and contents: two different packages never have the same number."""
    digest = hashlib.sha256()
    for file in _files(tree):
        digest.update(file.relative_to(tree).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.is_file())


def _folders(top: ET.Element, tree: Path, product: Product) -> list[str]:
    """The folders, and a component for each file; the components' names."""
    target = ET.SubElement(top, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = ET.SubElement(target, "Directory", Id="ProgramFiles64Folder")
    home = ET.SubElement(programs, "Directory", Id="INSTALLDIR", Name=NAME)
    ET.SubElement(target, "Directory", Id="ProgramMenuFolder")
    data = ET.SubElement(target, "Directory", Id="CommonAppDataFolder")
    fixed = ET.SubElement(data, "Directory", Id="ORGANISATION", Name=NAME)
    places = {tree: home}
    names = []
    for file in _files(tree):
        path = file.relative_to(tree).as_posix()
        component = _component(_place(places, file.parent, tree), path)
        names.append(component.get("Id", ""))
        ET.SubElement(
            component, "File", Id=Ids.of("f", path), Name=file.name, Source=str(file), KeyPath="yes"
        )
        if path == "pythonw.exe":
            _add_menu(component)
            _add_scheme(component)
            _add_versions(component, product)
    organisation = _component(fixed, "organisation")
    ET.SubElement(organisation, "CreateFolder")
    return [*names, organisation.get("Id", "")]


def _place(places: dict[Path, ET.Element], folder: Path, tree: Path) -> ET.Element:
    if folder not in places:
        above = _place(places, folder.parent, tree)
        path = folder.relative_to(tree).as_posix()
        places[folder] = ET.SubElement(above, "Directory", Id=Ids.of("d", path), Name=folder.name)
    return places[folder]


def _component(folder: ET.Element, path: str) -> ET.Element:
    return ET.SubElement(
        folder, "Component", Id=Ids.of("c", path), Guid=Ids.guid("component", path), Win64="yes"
    )


def _add_menu(component: ET.Element) -> None:
    ET.SubElement(
        component, "Shortcut",
        Id="Desk", Directory="ProgramMenuFolder", Name=NAME, Target="[INSTALLDIR]pythonw.exe",
        Arguments=f"{ISOLATED} desk", WorkingDirectory="INSTALLDIR", Icon="poste_expert.ico",
        IconIndex="0", Description="Le poste de l'expert",
    )  # fmt: skip


def _add_scheme(component: ET.Element) -> None:
    """The helpdesk's addresses (learn.microsoft.com, "Registering an Application to a URI Scheme":
    `URL Protocol` marks the key).
    """
    key = rf"Software\Classes\{SCHEME}"
    command = f'"[INSTALLDIR]pythonw.exe" {ISOLATED} open "%1"'
    for ident, below, name, value in (
        ("Scheme", "", "", f"URL:{NAME}"),
        ("SchemeMark", "", "URL Protocol", ""),
        ("SchemeIcon", r"\DefaultIcon", "", "[INSTALLDIR]poste-expert.ico"),
        ("SchemeOpen", r"\shell\open\command", "", command),
    ):
        entry = ET.SubElement(
            component, "RegistryValue", Id=ident, Root="HKLM", Key=key + below, Value=value,
            Type="string",
        )  # fmt: skip
        if name:
            entry.set("Name", name)


def _add_versions(component: ET.Element, product: Product) -> None:
    """What a tool that distributes programs looks for (`detection_rule`)."""
    for ident, name, value in (
        ("Version", "Version", product.version),
        ("Number", "Number", product.number),
        ("Home", "Home", "[INSTALLDIR]"),
    ):
        ET.SubElement(
            component, "RegistryValue", Id=ident, Root="HKLM", Key=rf"Software\{NAME}", Name=name,
            Value=value, Type="string",
        )  # fmt: skip


def product_code(product: Product) -> str:
    """Return Windows Installer's number of this release, another one for each."""
    return "{" + Ids.guid("product", product.version) + "}"


def detection_rule(product: Product) -> str:
    """Return the script by which Intune and Configuration Manager know that this release, or a
    newer one, is there: it prints a line then, and nothing otherwise.
    """
    return (
        f"# {NAME} {product.version}, per machine, x64.\n"
        f"# ProductCode {product_code(product)}\n"
        f"# UpgradeCode {{{str(UPGRADE).upper()}}}, the same for every release\n"
        f"# ProductVersion {product.number}\n"
        "# The registry of 64 bits, whatever PowerShell this is.\n"
        "$machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')\n"
        f"$key = $machine.OpenSubKey('Software\\{NAME}')\n"
        "if ($key) {\n"
        "  $version = $key.GetValue('Version')\n"
        f"  if ($version -eq '{product.version}' -or "
        f"[version]$key.GetValue('Number') -gt [version]'{product.number}') {{\n"
        f'    Write-Output "{NAME} $version"\n'
        "  }\n"
        "}\n"
    )


# ---- what wixl does not know ----

PERMISSIONS = (
    "MsiLockPermissionsEx\tLockObject\tTable\tSDDLText\tCondition\n"
    "s72\ts72\ts32\ts0\tS255\n"
    "MsiLockPermissionsEx\tMsiLockPermissionsEx\n"
    f"OrganisationFolder\tORGANISATION\tCreateFolder\t{READABLE_BY_ALL}\t\n"
)


def _add_permissions(msi: Path, work: Path) -> None:
    table = work / "MsiLockPermissionsEx.idt"
    table.write_text(PERMISSIONS.replace("\n", "\r\n"), encoding="ascii", newline="")
    _run("msibuild", msi, "-i", table)


RULE = f"{NAME} (UDP)"
CALLING = ("pythonw.exe", r"Lib\site-packages\PyQt6\Qt6\bin\QtWebEngineProcess.exe")
"""Programs that receive voice and picture: the desk's own engine, and Chromium's."""
SECURE_PROPERTIES = "WIX_DOWNGRADE_DETECTED;WIX_SAME_VERSION_UPGRADE_DETECTED;WIX_UPGRADE_DETECTED"
"""Those that wixl puts there."""
DEFERRED_AS_SYSTEM = 34 + 64 + 1024 + 2048
"""A command line; what it returns does not matter; when files are there; with the installer's
rights (learn.microsoft.com, "Custom Action Types").
"""


def _open_firewall(msi: Path) -> None:
    """Rules of Windows' firewall, or a person without rights is asked at the first call. An
    organisation that has its own says `FIREWALL=no`.
    """
    netsh = '"[System64Folder]netsh.exe" advfirewall firewall'
    actions = [("CloseFirewall", f'{netsh} delete rule name="{RULE}"', "")]
    for number, program in enumerate(CALLING):
        command = (
            f'{netsh} add rule name="{RULE}" dir=in action=allow protocol=UDP profile=any '
            f'program="[INSTALLDIR]{program}"'
        )
        wanted = 'FIREWALL<>"no" AND NOT (REMOVE="ALL")'
        actions.append((f"OpenFirewall{number}", command, wanted))
    for place, (name, command, condition) in enumerate(actions):
        for statement in (
            "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES "
            f"('{name}', {DEFERRED_AS_SYSTEM}, 'ProgramFiles64Folder', '{command}')",
            "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES "
            f"('{name}', '{condition}', {AFTER_FILES + place})",
        ):
            _run("msibuild", msi, "-q", statement)
    # a property that a person's msiexec hands to the installer's service
    _run("msibuild", msi, "-q", "UPDATE `Property` SET `Value` = "
         f"'{SECURE_PROPERTIES};FIREWALL' WHERE `Property` = 'SecureCustomProperties'")  # fmt: skip


def _package(tree: Path, product: Product) -> str:
    """The number of exactly this file: two that differ never have the same."""
    return f"{{{Ids.guid('package', product.version, tree_digest(tree))}}}"


def set_times(msi: Path) -> None:
    """Writes the commit's time over the two times of now in the summary: msitools offers no way.

    There a time is its kind, 0x40, and a FILETIME: units of 100 ns since 1601 ([MS-OLEPS], 2.15).
    """
    data, when = bytearray(msi.read_bytes()), int(os.environ["SOURCE_DATE_EPOCH"])
    now, found, at = time.time(), 0, 0
    while (at := data.find(b"\x40\0\0\0", at)) >= 0:
        (units,) = struct.unpack_from("<Q", data.ljust(at + 12, b"\0"), at + 4)
        if abs(units / 1e7 - SINCE_1601_S - now) < JUST_NOW_S:
            struct.pack_into("<Q", data, at + 4, (when + SINCE_1601_S) * 10_000_000)
            found += 1
        at += 1
    if found != 2:
        raise SystemExit(f"{msi.name}: its summary has {found} times of now, not 2")
    msi.write_bytes(data)


def sign(msi: Path, key: Path, *, password: Path | None, clock: str = "") -> None:
    """Signs with a PKCS#12 file (Authenticode).

    Args:
        clock: address of a time stamp authority (RFC 3161); without, the signature ends with the
            certificate.
    """
    signed = msi.with_suffix(".signed")
    signed.unlink(missing_ok=True)
    words: list[str | Path] = ["-pkcs12", key]
    words += ["-readpass", password] if password is not None else []
    words += ["-ts", clock] if clock else []
    _run("osslsigncode", "sign", *words, "-h", "sha256", "-n", NAME, "-in", msi, "-out", signed)
    shutil.move(signed, msi)


def _run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True)
