# SPDX-License-Identifier: GPL-3.0-only
"""Makes a repository for apt of Debian packages, signed with OpenPGP keys, for `make release`.

    pool/SUITE/*.deb             this release, and those before it to which a machine may go back
    dists/SUITE/InRelease        the signed list; Packages are below main/binary-amd64
    poste-expert-archive-keyring.asc     the public keys
    poste-expert.sources         what a machine has in /etc/apt/sources.list.d

A folder of files: copied, it is a mirror, over HTTP or on a disk (`file:`). By itself:
`repository.py FOLDER-OF-PACKAGES --out FOLDER` signs what others have built with one's own key.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from installers.debian.build import same_for_all  # noqa: E402
from installers.version import git  # noqa: E402

CODENAME, TRIAL = "trixie", "trixie-trial"
"""Debian's release for which the packages are built; packages before a release are apart."""
ADDRESS = "https://poste-expert.example/apt"
KEYRING = "poste-expert-archive-keyring"
INSTALLED_KEYS = Path("usr/share/keyrings") / f"{KEYRING}.asc"
KEPT = 2
"""Releases in the pool: the newest and the one before."""
PRIVATE = ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "var/lib/dpkg")
LISTS = ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial")


class RepositoryWrong(Exception):
    """The repository can not be made, or apt refuses it; the message says why."""


@dataclass(frozen=True)
class Repository:
    """What is made.

    Attributes:
        folder: where; what an earlier release has left there stays for those who go back.
        suite: below `dists`.
        keys: fingerprints of the OpenPGP keys that sign, as gpg finds them; none: no signature.
        address: where machines will find the folder.
        valid_days: after so many days without a new signature machines refuse it; 0: never.
    """

    folder: Path
    suite: str = CODENAME
    keys: Sequence[str] = ()
    address: str = ADDRESS
    valid_days: int = 0

    @property
    def pool(self) -> Path:
        """Where the packages are."""
        return self.folder / "pool" / self.suite

    @property
    def sources(self) -> Path:
        """What a machine is given; a trial does not take the place of the release's."""
        if self.suite == CODENAME:
            return self.folder / "poste-expert.sources"
        return self.folder / f"poste-expert-{self.suite}.sources"

    @property
    def public_keys(self) -> Path:
        """The file of the keys."""
        return self.folder / f"{KEYRING}.asc"


def output_of(*command: str | Path, **more: object) -> str:
    """Return what a command prints.

    Raises:
        RepositoryWrong: it failed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    except FileNotFoundError as error:
        raise RepositoryWrong(f"{words[0]} is missing: installers/setup.sh packages") from error
    if done.returncode:
        raise RepositoryWrong(f"{' '.join(words[:3])}: {done.returncode}\n{done.stderr[-3000:]}")
    return str(done.stdout)


# ---- the packages


def take_packages(repository: Repository, packages: Sequence[Path]) -> None:
    """Puts packages into the pool, beside those that are there."""
    repository.pool.mkdir(parents=True, exist_ok=True)
    for package in packages:
        coming = repository.pool / f"{package.name}.coming"  # a full disk leaves no half package
        shutil.copyfile(package, coming)
        coming.rename(repository.pool / package.name)


def leaving(repository: Repository) -> list[Path]:
    """Return the packages that are not listed any more: of each name the newest `KEPT` stay."""
    files = sorted(repository.pool.glob("*.deb"), key=functools.cmp_to_key(_compare))
    names = {file.name.partition("_")[0] for file in files}
    return [
        file
        for name in names
        for file in [file for file in files if file.name.startswith(f"{name}_")][:-KEPT]
    ]


def _version(file: Path) -> str:
    return file.name.split("_")[1]


def _compare(left: Path, right: Path) -> int:
    """Return dpkg's order of two packages."""
    command = ["dpkg", "--compare-versions", _version(left), "lt", _version(right)]
    if _version(left) == _version(right):
        return 0
    return -1 if subprocess.run(command, check=False).returncode == 0 else 1


