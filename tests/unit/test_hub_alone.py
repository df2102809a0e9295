# SPDX-License-Identifier: GPL-3.0-only
"""A hub's machine has the libraries of `dependencies` and no others: no Qt, no Chromium, no media.
Its programs run there; a command that needs a window says which package brings it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from expert_app.runtime.ports import free_port

ROOT = Path(__file__).parents[2]
EXTRAS = ("postgresql", "s3", "webdav")
"""Of `pyproject.toml`, in a hub's package."""
OF_A_HUB = (
    "expert_app.backup",
    "expert_app.commands.dossiers",
    "expert_app.commands.hub",
    "expert_app.commands.logs",
    "expert_app.commands.setup",
    "expert_app.ged",
    "expert_app.hub",
    "expert_app.register",
    "expert_app.runtime",
    "expert_app.sign_on",
    "expert_app.stores",
    "expert_app.vault",
    "session.bus",
    "session.hub",
    "session.log",
    "session.protocol",
    "documents.pages",
    "documents.pdf",
    "documents.printed",
    "documents.store",
)
WITH_WINDOWS = {
    "expert_app.runtime.media_engines",
    "expert_app.runtime.network_watch",
    "expert_app.runtime.window_program",
}
IMPORT_ALL = """
import importlib, pkgutil
for name in {packages}:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            print(module.name, error.name)
"""
RUN = "from expert_app.__main__ import command; command()"


def _needed(name: str, extras: tuple[str, ...], met: set[str]) -> Iterator[Distribution]:
    """The package and all that it needs, by the requirements of its metadata."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return  # of another system
    yield package
    for line in package.requires or ():
        wish = Requirement(line)
        key = re.sub(r"[-_.]+", "-", wish.name).lower()
        chosen = [extra for extra in extras or ("",) if _is_meant(wish, extra)]
        if chosen and key not in met:
            met.add(key)
            yield from _needed(wish.name, tuple(wish.extras), met)


def _is_meant(wish: Requirement, extra: str) -> bool:
    return wish.marker is None or wish.marker.evaluate({"extra": extra})


@pytest.fixture(scope="module")
def hub_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a hub's site-packages: links to what its set of libraries consists of."""
    folder = tmp_path_factory.mktemp("site")
    for package in _needed("expert-app", EXTRAS, {"expert-app"}):
        for top in {Path(file).parts[0] for file in package.files or ()}:
            source, link = Path(str(package.locate_file(top))), folder / top
            if top not in ("..", "__pycache__") and not link.exists():
                link.symlink_to(source)
    for own in ("expert_app", "session", "documents", "resources", "views"):
        (folder / own).symlink_to(ROOT / own)
    return folder


def _python(site: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    begin = f"import sys; sys.path.insert(0, {str(site)!r}); "
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", begin + code, *arguments],
        capture_output=True, text=True, check=False, cwd=site,
    )  # fmt: skip


def test_every_module_of_a_hub_is_loaded_without_windows(hub_only: Path) -> None:
    assert not (hub_only / "PyQt6").exists()
    done = _python(hub_only, IMPORT_ALL.format(packages=OF_A_HUB))
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()} == WITH_WINDOWS, done.stdout


@pytest.mark.parametrize(
    ("command", "package"),
    [
        ("desk", "poste-expert-desk"),
        ("kiosk", "poste-expert-kiosk"),
        ("display", "poste-expert-desk"),
        ("demo", "poste-expert-desk"),
        ("conformance", "poste-expert-desk"),
    ],
)
def test_a_command_with_a_window_says_what_to_install(
    command: str, package: str, hub_only: Path, tmp_path: Path
) -> None:
    done = _python(hub_only, RUN, command, "--folder", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"«\N{NO-BREAK SPACE}expert-app {command}\N{NO-BREAK SPACE}»" in done.stderr
    assert package in done.stderr


COMMANDS = ("verify", "doctor", "enrol", "hub check", "hub people", "--version")


@pytest.mark.parametrize("command", COMMANDS)
def test_other_commands_are_there(command: str, hub_only: Path) -> None:
    done = _python(hub_only, RUN, *command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_doctor_of_a_hub_examines_the_hub(hub_only: Path, tmp_path: Path) -> None:
    nothing = _python(hub_only, RUN, "doctor", "--folder", str(tmp_path))
    assert (nothing.returncode, nothing.stderr) == (1, "")
    assert "expert-app hub init" in nothing.stdout
    words = ("--yes", "--organisation", "valdore=Valdoré", "--service", "Aide", "--site", "Mairie")
    init = ("hub", "init", str(tmp_path), *words, "--address", "127.0.0.1:4222")
    assert _python(hub_only, RUN, *init).returncode == 0
    settings = tmp_path / "hub.toml"  # another hub may run on this machine
    mine = settings.read_text("utf-8").replace("127.0.0.1:9467", f"127.0.0.1:{free_port()}")
    settings.write_text(mine, encoding="utf-8")
    done = _python(hub_only, RUN, "doctor", "--folder", str(tmp_path), "--json")
    levels = {check["name"]: check["level"] for check in json.loads(done.stdout)["checks"]}
    assert done.stderr == ""
    assert (levels["settings"], levels["convention"], levels["certificate"]) == ("ok",) * 3
    assert (levels["hub"], levels["backup"]) == ("wrong", "absent")
    for role in ("desk", "kiosk"):
        asked = _python(hub_only, RUN, "doctor", "--role", role, "--folder", str(tmp_path))
        assert (asked.returncode, f"poste-expert-{role}" in asked.stderr) == (2, True)
