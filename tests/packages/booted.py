# SPDX-License-Identifier: GPL-3.0-only
"""The machine really started, by systemd: its hub is there by itself and comes back when killed;
its kiosk is enrolled from a stick and shows its first page, and one that hangs is started anew.

systemd-nspawn is the machine. It has no graphics and no seat: cage draws on a screen that nobody
sees (wlroots' own headless way, in the file that is there for such settings).
"""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

from tests.packages.machine import CommandFailed, Machine

BOOT_S = 420.0
UNIT = """[Unit]
After=poste-expert-hub.service
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=400
ExecStart=/srv/look.sh
StandardOutput=file:/srv/look.log
StandardError=inherit
[Install]
WantedBy=multi-user.target
"""
LOOK = r"""#!/bin/bash
set -eu
soon() {  # soon SECONDS COMMAND...: until it succeeds
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "NOT $*"
      journalctl --no-pager --lines=80 --unit='poste-expert-*' || true
      exit 1
    fi
    sleep 0.5
  done
}
field() { systemctl show --property="$2" --value "poste-expert-$1"; }
is_well() {
  /opt/poste-expert/bin/python -I -c \
    'import urllib.request as w; w.urlopen("http://127.0.0.1:9467/healthz", timeout=3)'
}
another() { [ "$(field "$1" MainPID)" != "$2" ] && [ "$(field "$1" ActiveState)" = active ]; }

soon 90 is_well
echo "the hub began with the machine"
before=$(field hub MainPID)
kill -9 "$before"
soon 60 another hub "$before"
soon 60 is_well
echo "the hub came back after kill -9"

stick=/var/lib/poste-expert/stick
poste-expert-hub bundle Mairie $stick --apt /srv/packages
sh $stick/installer.sh
soon 120 systemctl is-active --quiet poste-expert-kiosk
before=$(field kiosk MainPID)
echo "the kiosk was enrolled from a stick and shows itself"
if sh $stick/installer.sh; then echo "NOT refused: a stick that was used"; exit 1; fi
echo "the same stick again was refused"
if poste-expert-hub acceptance Mairie /var/lib/poste-expert/sheet.pdf; then
  echo "NOT refused: a kiosk from which nobody has called"; exit 1
fi
test -s /var/lib/poste-expert/sheet.pdf
echo "the sheet of acceptance says what is missing"
pkill -STOP -u poste-expert-kiosk -f 'expert_app kiosk'
soon 120 another kiosk "$before"
echo "a kiosk that no longer answered was started anew"
"""
SCREEN = """
WLR_BACKENDS=headless
WLR_RENDERER=pixman
WLR_LIBINPUT_NO_DEVICES=1
LIBSEAT_BACKEND=noop
"""
TERMINAL = "/dev/kiosk0"
DROP_IN = f"""[Service]
TTYPath={TERMINAL}
"""
"""A container has no virtual terminals, so logind gives none."""
SETTINGS = "etc/default/poste-expert-kiosk"


def boot(machine: Machine, repository: Path) -> None:
    """Starts the machine, looks, and turns it off. Its hub has been set up before.

    Raises:
        CommandFailed: something was not as it should be; the message is all that was seen.
    """
    if shutil.which("systemd-nspawn") is None:
        raise CommandFailed("systemd-nspawn is missing: apt-get install systemd-container")
    root = machine.root
    script, log = root / "srv/look.sh", root / "srv/look.log"
    script.write_text(LOOK, encoding="utf-8")
    script.chmod(0o755)
    (root / "etc/systemd/system/look.service").write_text(UNIT, encoding="utf-8")
    log.unlink(missing_ok=True)
    machine.run("systemctl", "enable", "look.service")
    defaults = root / SETTINGS
    before = defaults.read_text("utf-8")
    defaults.write_text(before + SCREEN, encoding="utf-8")
    drop_in = root / "etc/systemd/system/poste-expert-kiosk.service.d/container.conf"
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(DROP_IN, encoding="utf-8")
    keeper, screen = pty.openpty()  # the first console, which a container has not
    command = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit"]
    command += ["--private-network", f"--bind={os.ttyname(screen)}:{TERMINAL}"]
    command += [f"--bind-ro={repository}:/srv/packages"]
    command += [f"--directory={root}", "systemd.unit=multi-user.target"]
    try:
        subprocess.run(
            command, timeout=BOOT_S, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        said = log.read_text("utf-8", "replace") if log.exists() else ""
        raise CommandFailed(f"the machine did not end\n{said[-6000:]}") from error
    finally:
        os.close(keeper)
        os.close(screen)
        defaults.write_text(before, encoding="utf-8")
        drop_in.unlink()
        drop_in.parent.rmdir()
        (root / "etc/systemd/system/look.service").unlink()
        (root / "etc/systemd/system/multi-user.target.wants/look.service").unlink(missing_ok=True)
    said = log.read_text("utf-8", "replace") if log.exists() else ""
    if "was started anew" not in said:
        raise CommandFailed(said[-6000:] or "the machine did not start")
    for line in said.splitlines():
        print(f"    {line}")
