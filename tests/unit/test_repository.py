# SPDX-License-Identifier: GPL-3.0-only
"""The repository of a release: apt takes what is whole and signed, and nothing else. Keys and apt
are real; nothing of this machine is read.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from installers.debian import repository as built  # noqa: E402
from installers.debian.repository import KEYRING, Repository, RepositoryWrong  # noqa: E402

NEEDED = ("apt-ftparchive", "apt-get", "dpkg-deb", "gpg", "gpgconf")
LACKING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"no {', '.join(LACKING)} here")


@pytest.fixture(scope="module")
def keys() -> Iterator[list[str]]:
    """Fingerprints of two throw-away keys."""
    with tempfile.TemporaryDirectory(prefix="gpg") as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", home)
        gpg = ["gpg", "--batch", "--quiet", "--passphrase", ""]
        for name in ("old", "new"):
            make = ["--quick-generate-key", f"{name} <{name}@poste-expert.example>"]
            subprocess.run([*gpg, *make, "ed25519", "sign", "0"], check=True, capture_output=True)
        listed = subprocess.run(
            [*gpg, "--list-secret-keys", "--with-colons"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        yield [line.split(":")[9] for line in listed.stdout.splitlines() if line[:3] == "fpr"]
        subprocess.run(["gpgconf", "--kill", "all"], check=True)


@pytest.fixture
def package(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a package of nothing."""

    def make(name: str, version: str) -> Path:
        root = tmp_path / "root"
        shutil.rmtree(root, ignore_errors=True)
        (root / "DEBIAN").mkdir(parents=True)
        fields = {"Package": name, "Version": version, "Architecture": "all", "Description": "x"}
        control = "".join(f"{field}: {value}\n" for field, value in fields.items())
        (root / "DEBIAN/control").write_text(f"{control}Maintainer: a <a@b.example>\n")
        deb = tmp_path / f"{name}_{version}_all.deb"
        command = ["dpkg-deb", "--root-owner-group", "--build", str(root), str(deb)]
        subprocess.run(command, check=True, capture_output=True)
        return deb

    return make


@pytest.fixture
def repository(tmp_path: Path, keys: list[str], package: Callable[[str, str], Path]) -> Repository:
    """A repository of the release 0.3.0, signed by the old key."""
    made = Repository(tmp_path / "apt", keys=keys[:1])
    built.make(
        made, [package("poste-expert", "0.3.0"), package("poste-expert-hub", "0.3.0")], "0.3.0"
    )
    return made


def test_apt_takes_a_release_and_its_keys(repository: Repository) -> None:
    names = ("poste-expert", KEYRING, "poste-expert-hub")
    assert built.check(repository) == [f"{name}=0.3.0" for name in sorted(names)]
    signed = (repository.folder / "dists/trixie/InRelease").read_text()
    for field in ("Origin: Poste Expert", "Codename: trixie", "Suite: stable"):
        assert f"\n{field}\n" in signed
    assert "Valid-Until" not in signed


def test_the_release_before_stays_and_the_one_before_that_goes(
    repository: Repository, package: Callable[[str, str], Path]
) -> None:
    for version in ("0.10.0~dev20300101000000.01234567", "0.10.0"):
        built.make(repository, [package("poste-expert", version)], version)
    files = sorted(file.name for file in repository.pool.glob("poste-expert_*"))
    assert files == [
        "poste-expert_0.10.0_all.deb",
        "poste-expert_0.10.0~dev20300101000000.01234567_all.deb",
    ]
    assert "poste-expert=0.10.0" in built.check(repository)


