# SPDX-License-Identifier: GPL-3.0-only
"""`make test-image`: the hub's image really run by podman, with the very limits of its unit: set
up, well, asked, ended in order. As root, on Debian, by runc: crun refuses mixed cgroups.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.packages.machine import ROOT, CommandFailed

NAME = "poste-expert-hub-tried"
LIMITS = (
    "--network=none",
    "--read-only",
    "--tmpfs=/tmp",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
)
HEALTH = "/usr/bin/poste-expert-health"
PROGRAM = "/opt/poste-expert/bin/expert-app"
READY_S = 90.0
TOOLS = ("podman", "runc")


class Podman:
    """podman with a store of its own, which ends with the test.

    Args:
        folder: for images and volumes.
    """

    def __init__(self, folder: Path) -> None:
        self._command = ["podman", f"--root={folder}/root", f"--runroot={folder}/run"]
        self._command += ["--storage-driver=vfs", "--cgroup-manager=cgroupfs"]
        self._command += ["--events-backend=file", "--runtime=runc", "--log-level=error"]

    def run(self, *words: str, may_fail: bool = False) -> str:
        """What a command of podman says. Raises `CommandFailed`."""
        done = subprocess.run(
            [*self._command, *words], capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode and not may_fail:
            raise CommandFailed(f"podman {' '.join(words)}\n{done.stdout[-2000:]}{done.stderr}")
        return done.stdout.strip()

    def is_well(self) -> bool:
        """The container's own health command."""
        command = [*self._command, "healthcheck", "run", NAME]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def look(podman: Podman, image: str) -> None:
    """The story. Raises `CommandFailed`."""
    volumes = ("--volume=settings:/etc/poste-expert", "--volume=data:/var/lib/poste-expert")
    names = ("--organisation=valdore=Valdoré", "--service=Aide", "--site=Mairie")
    init = ("init", "/etc/poste-expert", "--data=/var/lib/poste-expert", "--yes")
    podman.run(
        "run", "--rm", *LIMITS, *volumes, image, *init, "--address=127.0.0.1:4222", *names
    )  # fmt: skip
    print("ok  set up by an account without rights, on a root that nobody can write")
    health = ("--health-cmd", HEALTH, "--health-interval=disable")
    podman.run("run", "--detach", f"--name={NAME}", *LIMITS, *health, *volumes, image)
    end_s = time.monotonic() + READY_S
    while not podman.is_well():
        if time.monotonic() > end_s:
            raise CommandFailed(podman.run("logs", NAME))
        time.sleep(0.5)
    print("ok  well, by its own health command")
    if podman.run("exec", NAME, "id", "-u") != "10001":
        raise CommandFailed("it runs as another account")
    settings = "--settings=/etc/poste-expert/hub.toml"
    if "borne1" not in podman.run("exec", NAME, PROGRAM, "hub", "people", settings):
        raise CommandFailed("its commands do not reach it")
    print("ok  its commands reach it")
    podman.run("stop", "--time=30", NAME)
    code = podman.run("inspect", NAME, "--format={{.State.ExitCode}}")
    if code != "0":
        raise CommandFailed(f"told to stop it ended with {code}\n{podman.run('logs', NAME)}")
    print("ok  ends in order")


def main() -> int:
    """The command."""
    found = sorted(
        (ROOT / "dist").glob("poste-expert-hub-*.oci.tar"), key=lambda p: p.stat().st_mtime
    )
    if not found:
        print("dist has no image: run `make image`")
        return 2
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *TOOLS]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="podman") as folder:
        podman = Podman(Path(folder))
        try:
            podman.run("load", "--quiet", "--input", str(found[-1]))
            look(podman, podman.run("images", "--quiet").splitlines()[0])
        except CommandFailed as error:
            print(f"NOT {error}")
            return 1
        finally:
            podman.run("rm", "--force", NAME, may_fail=True)
            podman.run("system", "reset", "--force", may_fail=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
