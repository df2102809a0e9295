# SPDX-License-Identifier: GPL-3.0-only
"""A machine with all roles, upgraded from its repository and back: together, one package alone,
with a full disk, and through a power cut.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.packages.installed import PACKAGES, PERSON, SETTINGS, Installed
from tests.packages.machine import CommandFailed

SPARE_MIB = 200
PROGRAMS = "/opt/poste-expert"
STAMP = "/usr/share/poste-expert/versions/poste-expert-hub"
UPGRADE = ("apt-get", "upgrade", "--with-new-pkgs", "-y", "-qq")
"""What `apt upgrade` does."""
FULL = f"""
set -eu
room=$(($(du -sm {PROGRAMS} | cut -f1) + {SPARE_MIB}))
mount -t tmpfs -o size=${{room}}M,mode=755 tmpfs /mnt
cp -a {PROGRAMS}/. /mnt
mount --move /mnt {PROGRAMS}
if apt-get -y -qq upgrade --with-new-pkgs > /srv/full.log 2>&1; then
  echo 'the disk was not full'; exit 1
fi
grep -m 1 'No space left on device' /srv/full.log
{PROGRAMS}/bin/expert-app --version > /srv/old-version
dpkg-query --show --showformat='${{Version}} ${{db:Status-Abbrev}}\\n' poste-expert
mount -o remount,size=4G {PROGRAMS}
apt-get -y -qq --fix-broken install
apt-get -y -qq upgrade --with-new-pkgs
mkdir /srv/upgraded
cp -a {PROGRAMS}/. /srv/upgraded
umount {PROGRAMS}
rm -rf {PROGRAMS}
mv /srv/upgraded {PROGRAMS}
"""
"""The programs' folder as a disk of its own, which an upgrade fills."""
CUT = f"""
apt-get -y -qq upgrade --with-new-pkgs > /srv/cut.log 2>&1 &
for _ in $(seq 1200); do
  if find {PROGRAMS} -name '*.dpkg-new' -print -quit | grep -q .; then sleep 1; exit 0; fi
  sleep 0.1
done
cat /srv/cut.log; exit 1
"""
"""Whatever this leaves running is killed with it, as by a power cut."""
AFTER_A_CUT = """
set -eu
dpkg --audit | head -n 3
dpkg --configure -a
apt-get -y -qq --fix-broken install
apt-get -y -qq upgrade --with-new-pkgs
test -z "$(dpkg --audit)"
"""


class Upgraded:
    """Upgrades of one machine.

    Args:
        publish: puts the next release into the machine's repository; its version.
    """

    def __init__(self, installed: Installed, publish: Callable[[], str]) -> None:
        self._installed, self._publish = installed, publish
        self._machine = installed.machine
        self._newer = ""

    def together(self) -> None:
        """`apt upgrade` takes all roles; an administrator's changed settings stay."""
        self._machine.run("sh", "-c", f"echo '# of this machine' >> {SETTINGS}")
        self._newer = self._publish()
        self._machine.run("apt-get", "update", "-qq")
        self._machine.run(*UPGRADE)
        self._expect(self._newer)

    def back(self) -> None:
        """To the release before, only when it is said that this is meant."""
        older = self._installed.version
        wished = [f"{name}={older}" for name in PACKAGES]
        try:
            self._machine.install(*wished)
        except CommandFailed as error:
            if "downgrade" not in str(error):
                raise
        else:
            raise CommandFailed("an older release was installed unasked")
        self._machine.install(*wished, options=("--allow-downgrades",))
        self._expect(older)

    def one_alone(self) -> None:
        """The programs alone: every role stays, works, and says that it was left behind."""
        self._machine.install(f"poste-expert={self._newer}")
        versions = self._versions()
        older = self._installed.version
        wanted = dict.fromkeys(PACKAGES, older) | {"poste-expert": self._newer}
        if versions != wanted:
            raise CommandFailed(f"after an upgrade of the programs alone: {versions}")
        said = self._machine.run("sh", "-c", "expert-app doctor || true", user=PERSON)
        if f"poste-expert-hub {self._machine.run('cat', STAMP).strip()}" not in said:
            raise CommandFailed(said)
        self._machine.run("poste-expert-hub", "check", alone=True)
        self._machine.run(*UPGRADE)
        self._expect(self._newer)
        self.back()

    def full_disk(self) -> None:
        """The old programs stay, and the upgrade goes on when there is room."""
        print(f"    {self._machine.run('sh', '-c', FULL).splitlines()[0]}")
        self._expect(self._newer)
        self.back()

    def power_cut(self) -> None:
        """An upgrade that ended in the middle of unpacking goes on."""
        self._machine.run("sh", "-c", CUT)
        self._machine.run("sh", "-c", AFTER_A_CUT)
        self._expect(self._newer)
        self._installed.modules()
        self.back()

    def _versions(self) -> dict[str, str]:
        """Return our packages that are completely installed: name -> version."""
        form = "${db:Status-Status} ${Package} ${Version}\\n"
        listed = self._machine.run("dpkg-query", "--show", f"--showformat={form}", "poste-expert*")
        lines = [line.split(" ") for line in listed.splitlines()]
        return {
            name: version
            for state, name, version in lines
            if state == "installed" and name in PACKAGES
        }

    def _expect(self, version: str) -> None:
        """All roles are there, of this version; they start, and settings are as they were."""
        if self._versions() != dict.fromkeys(PACKAGES, version):
            raise CommandFailed(f"{self._versions()}, not {version}")
        self._machine.run("expert-app", "--version", user=PERSON)
        if "# of this machine" not in self._machine.run("cat", SETTINGS):
            raise CommandFailed("changed settings are gone")
        self._machine.run("poste-expert-hub", "check", alone=True)