def test_no_list_ever_names_a_package_that_is_gone(
    repository: Repository, package: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    built.make(repository, [package("poste-expert", "0.4.0")], "0.4.0")

    def interrupted(_repository: Repository) -> None:
        raise RepositoryWrong("no room")

    monkeypatch.setattr(built, "write_lists", interrupted)
    with pytest.raises(RepositoryWrong, match="no room"):
        built.make(repository, [package("poste-expert", "0.5.0")], "0.5.0")
    assert "poste-expert=0.4.0" in built.check(repository)
    assert list(repository.pool.glob("poste-expert_0.3.0_*"))


def test_a_copy_of_the_folder_is_a_mirror(repository: Repository, tmp_path: Path) -> None:
    copy = tmp_path / "mirror"
    shutil.copytree(repository.folder, copy)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            return None

    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(copy))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        taken = built.check(repository, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert "poste-expert-hub=0.3.0" in taken


def _without_the_list(folder: Path) -> None:
    for file in folder.glob("dists/trixie/main/binary-amd64/Packages*"):
        file.unlink()


def _without_a_package(folder: Path) -> None:
    next(folder.glob("pool/trixie/poste-expert-hub_*")).unlink()


def _with_another_package(folder: Path) -> None:
    file = next(folder.glob("pool/trixie/poste-expert-hub_*"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def _with_another_list(folder: Path) -> None:
    file = folder / "dists/trixie/main/binary-amd64/Packages"
    for packed in folder.glob("dists/trixie/main/binary-amd64/Packages.*"):
        packed.unlink()
    file.write_text(file.read_text().replace("0.3.0", "9.9.9"))


def _without_a_signature(folder: Path) -> None:
    (folder / "dists/trixie/InRelease").unlink()
    (folder / "dists/trixie/Release.gpg").unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_without_the_list, "Packages"),
        (_without_a_package, "poste-expert-hub"),
        (_with_another_package, "poste-expert-hub"),
        (_with_another_list, "Packages"),
        (_without_a_signature, "not signed"),
    ],
)
def test_apt_refuses_half_a_repository(
    repository: Repository, harm: Callable[[Path], None], words: str
) -> None:
    harm(repository.folder)
    with pytest.raises(RepositoryWrong, match=words):
        built.check(repository)


def test_a_key_follows_another_while_both_sign(
    repository: Repository, keys: list[str], package: Callable[[str, str], Path]
) -> None:
    old, new = (replace(repository, keys=[key]) for key in keys)
    built.write_keys(new)
    with pytest.raises(RepositoryWrong, match=keys[0][-16:]):
        built.check(new)  # a machine that trusts another key
    both = replace(repository, keys=keys)
    built.make(both, [package("poste-expert", "0.4.0")], "0.4.0")
    for machine in (old, new, both):
        built.write_keys(machine)
        assert f"{KEYRING}=0.4.0" in built.check(machine)
    built.write_keys(both)
    built.make(new, [package("poste-expert", "0.5.0")], "0.5.0")
    built.write_keys(both)  # as the upgrade to 0.4.0 left it
    assert f"{KEYRING}=0.5.0" in built.check(both)


def test_a_trial_is_apart_from_the_release(
    repository: Repository, package: Callable[[str, str], Path]
) -> None:
    trial = replace(repository, suite=built.TRIAL)
    version = "0.4.0~dev20300101000000.01234567"
    built.make(trial, [package("poste-expert", version)], version)
    assert f"poste-expert={version}" in built.check(trial)
    assert "poste-expert=0.3.0" in built.check(repository)
    assert "\nSuites: trixie\n" in repository.sources.read_text()
    assert "\nSuites: trixie-trial\n" in trial.sources.read_text()


def test_without_a_key_the_report_says_so_and_machines_refuse_it(
    tmp_path: Path, package: Callable[[str, str], Path]
) -> None:
    unsigned = Repository(tmp_path / "unsigned")
    said = built.make(unsigned, [package("poste-expert", "0.3.0")], "0.3.0")
    assert "signature: none" in said
    assert not (unsigned.folder / "dists/trixie/InRelease").exists()


def test_a_key_that_gpg_has_not_is_named(
    tmp_path: Path, package: Callable[[str, str], Path], keys: list[str]
) -> None:
    wrong = Repository(tmp_path / "wrong", keys=[*keys, "0" * 40])
    with pytest.raises(RepositoryWrong, match="gpg has no key 0000"):
        built.make(wrong, [package("poste-expert", "0.3.0")], "0.3.0")


def test_a_repository_may_end_with_its_signature(
    tmp_path: Path, package: Callable[[str, str], Path], keys: list[str]
) -> None:
    made = Repository(tmp_path / "short", keys=keys[:1], valid_days=30)
    built.make(made, [package("poste-expert", "0.3.0")], "0.3.0")
    assert "\nValid-Until: " in (made.folder / "dists/trixie/InRelease").read_text()
