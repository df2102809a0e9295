# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub make-ca`, `make-certificate` and `renew-certificate`. Used by `__main__`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import local_time
from expert_app.hub import certificates
from expert_app.runtime.command_line import Argument
from expert_app.runtime.folder_owner import owner_of
from expert_app.stores.identities import open_book
from resources.texts import _


@hub_command()
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
        bool, Argument("though desks and kiosks know another authority than this folder's")
    ] = False,
) -> int:
    """Renew the settings' certificate, unless machines would refuse it; the exit code."""
    settings = hub.settings
    if not (settings.tls_certificate and settings.tls_key):
        print(_("The settings name no certificate: tls_certificate and tls_key."))
        return 2
    files = certificates.CertificateFiles(Path(settings.tls_certificate), Path(settings.tls_key))
    folder = ca or files.certificate.parent / "ca"
    now = certificates.authority_fingerprint(files.certificate)
    then = certificates.folder_fingerprint(folder)
    if now != then and not new_authority:
        _print_other_authority(hub, folder, now, then)
        return 2
    ends_at = certificates.renew_certificate(folder, files)
    day = local_time(ends_at, settings, "%d/%m/%Y")
    print(_("{file} is valid until {day}.").format(file=files.certificate, day=day))
    if settings.bus:
        print(_("Reload your nats-server, which then shows it to newcomers; nobody is cut off."))
    elif owner_of(hub.paths.data) is not None:
        print(_("The hub that runs takes it within seconds; nobody is cut off."))
    else:
        print(_("No hub runs on this folder: it counts from the hub's next start."))
    if now != then:
        words = _("A machine that does not know {folder} is refused from then on.")
        print(words.format(folder=folder))
    return 0


def _print_other_authority(hub: HubContext, folder: Path, now: str, then: str) -> None:
    """Print why nothing was changed, and who would be refused.

    Args:
        now, then: fingerprint of the authority of the certificate, and of that in `folder`.
    """
    words = _(
        "Nothing was changed: {folder} is another authority than that of the certificate.\n"
        "  The certificate: {now}\n"
        "  {folder}: {then}\n"
        "The {count} machines that are enrolled know the first, and the second only if you gave "
        "them a file with both (docs/operator.md). A machine that does not know it is refused at "
        "its next connection. When all know both: the same command with --new-authority."
    )
    count = sum(map(len, open_book(hub.paths).keys().values()))
    authority = now or _("a public one, or none")
    print(words.format(folder=folder, now=authority, then=then, count=count))
