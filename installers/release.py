# SPDX-License-Identifier: GPL-3.0-only
"""`make release`: all that a release consists of, in `dist/VERSION`; it publishes nothing.
Of a commit without the release's tag, `--trial` makes the same under a version below the release.

The wheel and the sources, built twice and compared; the versions of the lock for whoever installs
the wheel; the Debian packages (and what `make windows` has left); the list of components, checked;
the notices of others' work; a question to OSV about known weaknesses; checksums, and a signature
where RELEASE_KEY names an SSH key. The packages are also put into a repository for apt, `dist/apt`,
signed where APT_KEY names OpenPGP keys. docs/releasing.md says what comes before and after.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from components import EXTRAS, ROOT, bill, unnamed, uv

sys.path.insert(0, str(ROOT))
from installers.debian.repository import (
    CODENAME,
    TRIAL,
    Repository,
    RepositoryWrong,
    keys_of_environment,
)
from installers.debian.repository import make as make_repository
from installers.version import (
    NUMBER,
    Version,
    git,
    is_release,
    version_of_commit,
    wheel_environment,
)

PYTHON = ROOT / ".venv/bin/python"
TREE = ROOT / "build/debian/tree/opt/poste-expert"
OSV = "https://api.osv.dev/v1/querybatch"
OSV_S = 30.0
ACCEPTED: dict[str, str] = {}
"""Number of a known weakness that does not keep a release back: why."""

NAMESPACE = "poste-expert-release"
"""What a signature is for (`ssh-keygen -Y`): it is good for nothing else."""

VALIDATOR = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read())
sys.exit(str(wrong) if wrong else 0)
"""


class NotReady(Exception):
    """The release can not be made; the message says why."""


def output_of(*command: str | Path, **more: object) -> str:
    """What a command prints; its failure is ours."""
    words = [str(word) for word in command]
    settings = {"cwd": ROOT, **more}
    done = subprocess.run(words, capture_output=True, text=True, check=False, **settings)  # type: ignore[call-overload]
    if done.returncode:
        raise NotReady(f"{' '.join(words[:4])}: {done.returncode}\n{done.stderr[-3000:]}")
    return str(done.stdout)


# ---- before anything is built


def section_of(changelog: str, release: str) -> str:
    """Return what the changelog says of a release.

    Raises:
        NotReady: it has no such section with a date, or has changes above it.
    """
    parts = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    newest = [part for part in parts if not part.startswith("[Unreleased]")]
    if unreleased_of(changelog):
        raise NotReady(
            f"CHANGELOG.md has unreleased changes: put them below `## [{release}] - YYYY-MM-DD`, "
            "commit, and give the tag to that commit"
        )
    if not newest or not re.match(rf"\[{re.escape(release)}\] - \d{{4}}-\d\d-\d\d\n", newest[0]):
        raise NotReady(
            f"CHANGELOG.md does not begin with `## [{release}] - YYYY-MM-DD`: name the section of "
            "this release so, commit, and give the tag to that commit"
        )
    return newest[0].partition("\n")[2].strip()


def unreleased_of(changelog: str) -> str:
    """Return the changes under `[Unreleased]`; "" for none."""
    found = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or "\n- " not in f"\n{found[1]}":
        return ""
    return found[1].strip()


def check_tag() -> None:
    """Checks that this commit is the release that the tree names.

    Raises:
        NotReady: it has no tag, or the tag names another commit.
    """
    tag = f"v{NUMBER}"
    if is_release():
        return
    if git("tag", "--list", tag):
        raise NotReady(
            f"{tag} is another commit ({git('rev-list', '-n', '1', tag)[:8]}): check that one out, "
            "or raise NUMBER in installers/version.py to the next release"
        )
    raise NotReady(
        f"this commit has no tag. Once CHANGELOG.md has the section of {NUMBER}: "
        f'git tag -s {tag} -m "Poste Expert {NUMBER}". '
        "To try packages of this commit: make release OPTIONS=--trial"
    )


def check_tree(*, trial: bool) -> str:
    """Checks that the commit is what will be released; returns the release's changes.

    Raises:
        NotReady: changed files, no tag, a changelog of something else, a lock that does not fit.
    """
    if changed := output_of("git", "status", "--porcelain").strip():
        raise NotReady(f"commit first:\n{changed}")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if trial:
        changes = unreleased_of(changelog)
    else:
        changes = section_of(changelog, NUMBER)
        check_tag()
    output_of(uv(), "lock", "--check")
    return changes


# ---- what is built


