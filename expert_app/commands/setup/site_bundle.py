# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub bundle SITE`: a folder for a stick, from which somebody without knowledge makes a
kiosk of a bare Debian. Used by `__main__`.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from documents.printed.site_guide import (
    SiteGuide,
    site_guide,
)
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.setup.bulk_invitations import VALID_DAYS, make_invitations
from expert_app.commands.setup.invitations import (
    MadeInvitation,
    needs_own_server,
    no_address,
    wrong_names,
)
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument
from expert_app.runtime.config import HubSettings
from expert_app.stores.identities import open_book
from resources import resource_path
from resources.plain_text import plain_text
from resources.texts import N_, _, ngettext
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import SiteEntry
from session.protocol.wire.roles import Role

SCRIPT, GUIDE = "installer.sh", "LISEZ-MOI.pdf"
COMMAND = f'sudo sh /media/"$USER"/*/{SCRIPT}'
"""Typed on the machine; a Debian desktop mounts a stick below /media/NAME."""

KEYS, SOURCES = "poste-expert-archive-keyring.asc", "poste-expert.sources"

SAID = {
    "W_ROOT": N_("Only the administrator may do this: type sudo before it."),
    "W_DEBIAN": N_("This machine is no Debian 13 of 64 bits (amd64). Nothing was changed."),
    "W_CLOCK": N_(
        "This machine's clock says %s, which is before the stick was made. Set it "
        "(timedatectl set-time), then begin again."
    ),
    "W_LATE": N_(
        "This stick is too old, or the machine's clock is wrong: it says %s. Set the clock, or "
        "ask the operator for another stick."
    ),
    "W_USED": N_("An invitation of this stick was used on %s."),
    "W_NEW_STICK": N_("None is left: ask the operator for another stick. Nothing was changed."),
    "W_WHICH": N_("Which kiosk is this machine? Number:"),
    "W_NO_SUCH": N_("There is no such number. Nothing was changed."),
    "W_NETWORK": N_("Is the network there?"),
    "W_NO_HUB": N_(
        "None of these is reached from here: %s. See the cable, then ask whoever runs the line to "
        "let these through. Nothing was changed."
    ),
    "W_PACKAGES": N_("Install the programs (some ten minutes)"),
    "W_ENROL": N_("Make this machine the kiosk"),
    "W_DEVICES": N_("Scanner and printer"),
    "W_NO_SCREEN": N_(
        "This machine is the kiosk, but its screen does not start: journalctl -u "
        "poste-expert-kiosk says why. Do not use this stick again: when the cause is gone, restart "
        "the machine."
    ),
    "W_DONE": N_("The kiosk is in service"),
    "W_CALL": N_(
        "The screen shows the kiosk of %s. Touch a service and talk with the adviser; then call "
        "the operator, who sends the sheet to sign."
    ),
}
"""What the stick's script says, by the name of its variable; %s is its own."""


@dataclass(frozen=True, kw_only=True)
class Packages:
    """Where the stick's machine has the programs from."""

    apt: Annotated[Path, Argument("the folder `apt` of a release", "FOLDER")]
    repository: Annotated[
        str, Argument("where that folder is served; without it, it goes on the stick", "URL")
    ] = ""


@hub_command(act="bundle", needs_convention=True)
def write_bundle(
    hub: HubContext,
    site: Annotated[str, Argument("its id or its name in the convention", "SITE")],
    out: Annotated[Path, Argument("a new folder, on the stick for example", "FOLDER")],
    *,
    packages: Packages,
    days: Annotated[int, Argument("how long its invitations are valid")] = VALID_DAYS,
    again: Annotated[bool, Argument("for kiosks too that have a key already")] = False,
) -> int:
    """Write the folder; the exit code.

    Raises:
        CatalogueWrong: the convention cannot be used. CertificateTrouble: nor the certificate.
    """
    settings, catalogue = hub.settings, load_catalogue(hub.settings)
    kiosks = kiosks_of(catalogue, site)
    if not again:
        enrolled = open_book(hub.paths).keys()
        kiosks = [who for who in kiosks if (who.organisation, who.role, who.user) not in enrolled]
    if refusal := _refused(hub, packages, kiosks=kiosks, days=days, site=site):
        print(refusal)
        return 2
    try:
        out.mkdir(mode=0o700, parents=True)
        with _whole_or_gone(out):
            _copy_packages(packages, out)
            made = make_invitations(kiosks, settings, hub.paths, days=days)
            site = site_name(catalogue, kiosks)
            _write(out, made, site=site, packages=packages, settings=settings)
    except OSError as error:
        words = _("{file} cannot be written: {why}.")
        print(words.format(file=error.filename or out, why=error.strerror or _first(error)))
        return 2
    words = ngettext(
        "{folder} is ready for {count} kiosk: copy it to a stick, and print {guide}. It is a key: "
        "give it by hand.",
        "{folder} is ready for {count} kiosks: copy it to a stick, and print {guide}. It is a key: "
        "give it by hand.",
        len(made),
    )
    print(words.format(folder=out, count=len(made), guide=GUIDE))
    return 0


