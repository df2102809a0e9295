# SPDX-License-Identifier: GPL-3.0-only
"""What of others is in our packages: for the notices, and the list of components (CycloneDX).

Three sources: `uv.lock` for Python packages, `carried.toml` for what these carry along (Qt,
Chromium, FFmpeg's codecs, nats-server), rrweb's stamp and the client's `package-lock.json`.
`components.py SITE-PACKAGES` prints the list. Needs nothing but Python and uv.
"""

from __future__ import annotations

import argparse
import base64
import fnmatch
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from installers.version import version_of_commit  # noqa: E402

EXTRAS = ("gui", "echo", "postgresql", "s3", "webdav")
"""Of `pyproject.toml`, in the packages for Debian."""

LIBRARY = re.compile(r"\.so(\.[\w.]+)?$|\.dll$|\.pyd$", re.IGNORECASE)
CARRIED_IN = ("*.libs/*", "PyQt6/Qt6/lib/*", "PyQt6/Qt6/bin/*")
"""Where wheels put libraries of others."""

BUILD_ONLY = ("esbuild", "@esbuild/")


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One row of `carried.toml`, and the files of it that are there."""

    name: str
    licence: str
    sources: str
    files: list[str]
    version: str = ""
    note: str = ""
    found: list[Path] = field(default_factory=list)


def uv() -> str:
    """The program uv, which the set-up brings where the system has none."""
    return shutil.which("uv") or str(ROOT / "build/uv/bin/uv")


def _paths(site: Path) -> list[str]:
    found = []
    for folder, _folders, names in site.walk():
        below = folder.relative_to(site)
        found += [(below / name).as_posix() for name in names if not (folder / name).is_symlink()]
    return sorted(found)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all: there are tens of thousands of files."""
    return re.compile("|".join(fnmatch.translate(one) for one in patterns))


def carried(site: Path) -> list[Carried]:
    """What is carried along below this site-packages, with versions."""
    rows = tomllib.loads((HERE / "carried.toml").read_text("utf-8"))["component"]
    paths, listed = _paths(site), []
    in_a_row = _any_of(each for row in rows for each in row["files"])
    candidates = [one for one in paths if in_a_row.match(one)]
    for row in rows:
        of_row = _any_of(row["files"])
        found = [one for one in candidates if of_row.match(one)]
        if found:
            files = [site / one for one in found]
            version = _version(row.pop("version", ""), site, paths, files)
            listed.append(Carried(**row, version=version, found=files))
    return listed


def _version(rule: str, site: Path, paths: list[str], files: list[Path]) -> str:
    if rule.startswith("of "):
        package = re.sub(r"[-_.]+", "[-_.]", rule[3:])
        wanted = re.compile(rf"{package}-([^-]+)\.dist-info/", re.IGNORECASE)
        return next((found[1] for path in paths if (found := wanted.match(path))), "")
    if rule.startswith("in "):
        pattern, _, expression = rule[3:].partition(": ")
        file = next((one for one in paths if fnmatch.fnmatchcase(one, pattern)), None)
        said = re.search(expression.encode(), (site / file).read_bytes()) if file else None
        return said[1].decode().replace("\0", "") if said else ""  # fonts write in UTF-16
    if rule:
        return rule
    so_name = re.search(r"\.so\.([\w.]+)$", files[0].name)
    return f"so.{so_name[1]}" if so_name else ""


def unnamed(site: Path) -> list[str]:
    """Libraries of others that no row of `carried.toml` names: nobody has looked at them."""
    named = {path for one in carried(site) for path in one.found}
    libraries = _any_of(CARRIED_IN)
    return [
        path
        for path in _paths(site)
        if libraries.match(path) and LIBRARY.search(path) and site / path not in named
    ]


def _licences(expression: str) -> list[dict[str, Any]]:
    return [{"expression": expression}]


