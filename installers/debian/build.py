# SPDX-License-Identifier: GPL-3.0-only
"""Builds the Debian packages from `uv.lock`, for `make packages`.

First the tree of the programs, which lands in /opt/poste-expert: Python packages of the lock
(hashes checked), cut by `kept.txt`, compiled; divided into what a hub needs and the rest. Then one
.deb for each folder beside this file:

    control           the fields of the package
    install           lines "FILE FOLDER": a file of the repository, and where a machine has it
    postinst, prerm, postrm, lintian-overrides    as Debian names them

The same commit gives the same bytes: times are the commit's, nothing of this machine goes in.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import fnmatch
import hashlib
import os
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import cache_from_source
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from installers.components import EXTRAS, plain_name, uv  # noqa: E402
from installers.version import Version, version_of_commit, wheel_environment  # noqa: E402

PYTHON = "/usr/bin/python3.13"
"""Debian 13's. The tree fits this minor version only."""
HOME = Path("opt/poste-expert")
SITE = HOME / "lib/python3.13/site-packages"
PROGRAMS = "poste-expert"
"""The package with our own code and what a hub needs; all others depend on it."""
GUI = "poste-expert-gui"
"""The package with the rest of the tree: Qt, Chromium, media."""
HUB_EXTRAS = ("postgresql", "s3", "webdav")
SCRIPTS = ("postinst", "prerm", "postrm", "preinst")
LAUNCHER = """#!/bin/sh
# -I: neither the environment nor the current folder brings other Python code in.
exec "$(dirname "$(readlink -f "$0")")/python" -I -m expert_app "$@"
"""
SYSTEM = Path("/usr/lib/x86_64-linux-gnu")
OF_SYSTEM = {
    "av.libs/libXau-*": "libXau.so.6",
    "av.libs/libdrm-*": "libdrm.so.2",
    "av.libs/libxcb-????????.so*": "libxcb.so.1",
    "av.libs/libxcb-shape-*": "libxcb-shape.so.0",
    "av.libs/libxcb-shm-*": "libxcb-shm.so.0",
    "av.libs/libxcb-xfixes-*": "libxcb-xfixes.so.0",
}
"""Copies that wheels carry of what Debian has: Debian's is used, with its security updates. These
are 30 MB of zeros.
"""
STAMPS = Path("usr/share/poste-expert/versions")
"""Read by `session/core/program_version.py`."""
PROGRAM_FOLDERS = ("bin", "sbin", "libexec")
"""What may be started is in these, and nowhere else."""
HANDBOOK = Path("usr/share/doc/poste-expert/handbook")
SITE_ADDRESS = "https://poste-expert.example"
ICON = ROOT / "resources/icons/poste-expert.svg"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


@dataclass(frozen=True)
class Build:
    """One run of the builder.

    Attributes:
        work: where trees grow.
        out: where the .deb files go.
        version: of the packages, and of the wheel in them.
        compression: dpkg-deb's options.
        site: where a software shop finds the project's page and, in `pictures`, its pictures.
    """

    work: Path
    out: Path
    version: Version
    compression: tuple[str, ...]
    site: str


def run(*command: str | Path, **more: object) -> None:
    """Runs a command in the repository; its failure is ours."""
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT, **more)  # type: ignore[call-overload]