def build_twice(out: Path, version: Version) -> list[Path]:
    """The wheel and the sources.

    Raises:
        NotReady: the two builds differ.
    """
    environment = {
        **wheel_environment(version.python),
        "SOURCE_DATE_EPOCH": output_of("git", "log", "-1", "--format=%ct").strip(),
    }
    with tempfile.TemporaryDirectory() as folder:
        builds = [Path(folder) / name for name in ("first", "second")]
        for build in builds:
            output_of(uv(), "build", "--quiet", "--out-dir", build, env=environment)
        names = sorted(path.name for path in builds[0].iterdir())
        files = [name for name in names if name.endswith((".whl", ".tar.gz"))]
        for name in files:
            if not filecmp.cmp(builds[0] / name, builds[1] / name, shallow=False):
                raise NotReady(f"{name}: two builds differ")
            shutil.copyfile(builds[0] / name, out / name)
    return [out / name for name in files]


def locked_versions() -> dict[str, str]:
    """Name -> version of each package that the lock has for users, on this kind of machine."""
    words = [word for extra in EXTRAS for word in ("--extra", extra)]
    export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes")
    lines = output_of(uv(), *export, "--no-annotate", "--no-header", *words)
    return dict(re.findall(r"^([\w.-]+)==([^ ;\n]+)", lines, re.MULTILINE))


def write_constraints(file: Path) -> None:
    """For `uv tool install --constraints FILE` and `pip install --constraint FILE`."""
    words = ("--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--all-extras")
    lines = output_of(uv(), "export", *words, "--no-annotate", "--no-header")
    head = "# The versions with which this release was tested. Handbook, page install: their use.\n"
    file.write_text(head + lines, encoding="utf-8")


def check_constraints(wheel: Path, constraints: Path) -> None:
    """Whoever installs the wheel with the constraints gets the versions of the lock.

    Raises:
        NotReady: another one would be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        output_of(uv(), "venv", "--quiet", "--no-project", "--python", PYTHON.resolve(), folder)
        wish = f"{wheel}[{','.join(EXTRAS)}]"
        install = ("pip", "install", "--dry-run", "--python", f"{folder}/bin/python")
        done = subprocess.run(
            [uv(), *install, "--constraints", str(constraints), wish],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    locked = locked_versions()
    chosen = dict(re.findall(r"^ \+ ([\w.-]+)==(\S+)", done.stderr, re.MULTILINE))
    other = {name: got for name, got in chosen.items() if locked.get(name, got) != got}
    if other or len(chosen) < 50:
        raise NotReady(f"with the constraints others than the lock's are installed: {other}")


def site_packages() -> Path:
    """What is packed: the packages' tree, or where there is none the set-up's environment."""
    return next((TREE if TREE.exists() else ROOT / ".venv").glob("lib/python3*/site-packages"))


def write_components(file: Path) -> None:
    """The list of components, valid by the schema of CycloneDX 1.5.

    Raises:
        NotReady: not valid, or a library that nobody has looked at.
    """
    site = site_packages()
    if unknown := unnamed(site):
        raise NotReady(f"installers/carried.toml names nothing for {', '.join(unknown)}")
    text = json.dumps(bill(site), indent=1)
    library = "cyclonedx-python-lib[json-validation]==11.12.0"
    output_of(
        uv(),
        "run",
        "--no-project",
        "--quiet",
        "--with",
        library,
        "python",
        "-c",
        VALIDATOR,
        input=text,
    )
    file.write_text(text + "\n", encoding="utf-8")


def write_notices(file: Path) -> None:
    """Licences of others."""
    script = ROOT / "installers/debian/notices.py"
    file.write_text(output_of(PYTHON, "-I", script, site_packages()), encoding="utf-8")


def build_packages(out: Path) -> None:
    """The Debian packages."""
    output_of("/usr/bin/python3.13", ROOT / "installers/debian/build.py", "--out", out)
    (out / "SHA256SUMS").unlink()


def build_repository(out: Path, version: Version, folder: Path) -> str:
    """The packages for apt; what machines need to trust it goes beside the release, too.

    Raises:
        NotReady: apt refuses it.
    """
    suite = CODENAME if is_release() else TRIAL
    repository = Repository(folder, suite, keys_of_environment())
    if address := os.environ.get("APT_ADDRESS"):
        repository = replace(repository, address=address)
    try:
        sentence = make_repository(repository, sorted(out.glob("*.deb")), version.debian)
    except RepositoryWrong as error:
        raise NotReady(str(error)) from error
    for file in (repository.public_keys, repository.sources):
        if file.exists():
            shutil.copyfile(file, out / file.name)
    return sentence


def msi_of_this_commit() -> Path | None:
    """What `make windows` made of this commit; dist may hold others'."""
    file = ROOT / "dist" / f"poste-expert_{version_of_commit().python}_x64.msi"
    return file if file.exists() else None


def without_links(changes: str) -> str:
    """The changes for whoever has this file alone: links into the repository are their words."""
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", changes)


# ---- what is checked and signed