def _javascript() -> Iterator[dict[str, Any]]:
    """rrweb, and what is bundled for the client."""
    stamp = json.loads((ROOT / "resources/vendor/VENDOR.json").read_text("utf-8"))
    lock = json.loads((HERE / "client/package-lock.json").read_text("utf-8"))
    rows = [(stamp["name"], {**stamp, "license": "MIT"})]
    for place, row in lock["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not row.get("dev") and not name.startswith(BUILD_ONLY):
            rows.append((name, row))
    for name, row in rows:
        purl = f"pkg:npm/{name.replace('@', '%40')}@{row['version']}"
        digest = base64.b64decode(row["integrity"].partition("-")[2]).hex()
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": row["version"],
            "purl": purl,
            "licenses": _licences(row["license"]),
            "hashes": [{"alg": "SHA-512", "content": digest}],
        }


def _as_components(rows: Iterable[Carried]) -> Iterator[dict[str, Any]]:
    for row in rows:
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"carried-{re.sub(r'[^a-z0-9]+', '-', row.name.lower())}",
            "name": row.name,
            "licenses": _licences(row.licence),
            "externalReferences": [
                {"type": "distribution", "url": url}
                for url in re.findall(r"https?://[^\s,]+", row.sources)
            ],
        }
        if row.version:
            component["version"] = row.version
        if row.note:
            component["description"] = row.note
        yield component


def bill(site: Path, extras: Iterable[str] = EXTRAS) -> dict[str, Any]:
    """The list of components, the same for the same files: no number by chance, no time of now."""
    words = [word for extra in extras for word in ("--extra", extra)]
    export = ("export", "--quiet", "--frozen", "--no-dev", "--format", "cyclonedx1.5", *words)
    said = subprocess.run(
        [uv(), *export], check=True, cwd=ROOT, capture_output=True, text=True
    ).stdout
    listed: dict[str, Any] = json.loads(said)
    listed.pop("serialNumber")
    listed["metadata"].pop("timestamp")
    listed["metadata"]["component"]["version"] = version_of_commit().python
    listed["metadata"]["component"]["licenses"] = _licences("GPL-3.0-only")
    known = licences_of(site)
    listed["components"] = [row for row in listed["components"] if plain_name(row["name"]) in known]
    for component in listed["components"]:
        # the sources; the wheels of every platform, by hash, are in uv.lock
        component["externalReferences"] = component.get("externalReferences", [])[:1]
        component["licenses"] = _licences(known[plain_name(component["name"])])
    _forget_absent(listed)
    if "expert-app" in known:
        listed["components"] += _javascript()
    listed["components"] += _as_components(carried(site))
    return listed


def _forget_absent(listed: dict[str, Any]) -> None:
    """No line on what depends on what names something that is not in the list."""
    there = {row["bom-ref"] for row in [*listed["components"], listed["metadata"]["component"]]}
    listed["dependencies"] = [
        {**row, "dependsOn": [ref for ref in row.get("dependsOn", ()) if ref in there]}
        for row in listed["dependencies"]
        if row["ref"] in there
    ]


def plain_name(name: str) -> str:
    """The name of a Python package as all of its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _looked_up() -> dict[str, str]:
    """Licences that metadata say in words, as SPDX writes them: the table of `carried.toml`."""
    table: dict[str, str] = tomllib.loads((HERE / "carried.toml").read_text("utf-8"))["licences"]
    return table


def licence_of(package: importlib.metadata.Distribution) -> str:
    """The licence of a Python package as SPDX writes it."""
    if (known := _looked_up().get(plain_name(package.name))) is not None:
        return known
    fields = package.metadata
    given = fields.get("License-Expression") or fields.get("License") or ""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in fields.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    return (given.strip().splitlines() or [", ".join(classifiers) or "see its texts"])[0]


def licences_of(site: Path) -> dict[str, str]:
    """Name of a Python package, as PyPI compares it -> its licence."""
    packages = importlib.metadata.distributions(path=[str(site)])
    return {plain_name(one.name): licence_of(one) for one in packages}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("site", type=Path, help="a folder site-packages with all that is packed")
    parser.add_argument("--extra", action="append", help="of pyproject.toml; those of Debian's")
    arguments = parser.parse_args()
    print(json.dumps(bill(arguments.site, arguments.extra or EXTRAS), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