def output_of(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(
        command, check=True, cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()


# ---- what is kept ----


def read_rules(file: Path) -> list[tuple[bool, str]]:
    """The lines of `kept.txt`: (kept, pattern)."""
    rules = []
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            word, pattern = line.split()
            if word not in ("keep", "drop"):
                raise ValueError(f"{file.name}: {line!r} is neither keep nor drop")
            rules.append((word == "keep", pattern))
    return rules


def is_kept(path: str, rules: list[tuple[bool, str]]) -> bool:
    """Whether a path below site-packages goes into the package."""
    return next((kept for kept, pattern in rules if fnmatch.fnmatchcase(path, pattern)), True)


def cut(site: Path, kept: Callable[[str], bool] | None = None) -> None:
    """Takes away what `kept.txt` drops, or what is not `kept`, from the packages' own lists of
    files too.
    """
    kept = kept or partial(is_kept, rules=read_rules(HERE / "kept.txt"))
    for path in sorted(site.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif not kept(path.relative_to(site).as_posix()):
            path.unlink()
    for record in sorted(site.glob("*.dist-info/RECORD")):
        lines = record.read_text().splitlines(keepends=True)
        paths = [path for path, *_hash in csv.reader(lines)]
        there = [line for line, path in zip(lines, paths, strict=True) if (site / path).exists()]
        record.write_text("".join(there))


def use_system(site: Path) -> None:
    """Puts Debian's libraries in the place of copies (`OF_SYSTEM`)."""
    for pattern, name in OF_SYSTEM.items():
        for copy in sorted(site.glob(pattern)):
            copy.unlink()
            copy.symlink_to(SYSTEM / name)


# ---- the tree of the programs ----


def make_tree(build: Build) -> Path:
    """The programs as they lie on a machine, below a folder that stands for /."""
    tree, locked, wheels = build.work / "tree", build.work / "locked.txt", build.work / "wheels"
    for folder in (tree, wheels):
        shutil.rmtree(folder, ignore_errors=True)
    home, site = tree / HOME, tree / SITE
    environment = wheel_environment(build.version.python)
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", wheels, env=environment)
    locked.write_text(locked_packages(EXTRAS))
    run(uv(), "venv", "--quiet", "--relocatable", "--no-project", "--python", PYTHON, home)
    into = ("pip", "install", "--quiet", "--no-deps", "--link-mode", "copy", "--python")
    run(uv(), *into, home / "bin/python", "--require-hashes", "--requirement", locked)
    run(uv(), *into, home / "bin/python", next(wheels.glob("*.whl")))
    keep_programs(home)
    cut(site)
    use_system(site)
    strip_libraries(site)
    compile_all(tree, HOME, "/")
    return tree


def locked_packages(extras: tuple[str, ...]) -> str:
    """The lock's versions of what the project and these extras need, with hashes."""
    words = [word for extra in extras for word in ("--extra", extra)]
    return output_of(uv(), "export", "--frozen", "--no-dev", "--no-emit-project", *words) + "\n"


def divide(tree: Path, build: Build) -> None:
    """The tree as two packages have it: links to its files, below `PROGRAMS` and `GUI`."""
    ours, others = build.work / PROGRAMS, build.work / GUI
    for folder in (ours, others):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tree, ours, symlinks=True, copy_function=os.link)
    of_hub = re.findall(r"^([\w.-]+)==", locked_packages(HUB_EXTRAS), re.MULTILINE)
    site, stay = ours / SITE, {plain_name(name) for name in (*of_hub, "expert-app")}
    files: dict[bool, set[str]] = {True: set(), False: set()}
    for record in site.glob("*.dist-info/RECORD"):
        name = plain_name(record.parent.name.partition("-")[0])
        with record.open(newline="") as lines:
            files[name in stay].update(path for path, *_hash in csv.reader(lines))
    for path in sorted(files[False] - files[True]):
        for file in (site / path, Path(cache_from_source(str(site / path)))):
            if file.is_symlink() or file.is_file():
                place = others / SITE / file.relative_to(site)
                place.parent.mkdir(parents=True, exist_ok=True)
                file.rename(place)
    cut(site, lambda _path: True)


def keep_programs(home: Path) -> None:
    """Of the environment's commands: Python, nats-server and our own."""
    for path in (home / "bin").iterdir():
        if not path.name.startswith("python") and path.name != "nats-server":
            path.unlink()
    for name in (".gitignore", ".lock", "CACHEDIR.TAG"):
        (home / name).unlink(missing_ok=True)
    for link in (home / "bin").glob("python*"):
        link.unlink()
        link.symlink_to(PYTHON if link.name == "python" else "python")
    (home / "pyvenv.cfg").write_text(
        f"home = {Path(PYTHON).parent}\ninclude-system-site-packages = false\n"
    )
    launcher = home / "bin/expert-app"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def strip_libraries(site: Path) -> None:
    """Symbols that only a debugger reads go: 110 MB."""
    for path in sorted(site.rglob("*.so*")):
        if not path.is_symlink():
            run("strip", "--strip-unneeded", "--preserve-dates", path)


def compile_all(tree: Path, folder: Path, installed_below: str) -> None:
    """Compiles every module of a folder of the tree, without times: Python never looks at the
    sources again, and writes nothing where it is installed.
    """
    done = compileall.compile_dir(
        tree / folder,
        quiet=1,
        force=True,
        stripdir=str(tree),
        prependdir=installed_below,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("a module of the tree cannot be compiled")


def draw_icons(root: Path, programs: Path) -> None:
    """Our SVG in the sizes that desktops ask for, drawn by the tree's own Qt."""
    icons = root / "usr/share/icons/hicolor"
    drawing = (
        "import sys\n"
        "from PyQt6.QtGui import QImage, QPainter\n"
        "from PyQt6.QtSvg import QSvgRenderer\n"
        "for size, file in zip(map(int, sys.argv[2::2]), sys.argv[3::2]):\n"
        "    image = QImage(size, size, QImage.Format.Format_ARGB32)\n"
        "    image.fill(0)\n"
        "    painter = QPainter(image)\n"
        "    QSvgRenderer(sys.argv[1]).render(painter)\n"
        "    painter.end()\n"
        "    assert image.save(file)\n"
    )
    words: list[str] = []
    for size in ICON_SIZES:
        file = icons / f"{size}x{size}/apps/poste-expert.png"
        file.parent.mkdir(parents=True)
        words += [str(size), str(file)]
    run(programs / HOME / "bin/python", "-I", "-c", drawing, ICON, *words)


# ---- packages ----


def package_names() -> list[str]:
    """Every folder here is a package."""
    return sorted(path.parent.name for path in HERE.glob("*/control"))


def installed_files(name: str) -> list[tuple[Path, Path]]:
    """(file of the repository, path on a machine without its /), from the package's `install`."""
    pairs = []
    list_file = HERE / name / "install"
    for line in list_file.read_text().splitlines() if list_file.exists() else ():
        if not line or line.startswith("#"):
            continue
        source, place = line.split()
        found = sorted(ROOT.glob(source))
        if not found:
            raise FileNotFoundError(f"{name}/install: no file {source}")
        for file in found:
            target = Path(place.lstrip("/"))
            pairs.append((file, target / file.name if place.endswith("/") else target))
    return pairs


def control_of(name: str, version: str, size_kib: int) -> str:
    """The fields of a package."""
    text = Template((HERE / name / "control").read_text())
    return text.substitute(version=version, size=size_kib, qt=", ".join(qt_libraries()))


def qt_libraries() -> list[str]:
    """What Qt's wheels need of the system: one list, that of the set-up."""
    setup = (ROOT / "installers/setup.sh").read_text()
    found = re.search(r"^qt=\((.*?)\)", setup, re.DOTALL | re.MULTILINE)
    if found is None:
        raise SystemExit("installers/setup.sh has no list of Qt's libraries any more")
    return found[1].split()


def make_package(build: Build, name: str, programs: Path) -> Path:
    """One .deb.

    Args:
        programs: the whole tree.
    """
    root = build.work / name
    if name not in (PROGRAMS, GUI):
        shutil.rmtree(root, ignore_errors=True)
    for source, target in installed_files(name):
        file = root / target
        file.parent.mkdir(parents=True, exist_ok=True)
        if source.name.endswith(".metainfo.xml"):
            file.write_text(Template(source.read_text()).substitute(site=build.site))
        else:
            shutil.copyfile(source, file)
    if name == PROGRAMS:
        link = root / "usr/bin/expert-app"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(f"/{HOME}/bin/expert-app")
    if name == "poste-expert-desk":
        draw_icons(root, programs)
    stamp(root, name, build.version)
    add_documents(root, name, build.version.debian)
    if name == PROGRAMS:
        add_handbook(root, build.work)
    if name in (PROGRAMS, GUI):
        add_notices(root, root / "usr/share/doc" / name, programs)
    run(ROOT / ".venv/bin/python", ROOT / "installers/command_pages.py", root, name)
    add_control(root, name, build.version.debian)
    same_for_all(root)
    build.out.mkdir(parents=True, exist_ok=True)
    architecture = re.search(
        r"^Architecture: (\w+)$", (HERE / name / "control").read_text(), re.MULTILINE
    )
    assert architecture is not None
    deb = build.out / f"{name}_{build.version.debian}_{architecture[1]}.deb"
    run("dpkg-deb", "--root-owner-group", *build.compression, "--build", root, deb)
    return deb


def stamp(root: Path, name: str, version: Version) -> None:
    """The version of each package where the programs read it: they say when a role is older."""
    file = root / STAMPS / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(version.python + "\n")


def add_handbook(root: Path, work: Path) -> None:
    """The pages of docs as HTML, made by the set-up's Python, which has Sphinx."""
    builder, folder = ROOT / "installers/handbook/build.py", root / HANDBOOK
    run(ROOT / ".venv/bin/python", builder, folder, "--work", work / "handbook")


def add_documents(root: Path, name: str, version: str) -> None:
    """What Debian wants of every package: copyright, a list of changes, exceptions for lintian."""
    folder = root / "usr/share/doc" / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "copyright", folder / "copyright")
    when = output_of("git", "log", "-1", "--format=%cd", "--date=rfc2822")
    changes = (
        f"poste-expert ({version}) trixie; urgency=medium\n\n  * See CHANGELOG.md of the project.\n"
        f"\n -- Poste Expert <poste-expert@localhost>  {when}\n"
    )
    packed = folder / "changelog.gz"
    run("gzip", "-9n", input=changes.encode(), stdout=packed.open("wb"))
    overrides = HERE / name / "lintian-overrides"
    if overrides.exists():
        place = root / "usr/share/lintian/overrides" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(overrides, place)


def add_notices(root: Path, folder: Path, programs: Path) -> None:
    """What others wrote: their licences, and a list of components (CycloneDX 1.5)."""
    site = root / SITE
    python, script = str(programs / HOME / "bin/python"), str(HERE / "notices.py")
    notices = output_of(python, "-I", script, str(site))
    run("gzip", "-9n", input=notices.encode(), stdout=(folder / "third-party.txt.gz").open("wb"))
    rights = output_of(python, "-I", str(HERE / "copyrights.py"), str(site), str(SITE))
    with (folder / "copyright").open("a") as file:
        file.write(f"\n{rights}\n")
    lister = str(ROOT / "installers/components.py")
    components = output_of(python, "-I", lister, str(site)).encode()
    run("gzip", "-9n", input=components, stdout=(folder / "sbom.cdx.json.gz").open("wb"))


def add_control(root: Path, name: str, version: str) -> None:
    """The folder DEBIAN: fields, scripts, which files an administrator may change, checksums."""
    folder = root / "DEBIAN"
    shutil.rmtree(folder, ignore_errors=True)
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    folder.mkdir()
    size_kib = sum(-(-path.stat().st_size // 1024) for path in files)
    (folder / "control").write_text(control_of(name, version, size_kib))
    settings = [path for path in files if path.relative_to(root).parts[0] == "etc"]
    if settings:
        names = [f"/{path.relative_to(root).as_posix()}\n" for path in settings]
        (folder / "conffiles").write_text("".join(names))
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}"
        f"  {path.relative_to(root).as_posix()}\n"
        for path in files
        if path not in settings
    ]
    (folder / "md5sums").write_text("".join(sums))
    for script in SCRIPTS:
        if (HERE / name / script).exists():
            shutil.copyfile(HERE / name / script, folder / script)


def same_for_all(root: Path) -> None:
    """Rights and times that do not depend on who builds, where and when."""
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in [*sorted(root.rglob("*")), root]:
        if not path.is_symlink():
            started = path.parent.name in PROGRAM_FOLDERS or path.name in SCRIPTS
            path.chmod(0o755 if path.is_dir() or started else 0o644)
        os.utime(path, (when, when), follow_symlinks=False)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build/debian")
    parser.add_argument("--version", help="of the packages, instead of the commit's: for tests")
    parser.add_argument("--site", default=SITE_ADDRESS, help="address of the project's web site")
    parser.add_argument("--tree", type=Path, help="pack this tree again, build none")
    parser.add_argument("--fast", action="store_true", help="larger files sooner: for tests")
    arguments = parser.parse_args()
    os.environ["TZ"] = "UTC"
    os.environ.setdefault("SOURCE_DATE_EPOCH", output_of("git", "log", "-1", "--format=%ct"))
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of a set in a compiled module follows the seed.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(PYTHON, [PYTHON, *sys.argv])
    xz = ("-Zxz", "-z2", "--threads-max=1")
    if arguments.version:
        version = Version(arguments.version, arguments.version)
    else:
        version = version_of_commit()
    build = Build(
        work=arguments.work.resolve(),
        out=arguments.out.resolve(),
        version=version,
        compression=("-Zzstd", "-z1") if arguments.fast else xz,
        site=arguments.site,
    )
    build.work.mkdir(parents=True, exist_ok=True)
    programs = arguments.tree.resolve() if arguments.tree else make_tree(build)
    divide(programs, build)
    for name in package_names():
        deb = make_package(build, name, programs)
        print(f"{deb.name}: {deb.stat().st_size / 1e6:.1f} MB", flush=True)
    files = sorted(path.name for path in build.out.glob(f"*_{version.debian}_*.deb"))
    sums = subprocess.run(["sha256sum", *files], check=True, cwd=build.out, capture_output=True)
    (build.out / "SHA256SUMS").write_bytes(sums.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
