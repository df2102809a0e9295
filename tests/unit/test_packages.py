# SPDX-License-Identifier: GPL-3.0-only
"""What the Debian packages are made of fits the product; `make test-packages` builds and installs
them.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import cache_from_source, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from expert_app.__main__ import main
from tests.support.waiting import LONGEST_S

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "installers" / "debian"
UNITS = sorted((ROOT / "installers" / "units").glob("*.service"))
WORST_EXPOSURE = 3.0


def _builder() -> ModuleType:
    spec = spec_from_file_location("debian_build", DEBIAN / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass asks for it
    spec.loader.exec_module(module)
    return module


BUILDER = _builder()
PACKAGES = BUILDER.package_names()


def test_every_module_of_qt_that_the_product_imports_is_kept() -> None:
    rules = BUILDER.read_rules(DEBIAN / "kept.txt")
    used = {
        name
        for folder in ("expert_app", "views", "session", "documents")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"^from PyQt6\.(\w+) import", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {"QtCore", "QtWebEngineCore"} <= used
    lost = [name for name in used if not BUILDER.is_kept(f"PyQt6/{name}.abi3.so", rules)]
    assert lost == []
    assert BUILDER.is_kept("PyQt6/Qt6/qml/QtQuick/qmldir", rules)
    assert not BUILDER.is_kept("PyQt6/Qt6/lib/libQt6Designer.so.6", rules)
    assert BUILDER.is_kept("nats/__init__.py", rules)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_whole(name: str) -> None:
    assert BUILDER.installed_files(name) or name == BUILDER.GUI
    control = BUILDER.control_of(name, "1.2.3", 7)
    fields = dict(re.findall(r"^([\w-]+): (.*)$", control, re.MULTILINE))
    assert (fields["Package"], fields["Version"], fields["Installed-Size"]) == (name, "1.2.3", "7")
    assert len(fields["Description"]) < 80
    assert "$" not in control
    if name != BUILDER.PROGRAMS:
        assert "poste-expert (>= 1.2.3)" in fields["Depends"]
    for script in ("postinst", "prerm", "postrm"):
        if (DEBIAN / name / script).exists():
            subprocess.run(["sh", "-n", str(DEBIAN / name / script)], check=True)


def _add(site: Path, name: str, files: dict[str, str]) -> None:
    """A Python package as pip leaves it, compiled."""
    info = f"{name}-1.0.dist-info"
    for path, text in {**files, f"{info}/METADATA": "", f"{info}/RECORD": ""}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
        if path.endswith(".py"):
            compiled = Path(cache_from_source(str(site / path)))
            compiled.parent.mkdir(exist_ok=True)
            compiled.touch()
    with (site / info / "RECORD").open("w", newline="") as record:
        rows = [*files, f"{info}/METADATA", f"{info}/RECORD"]
        csv.writer(record).writerows([path, "", ""] for path in rows)


def test_what_a_hub_does_without_lies_in_another_package(tmp_path: Path) -> None:
    site = tmp_path / "tree" / BUILDER.SITE
    _add(site, "msgspec", {"msgspec/__init__.py": "", "shared/a.py": ""})
    _add(site, "PyQt6", {"PyQt6/QtCore.so": "", "shared/b.py": "", "PyQt6/a, b.txt": ""})
    _add(site, "expert_app", {"expert_app/__init__.py": ""})
    (tmp_path / "tree" / BUILDER.HOME / "bin").mkdir()
    version = BUILDER.Version("1", "1")
    build = BUILDER.Build(tmp_path, tmp_path, version, compression=(), site="")
    BUILDER.divide(tmp_path / "tree", build)

    def files(name: str) -> set[str]:
        root = tmp_path / name / BUILDER.SITE
        return {
            path.relative_to(root).as_posix()
            for path in root.rglob("*.*")
            if path.is_file() and "dist-info" not in path.as_posix()
        }

    compiled = f"__pycache__/{{}}.{sys.implementation.cache_tag}.pyc"
    assert files(BUILDER.PROGRAMS) == {
        "msgspec/__init__.py",
        f"msgspec/{compiled.format('__init__')}",
        "shared/a.py",
        f"shared/{compiled.format('a')}",
        "expert_app/__init__.py",
        f"expert_app/{compiled.format('__init__')}",
    }
    assert files(BUILDER.GUI) == {
        "PyQt6/QtCore.so",
        "PyQt6/a, b.txt",
        "shared/b.py",
        f"shared/{compiled.format('b')}",
    }
    ours = tmp_path / BUILDER.PROGRAMS / BUILDER.SITE
    assert {path.name for path in ours.iterdir()} == {
        "msgspec", "shared", "expert_app", "msgspec-1.0.dist-info", "expert_app-1.0.dist-info"
    }  # fmt: skip


def test_the_icon_starts_a_command_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    entries = [file.read_text("utf-8") for file in DEBIAN.glob("*/*.desktop")]
    commands = [
        found for entry in entries for found in re.findall(r"^Exec=expert-app (\w+)", entry, re.M)
    ]
    assert sorted(commands) == ["desk", "open"]
    for command in commands:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
    capsys.readouterr()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_service_may_do_little(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for \S+ ([\d.]+)", said)
    if found is None:
        pytest.skip("this systemd-analyze does not judge files")
    assert float(found[1]) <= WORST_EXPOSURE


@pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed")
def test_the_kiosks_own_firewall_rules_are_rules(tmp_path: Path) -> None:
    rules = (DEBIAN / "poste-expert-kiosk" / "egress.nft").read_text("utf-8")
    rules = rules.replace('"poste-expert-kiosk"', "990")  # an account that this machine has not
    command = ["unshare", "--user", "--map-root-user", "--net", "nft", "--check", "--file", "-"]
    checked = subprocess.run(command, input=rules, capture_output=True, text=True, check=False)
    if "unshare" in checked.stderr:
        pytest.skip("this system does not let us make a network of our own")
    assert (checked.returncode, checked.stderr) == (0, "")


SESSION = DEBIAN / "poste-expert-kiosk" / "poste-expert-kiosk-session"
SCREEN = """
import os, signal, socket, sys, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a program that hangs
    out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    out.sendto(f"READY=1\\nSTATUS={os.getpid()}".encode(), os.environ["NOTIFY_SOCKET"])
    time.sleep(60)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2)")
@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGTERM, signal.SIGKILL])
def test_the_kiosks_first_program_passes_on_what_is_said_and_ends_what_it_began(
    number: signal.Signals, tmp_path: Path
) -> None:
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.settimeout(20)
    systemd.bind(str(tmp_path / "notify"))
    environment = {
        **os.environ,
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    command = [sys.executable, str(SESSION), sys.executable, "-c", SCREEN]
    with systemd, subprocess.Popen(command, env=environment) as leader:
        said = systemd.recv(4096).decode()
        assert said.startswith("READY=1\n")
        hanging = int(said.rpartition("=")[2])
        screen = int(Path(f"/proc/{leader.pid}/task/{leader.pid}/children").read_text())
        leader.send_signal(number)
        leader.wait(timeout=20)
    # by SIGKILL it can not clean up: then the screen, and with it the program's window, is gone
    gone = [screen] if number is signal.SIGKILL else [screen, hanging]
    end_s = time.monotonic() + LONGEST_S
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in gone):
        assert time.monotonic() < end_s
        time.sleep(0.02)
    if number is signal.SIGKILL:
        os.kill(hanging, signal.SIGKILL)