def make_keyring(repository: Repository, version: str, out: Path) -> Path:
    """Return a package of the public keys: an upgrade brings the next key to every machine."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", git("log", "-1", "--format=%ct"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / KEYRING
        for source, place in (
            (repository.public_keys, INSTALLED_KEYS),
            (HERE / "copyright", Path("usr/share/doc") / KEYRING / "copyright"),
        ):
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / place)
        control = Template((HERE / "keyring.control").read_text()).substitute(version=version)
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN/control").write_text(control)
        same_for_all(root)
        package = out / f"{KEYRING}_{version}_all.deb"
        output_of("dpkg-deb", "--root-owner-group", "--build", root, package)
    return package


# ---- lists and signature


def write_lists(repository: Repository) -> None:
    """The signed list of the pool. What was there is replaced at the end: a full disk leaves it;
    only then old packages go, so that a list never names one that is gone.
    """
    place = repository.folder / "dists" / repository.suite
    coming = place.with_name(f"{place.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    binary = coming / "main/binary-amd64"
    binary.mkdir(parents=True)
    hashes = [word for name in ("MD5", "SHA1") for word in ("-o", f"APT::FTPArchive::{name}=false")]
    pool = repository.pool.relative_to(repository.folder)
    listed = output_of("apt-ftparchive", *hashes, "packages", pool, cwd=repository.folder)
    old = leaving(repository)
    listed = _without(listed, [file.name for file in old]).encode()
    (binary / "Packages").write_bytes(listed)
    (binary / "Packages.gz").write_bytes(gzip.compress(listed, mtime=0))
    (binary / "Packages.xz").write_bytes(lzma.compress(listed))
    release = output_of(
        "apt-ftparchive", *hashes, *_fields(repository), "release", coming, cwd=repository.folder
    )
    (coming / "Release").write_text(release)
    _sign(coming, repository.keys)
    before = place.with_name(f"{place.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if place.exists():
        place.rename(before)  # a mirror that reads meanwhile misses it for no longer than that
    coming.rename(place)
    shutil.rmtree(before, ignore_errors=True)
    for file in old:
        file.unlink()


def _without(listed: str, names: Sequence[str]) -> str:
    """Return a list of packages, an empty line between two, without those files."""
    kept = (
        entry
        for entry in listed.split("\n\n")
        if not any(entry.find(f"/{name}\n") > 0 for name in names)
    )
    return "\n\n".join(kept)


def _fields(repository: Repository) -> list[str]:
    """Return what apt reads of the repository as a whole (pins and unattended-upgrades name it)."""
    fields = {
        "Origin": "Poste Expert",
        "Label": "Poste Expert",
        "Suite": "stable" if repository.suite == CODENAME else "trial",
        "Codename": repository.suite,
        "Architectures": "amd64",
        "Components": "main",
        "Description": "Poste Expert for Debian 13",
    }
    words = [f"APT::FTPArchive::Release::{name}={value}" for name, value in fields.items()]
    if repository.valid_days:
        words.append(f"APT::FTPArchive::Release::ValidTime={repository.valid_days * 86400}")
    return [word for setting in words for word in ("-o", setting)]


def _sign(folder: Path, keys: Sequence[str]) -> None:
    if not keys:
        return
    release = folder / "Release"
    signers = [word for key in keys for word in ("--local-user", key)]
    gpg = ("gpg", "--batch", "--yes", "--digest-algo", "SHA512", *signers)
    output_of(*gpg, "--output", folder / "InRelease", "--clear-sign", release)
    output_of(*gpg, "--armor", "--output", folder / "Release.gpg", "--detach-sign", release)


def write_keys(repository: Repository) -> None:
    """The public keys in one file.

    Raises:
        RepositoryWrong: gpg has no such key.
    """
    exported = []
    for key in repository.keys:
        text = output_of("gpg", "--batch", "--armor", "--export-options", "export-minimal",
                         "--export", key)  # fmt: skip
        if not text:
            raise RepositoryWrong(
                f"gpg has no key {key}: gpg --list-secret-keys names those it has"
            )
        exported.append(text)
    repository.public_keys.write_text("".join(exported))


def sources_of(repository: Repository) -> str:
    """Return what a machine has in /etc/apt/sources.list.d (deb822)."""
    return (
        "# Copy to /etc/apt/sources.list.d, and the keys as named below. URIs: where you keep the\n"
        "# folder: https://, http:// or file:/ (handbook, page install).\n"
        f"Types: deb\nURIs: {repository.address}\nSuites: {repository.suite}\nComponents: main\n"
        f"Architectures: amd64\nSigned-By: /{INSTALLED_KEYS}\n"
    )


# ---- read back


def check(repository: Repository, address: str = "") -> list[str]:
    """Lets apt, with nothing of this machine, read the folder and take every newest package of it.

    Args:
        address: where it is read; the folder itself without.

    Returns:
        name=version of those packages.

    Raises:
        RepositoryWrong: in apt's words.
    """
    with tempfile.TemporaryDirectory(prefix="apt-") as folder:
        root = Path(folder)
        for name in (*PRIVATE, *LISTS, "etc/apt/sources.list.d", "taken"):
            (root / name).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        source = sources_of(repository).replace(
            repository.address, address or f"file:{repository.folder}"
        )
        if repository.keys:
            source = source.replace(f"/{INSTALLED_KEYS}", str(repository.public_keys))
        else:
            source = source.replace(f"Signed-By: /{INSTALLED_KEYS}", "Trusted: yes")
        (root / "etc/apt/sources.list.d/ours.sources").write_text(source)
        settings = {
            "Dir": root,
            "APT::Architecture": "amd64",
            "APT::Architectures": "amd64",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Dir::State::status": root / "var/lib/dpkg/status",
        }
        config = root / "apt.conf"
        config.write_text("".join(f'{name} "{value}";\n' for name, value in settings.items()))
        environment = {**os.environ, "APT_CONFIG": str(config), "LC_ALL": "C.UTF-8"}
        output_of("apt-get", "update", env=environment)
        packages = (repository.folder / "dists" / repository.suite).glob("main/*/Packages")
        listed = "".join(file.read_text() for file in packages)
        names = sorted(set(re.findall(r"^Package: (\S+)$", listed, re.MULTILINE)))
        if not names:
            raise RepositoryWrong(f"{repository.folder} lists no package")
        output_of("apt-get", "download", *names, env=environment, cwd=root / "taken")
        taken = sorted(file.name.split("_")[:2] for file in (root / "taken").glob("*.deb"))
        return [f"{name}={version}" for name, version in taken]


def make(repository: Repository, packages: Sequence[Path], version: str) -> str:
    """Makes it and reads it back; returns one sentence for the report.

    Raises:
        RepositoryWrong: it can not be made, or apt refuses it.
    """
    repository.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        chosen = list(packages)
        if repository.keys:
            write_keys(repository)
            chosen.append(make_keyring(repository, version, Path(folder)))
        take_packages(repository, chosen)
    repository.sources.write_text(sources_of(repository))
    write_lists(repository)
    count = len(check(repository))
    words = (
        f"repository {repository.folder.name}, suite {repository.suite}: apt takes {count} packages"
    )
    if not repository.keys:
        return f"{words}; signature: none, APT_KEY names no key, so machines refuse it"
    return f"{words}, signed by {', '.join(repository.keys)}"


def keys_of_environment() -> list[str]:
    """Return the fingerprints that APT_KEY names; two while one key follows another."""
    return os.environ.get("APT_KEY", "").replace(",", " ").split()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", type=Path, help="a folder of .deb files of one version")
    parser.add_argument("--out", type=Path, default=ROOT / "dist/apt")
    parser.add_argument("--suite", default=CODENAME)
    parser.add_argument("--address", default=os.environ.get("APT_ADDRESS", ADDRESS))
    parser.add_argument("--valid-days", type=int, default=0)
    arguments = parser.parse_args()
    repository = Repository(
        arguments.out.resolve(),
        arguments.suite,
        keys_of_environment(),
        arguments.address,
        arguments.valid_days,
    )
    packages = sorted(arguments.packages.glob("*.deb"))
    versions = {_version(package) for package in packages}
    try:
        if len(versions) != 1:
            raise RepositoryWrong(f"{arguments.packages} has packages of {len(versions)} versions")
        print(f"ok  {make(repository, packages, versions.pop())}")
    except RepositoryWrong as error:
        print(f"NOT {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
