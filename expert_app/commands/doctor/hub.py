# SPDX-License-Identifier: GPL-3.0-only
"""What a hub needs of its machine, and how the hub that runs is: settings, convention, certificate,
bus, disk, backups. Used by `command`. No Qt.
"""

from __future__ import annotations

import asyncio
import http.client
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from expert_app.commands.doctor.findings import WAIT_S, CheckResult, check_bus
from expert_app.commands.doctor.machine import check_machine, existing
from expert_app.commands.hub.context import needs_catalogue
from expert_app.commands.setup.settings_file import find_settings
from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.config import HubSettings, load
from expert_app.runtime.paths import Paths, paths_for
from resources.texts import _, ngettext
from session.bus.server.certificate_watch import SOON_DAYS, certificates_in
from session.core.errors import CertificateUnusable
from session.hub.convention.loading import load as load_convention
from session.hub.convention.problems import CatalogueWrong
from session.protocol.hub.site import HubTrouble
from views.words.troubles import trouble_sentence

MOST_BYTES = 1 << 20
"""Of an answer: it may be another program's."""


class _Health(msgspec.Struct, frozen=True):
    """The part of /healthz that is said."""

    reasons: list[dict[str, str | int | bool]]


def examine_hub(common: CommonOptions) -> list[CheckResult]:
    """Return the findings; nothing further where no settings are found."""
    file = find_settings("hub", common.settings, common.folder)
    if not file.is_found:
        words = _("No settings of a hub are here ({places}): type expert-app hub init.")
        places = ", ".join(map(str, file.looked))
        return [CheckResult("settings", "wrong", words.format(places=places))]
    settings = load(HubSettings, file.path)
    folder = common.folder or (Path(settings.folder) if settings.folder else None)
    paths = paths_for("hub", folder)
    return [
        CheckResult("settings", "ok", _("The settings are {file}.").format(file=file.path)),
        check_convention(settings),
        *check_organisations(settings),
        *check_certificate(settings),
        asyncio.run(check_bus(settings.bus_urls if settings.bus else [own_bus(settings)])),
        *check_health(settings.metrics.listen),
        check_room(paths.data, settings),
        check_backups(settings),
        *check_machine(settings, paths),
    ]


def before_start(settings: HubSettings, paths: Paths) -> list[CheckResult]:
    """Return what will not fit when the hub starts here."""
    findings = (
        *check_organisations(settings),
        *check_certificate(settings),
        check_room(paths.data, settings),
        *check_machine(settings, paths),
    )
    return [finding for finding in findings if finding.level != "ok"]


def own_bus(settings: HubSettings) -> str:
    """Return where the hub's own nats-server is asked on this machine."""
    host = settings.listen_host
    if host in ("0.0.0.0", "::", ""):
        host = "127.0.0.1"
    elif ":" in host:
        host = f"[{host}]"
    scheme = "tls" if settings.tls_certificate else "nats"
    return f"{scheme}://{host}:{settings.listen_port}"


def check_convention(settings: HubSettings) -> CheckResult:
    """Read the convention as the hub does; a vault has none."""
    if not settings.catalogue:
        return CheckResult("convention", "absent", needs_catalogue(()))
    try:
        load_convention(Path(settings.catalogue), settings.convention.operator_key)
    except (CatalogueWrong, OSError):
        words = _("{file} cannot be used as it is: type expert-app hub check.")
        return CheckResult("convention", "wrong", words.format(file=settings.catalogue))
    words = _("{file} is complete.")
    return CheckResult("convention", "ok", words.format(file=settings.catalogue))


