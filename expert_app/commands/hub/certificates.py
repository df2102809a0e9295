# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub make-ca`, `make-certificate` and `renew-certificate`. Used by `__main__`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from expert_app.commands.hub.authorities import (
    computers_of,
    coverage_words,
    missing_lines,
    without,
)
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import local_time
from expert_app.hub import certificates
from expert_app.runtime.command_line import Argument
from expert_app.runtime.folder_owner import owner_of
from expert_app.stores.operator_acts import note_act
from resources.texts import _, ngettext


@hub_command(act="make-ca")
def make_ca(_hub: HubContext, ca: Annotated[Path, Argument(metavar="FOLDER")]) -> int:
    """Make an authority, and say which file desks and kiosks get."""
    certificate = certificates.make_ca(ca)
    words = _("The authority's certificate is {file}: give it to desks and kiosks.")
    print(words.format(file=certificate))
    return 0


@hub_command(act="make-certificate")
def make_certificate(
    _hub: HubContext,
    hosts: Annotated[str, Argument(metavar="HOST[,HOST]")],
    *,
    ca: Annotated[Path, Argument("the authority's folder", "FOLDER")],
    replace: Annotated[
        bool, Argument("write over the certificate and the key that are there")
    ] = False,
) -> int:
    """Make a certificate, and print the lines for the settings."""
    certificate, key = certificates.make_certificate(ca, hosts.split(","), replace=replace)
    print(f'tls_certificate = "{certificate.absolute()}"\ntls_key = "{key.absolute()}"')
    return 0


@hub_command(act="renew-certificate")
def renew_certificate(
    hub: HubContext,
    *,
    ca: Annotated[
        Path | None,
        Argument("the authority's folder (default: ca beside the certificate)", "FOLDER"),
    ] = None,
    new_authority: Annotated[
        bool, Argument("though computers that do not know this authority will be cut off")
    ] = False,
) -> int:
    """Renew the settings' certificate, unless machines would refuse it; the exit code."""
    settings = hub.settings
    if not (settings.tls_certificate and settings.tls_key):
        print(_("The settings name no certificate: tls_certificate and tls_key."))
        return 2
    files = certificates.CertificateFiles(Path(settings.tls_certificate), Path(settings.tls_key))
    folder = ca or certificates.authority_folder(files.certificate)
    now = certificates.authority_fingerprint(files.certificate)
    then = certificates.authority_fingerprint(folder / certificates.CA_CERTIFICATE)
    change = None if now == then else _AuthorityChange(hub, folder, now=now, then=then)
    if change is not None and not change.is_safe and not new_authority:
        change.print_refused()
        return 2
    ends_at = certificates.renew_certificate(folder, files)
    note_act(hub.paths, "renew-certificate", str(folder))
    day = local_time(ends_at, settings, "%d/%m/%Y")
    print(_("{file} is valid until {day}.").format(file=files.certificate, day=day))
    if settings.bus:
        print(_("Reload your nats-server, which then shows it to newcomers."))
    elif owner_of(hub.paths.data) is not None:
        print(_("The hub that runs takes it within seconds; whoever is connected stays so."))
    else:
        print(_("No hub runs on this folder: it counts from the hub's next start."))
    if change is not None:
        change.print_done()
    return 0


class _AuthorityChange:
    """Another authority than that of the certificate signs the next one.

    Args:
        now, then: fingerprint of the authority of the certificate, and of that in `folder`.
    """

    def __init__(self, hub: HubContext, folder: Path, *, now: str, then: str) -> None:
        self._hub = hub
        self._folder = folder
        self._now = now
        self._then = then
        self._computers = computers_of(hub) if hub.settings.catalogue else []
        self.missing = without(self._computers, then)
        self.is_safe = bool(hub.settings.catalogue) and not self.missing

    def print_refused(self) -> None:
        """Print why nothing was changed, who would be refused, and what to type instead."""
        words = _(
            "Nothing was changed: {folder} is another authority than that of the certificate.\n"
            "  The certificate: {now}\n"
            "  {folder}: {then}"
        )
        authority = self._now or _("a public one, or none")
        print(words.format(folder=self._folder, now=authority, then=self._then))
        count = len(self._computers)
        print(coverage_words(count - len(self.missing), count))
        for line in missing_lines(self._hub, self.missing, 1):
            print(line)
        words = _(
            "Whoever is missing would be refused at the next connection. First:\n"
            "  expert-app hub trust-authority --ca {folder}\n"
            "and this command again when all have it (expert-app hub authorities). "
            "To cut off those that are missing all the same: --new-authority."
        )
        print(words.format(folder=self._folder))

    def print_done(self) -> None:
        """Print how many will be cut off."""
        count = len(self.missing)
        if not count:
            print(_("Every computer that is enrolled knows the new authority."))
            return
        words = ngettext(
            "{count} computer does not know {folder}: it is refused at its next connection, and "
            "needs a new invitation, or a file with both.",
            "{count} computers do not know {folder}: they are refused at their next connection, "
            "and need a new invitation, or a file with both.",
            count,
        )
        print(words.format(count=count, folder=self._folder))