def known_weaknesses(purls: Sequence[str], url: str = OSV) -> dict[str, list[str]] | None:
    """Asks OSV about each package: its address (`pkg:pypi/name@version`) -> numbers of weaknesses,
    without the accepted ones. None when OSV can not be asked from here.
    """
    asked = json.dumps({"queries": [{"package": {"purl": purl}} for purl in purls]}).encode()
    request = urllib.request.Request(url, asked, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=OSV_S) as answer:
            results = json.load(answer)["results"]
    except (urllib.error.URLError, TimeoutError, ValueError, KeyError):
        return None
    found = {
        purl: [one["id"] for one in row.get("vulns", ()) if one["id"] not in ACCEPTED]
        for purl, row in zip(purls, results, strict=True)
    }
    return {purl: ids for purl, ids in found.items() if ids}


def check_weaknesses(components: Path, *, must: bool) -> str:
    """One sentence for the report.

    Raises:
        NotReady: a known weakness, or (`must`) OSV does not answer.
    """
    listed = json.loads(components.read_text("utf-8"))["components"]
    purls = sorted(one["purl"] for one in listed if "purl" in one)
    found = known_weaknesses(purls)
    if found is None and must:
        raise NotReady(f"{OSV} does not answer")
    if found:
        raise NotReady(f"known weaknesses (accept one in installers/release.py): {found}")
    if found is None:
        return f"known weaknesses: NOT CHECKED, {OSV} does not answer from here"
    return f"known weaknesses: none in {len(purls)} packages of PyPI and npm, by OSV"


def write_sums(out: Path) -> Path:
    """SHA256SUMS of all files."""
    files = sorted(path.name for path in out.iterdir() if not path.name.startswith("SHA256SUMS"))
    sums = out / "SHA256SUMS"
    sums.write_text(output_of("sha256sum", *files, cwd=out), encoding="utf-8")
    return sums


def sign(file: Path, key: str) -> str:
    """Signs a file beside it, in `FILE.sig`; one sentence for the report. Nothing without a key."""
    if not key:
        return "signature: none, RELEASE_KEY names no key"
    file.with_name(file.name + ".sig").unlink(missing_ok=True)
    output_of("ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, file)
    return f"signature: {file.name}.sig, for the use {NAMESPACE}"


def make(out: Path, *, trial: bool, packages: bool, osv: bool, key: str) -> Iterable[str]:
    """Makes everything; yields one sentence for each step that is done."""
    changes = check_tree(trial=trial)
    version = version_of_commit()
    release = version.python
    yield f"{'trial' if trial else 'release'} {release} of commit {git('rev-parse', 'HEAD')}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "CHANGES.md").write_text(without_links(changes) + "\n", encoding="utf-8")
    wheel, *others = sorted(build_twice(out, version), key=lambda path: path.suffix != ".whl")
    yield f"{wheel.name} and {', '.join(one.name for one in others)}: two builds, the same bytes"
    constraints = out / f"poste-expert-{release}-constraints.txt"
    write_constraints(constraints)
    check_constraints(wheel, constraints)
    yield f"{constraints.name}: the wheel is installed with the versions of the lock"
    if packages:
        build_packages(out)
        yield "Debian packages; `make test-packages` tries them"
        yield build_repository(out, version, out.parent / "apt")
    else:
        yield "no Debian packages and no repository: --without-packages"
    if msi := msi_of_this_commit():
        shutil.copyfile(msi, out / msi.name)
        detection = msi.with_suffix(".detection.ps1")
        shutil.copyfile(detection, out / detection.name)
        yield f"{msi.name}, and {detection.name} for tools that distribute programs"
    else:
        yield "no MSI: dist has none of this commit (make windows)"
    components = out / f"poste-expert-{release}.cdx.json"
    write_components(components)
    yield f"{components.name}: valid CycloneDX 1.5"
    write_notices(out / f"poste-expert-{release}-third-party.txt")
    yield "notices of others' work"
    yield check_weaknesses(components, must=osv)
    sums = write_sums(out)
    yield f"{sums.name}: {len(sums.read_text().splitlines())} files"
    yield sign(sums, key)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="instead of dist/VERSION")
    parser.add_argument(
        "--trial", action="store_true", help="of a commit without tag, below the release"
    )
    parser.add_argument("--without-packages", action="store_true", help="no Debian packages")
    parser.add_argument(
        "--must-ask-osv", action="store_true", help="fail where OSV is out of reach"
    )
    arguments = parser.parse_args()
    out = (arguments.out or ROOT / "dist" / version_of_commit().python).resolve()
    try:
        for sentence in make(
            out,
            trial=arguments.trial,
            packages=not arguments.without_packages,
            osv=arguments.must_ask_osv,
            key=os.environ.get("RELEASE_KEY", ""),
        ):
            print(f"ok  {sentence}", flush=True)
    except NotReady as error:
        print(f"NOT {error}", flush=True)
        return 1
    print(f"{out} is complete. Publication is by hand: docs/releasing.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