@contextmanager
def _whole_or_gone(folder: Path) -> Iterator[None]:
    """Take away a folder that is not finished: nobody is given half a stick."""
    try:
        yield
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _first(error: OSError) -> str:
    """Return why the first of several files was not copied (`shutil.Error`)."""
    return str(error.args[0][0][2])


def kiosks_of(catalogue: Catalogue, site: str) -> list[Identity]:
    """Return the kiosks that stand at a site, of all organisations; `site` is its id or name."""
    return [
        Identity(name, Role.KIOSK, kiosk.id)
        for name in catalogue.organisations
        for kiosk in catalogue.organisation(name).kiosks
        if site in _names(catalogue.site_of(name, kiosk.id))
    ]


def site_name(catalogue: Catalogue, kiosks: Sequence[Identity]) -> str:
    """Return the name of the site where they stand."""
    return catalogue.site_of(kiosks[0].organisation, kiosks[0].user).name


def _names(site: SiteEntry) -> tuple[str, str]:
    return site.id, site.name


def _refused(
    hub: HubContext, packages: Packages, *, kiosks: Sequence[Identity], days: int, site: str
) -> str:
    """Return why there can be no bundle, in words; "" when there can."""
    settings = hub.settings
    if settings.bus:
        return needs_own_server()
    if not 1 <= days <= 60:
        return _("An invitation is valid for 1 to 60 days (--days).")
    if not kiosks:
        return _(
            "No kiosk of the convention stands at {site} without a key. `expert-app hub people` "
            "lists them; --again makes new keys for all kiosks of the site."
        ).format(site=site)
    if not settings.addresses:
        return no_address()
    if not (packages.apt / KEYS).is_file() or not _sources(packages.apt):
        return _(
            "{folder} is not the signed folder `apt` of a release: it has no .sources, or no "
            "{keys}."
        ).format(folder=packages.apt, keys=KEYS)
    return wrong_names(settings)


def _sources(apt: Path) -> list[Path]:
    """Return the files that say where packages are found: a release's before a trial's."""
    return sorted(apt.glob("*.sources"), key=lambda file: (file.name != SOURCES, file.name))


def _copy_packages(packages: Packages, out: Path) -> None:
    shutil.copyfile(packages.apt / KEYS, out / KEYS)
    shutil.copyfile(_sources(packages.apt)[0], out / SOURCES)
    if not packages.repository:
        shutil.copytree(packages.apt, out / "apt", copy_function=shutil.copyfile)


def _write(
    out: Path,
    made: Sequence[MadeInvitation],
    *,
    site: str,
    packages: Packages,
    settings: HubSettings,
) -> None:
    until, now = min(entry.until_utc for entry in made), datetime.now(UTC)
    addresses = tuple(_place(address) for address in settings.addresses)
    values = {
        "SITE": plain_text(site),
        "ADDRESSES": " ".join(addresses),
        "MADE_S": str(int(now.timestamp())),
        "UNTIL_S": str(int(until.timestamp())),
        "REPOSITORY": packages.repository,
    }
    _write_variables(out / "bundle.sh", values)
    _write_variables(out / "words.sh", {name: _(words) for name, words in SAID.items()})
    shutil.copyfile(resource_path("stick/install-kiosk.sh"), out / SCRIPT)
    guide = SiteGuide(
        site=site,
        command=COMMAND,
        kiosks=len(made),
        addresses=addresses,
        until=until.astimezone(ZoneInfo(settings.time_zone)),
    )
    (out / GUIDE).write_bytes(site_guide(guide))
    (out / "kiosks").mkdir(mode=0o700)
    for number, entry in enumerate(made, 1):
        assert entry.line is not None
        name = f"{number:04}.{entry.identity.organisation}.{entry.identity.user}.txt"
        descriptor = os.open(out / "kiosks" / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{entry.line.text}\n")


def _place(address: str) -> str:
    """Return "host:port" of an address of the bus."""
    parts = urlsplit(address)
    port = parts.port or {"wss": 443}.get(parts.scheme, 4222)
    return f"{parts.hostname}:{port}"


def _write_variables(file: Path, values: dict[str, str]) -> None:
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    file.write_text("".join(lines), encoding="utf-8")