def check_organisations(settings: HubSettings) -> Iterator[CheckResult]:
    """Say which tables of the settings are of an organisation that the convention does not have;
    nothing where there is no convention that can be used.
    """
    try:
        known = load_convention(
            Path(settings.catalogue), settings.convention.operator_key
        ).organisations
    except (CatalogueWrong, OSError):
        return
    tables = {
        "mail": [mail.organisation for mail in settings.mail],
        "sms": [gateway.organisation for gateway in settings.sms],
        "report": [settings.report.organisation] if settings.report.organisation else [],
        "rdv": settings.rdv.organisations,
        "register": [register.organisation for register in settings.register],
        "ged": [system.organisation for system in settings.ged],
    }
    for table, organisations in tables.items():
        for organisation in sorted({*organisations} - {*known}):
            words = _(
                "[{table}] in the settings is of {organisation}, which the convention does not "
                "have: it does nothing. The convention has {known}."
            )
            sentence = words.format(
                table=table, organisation=organisation, known=", ".join(sorted(known))
            )
            yield CheckResult("settings", "absent", sentence)


def check_certificate(settings: HubSettings) -> Iterator[CheckResult]:
    """Say until when the bus's certificate is valid; nothing where it has none of its own."""
    if not settings.tls_certificate:
        return
    try:
        ends_at = min(
            certificate.not_valid_after_utc
            for certificate in certificates_in(Path(settings.tls_certificate))
        )
    except CertificateUnusable:
        words = _(
            "{file} is no certificate that can be read: type expert-app hub make-certificate."
        )
        yield CheckResult("certificate", "wrong", words.format(file=settings.tls_certificate))
        return
    day = f"{ends_at:%d/%m/%Y}"
    if (ends_at - datetime.now(UTC)).days < SOON_DAYS:
        words = _("The certificate ends on {day}: type expert-app hub renew-certificate.")
        yield CheckResult("certificate", "wrong", words.format(day=day))
    else:
        words = _("The certificate is valid until {day}.")
        yield CheckResult("certificate", "ok", words.format(day=day))


def check_health(listen: str) -> Iterator[CheckResult]:
    """Ask the hub that runs what is wrong, in the words of the operator's window."""
    if not listen:
        return
    try:
        troubles = _troubles(listen)
    except (OSError, ValueError, http.client.HTTPException, msgspec.MsgspecError):
        words = _(
            "No hub answers at {listen}: type systemctl status poste-expert-hub, then journalctl "
            "-u poste-expert-hub."
        )
        yield CheckResult("hub", "wrong", words.format(listen=listen))
        return
    for trouble in troubles:
        yield CheckResult("hub", "wrong" if trouble.grave else "absent", trouble_sentence(trouble))
    if not troubles:
        yield CheckResult("hub", "ok", _("The hub runs, and nothing is wrong with it."))


def _troubles(listen: str) -> list[HubTrouble]:
    """Return what /healthz says. Raises what shows that it is no hub that answers."""
    address = urlsplit(f"//{listen}")
    host = address.hostname or "127.0.0.1"
    with closing(http.client.HTTPConnection(host, address.port, timeout=WAIT_S)) as connection:
        connection.request("GET", "/healthz")
        text = connection.getresponse().read(MOST_BYTES)
    facts = [
        {"code": reason.pop("code", None), "grave": reason.pop("grave", None), "detail": reason}
        for reason in msgspec.json.decode(text, type=_Health).reasons
    ]
    return msgspec.convert(facts, list[HubTrouble], strict=False)


def check_room(place: Path, settings: HubSettings) -> CheckResult:
    """Say how much room the disk under the hub's folder has."""
    free_mb = shutil.disk_usage(existing(place)).free >> 20
    if free_mb < settings.disk.warn_mb:
        words = _("Only {free} MB are free for {folder}: make room, or type df -h to see where.")
        return CheckResult("disk", "wrong", words.format(free=free_mb, folder=place))
    words = ngettext("{free} MB is free.", "{free} MB are free.", free_mb)
    return CheckResult("disk", "ok", words.format(free=free_mb))


def check_backups(settings: HubSettings) -> CheckResult:
    """Say where backups go."""
    if not settings.backup.folder:
        words = _(
            "There are no backups: name a folder in the settings ([backup] folder), then type "
            "systemctl enable --now poste-expert-backup.timer."
        )
        return CheckResult("backup", "absent", words)
    words = _("Backups are in {folder}; a running hub says when one is missing.")
    return CheckResult("backup", "ok", words.format(folder=settings.backup.folder))
