# SPDX-License-Identifier: GPL-3.0-only
"""The repository from which the machine installs: signed by a key that is made for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.packages.machine import ROOT, CommandFailed

sys.path.insert(0, str(ROOT))
from installers.debian import repository as built

SUITE = built.TRIAL
ON_MACHINE = "file:/srv/packages"


@contextmanager
def throw_away_key() -> Iterator[str]:
    """Makes an OpenPGP key; yields its fingerprint."""
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        os.environ["GNUPGHOME"] = home
        gpg = ["gpg", "--batch", "--quiet", "--passphrase", ""]
        make = ["--quick-generate-key", "Nobody <nobody@poste-expert.example>", "ed25519", "sign"]
        subprocess.run([*gpg, *make, "1d"], check=True, capture_output=True)
        listed = subprocess.run(
            [*gpg, "--list-secret-keys", "--with-colons"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        lines = listed.stdout.splitlines()
        yield next(line.split(":")[9] for line in lines if line.startswith("fpr"))
        subprocess.run(["gpgconf", "--kill", "all"], check=True)
        del os.environ["GNUPGHOME"]


def publish(folder: Path, packages: Path, key: str) -> str:
    """Puts the newest packages of a folder into the repository; returns their version.

    Raises:
        CommandFailed: apt refuses it.
    """
    newest = max(packages.glob("poste-expert_*.deb"), key=lambda path: path.stat().st_mtime)
    version = newest.name.split("_")[1]
    repository = built.Repository(folder, SUITE, [key], ON_MACHINE)
    try:
        print(f"    {built.make(repository, sorted(packages.glob(f'*_{version}_*.deb')), version)}")
    except built.RepositoryWrong as error:
        raise CommandFailed(str(error)) from error
    return version


def begin(folder: Path) -> None:
    """No repository of an earlier run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
