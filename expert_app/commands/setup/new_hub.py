# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub init FOLDER`: convention, authority, certificate and settings of a new hub.
Used by `__main__`.

Nothing that exists is written over. What is not said on the command line is asked for.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated

from expert_app.commands.hub.context import Yes
from expert_app.commands.setup.convention_text import convention_text
from expert_app.commands.setup.hub_settings_text import Places, hub_settings_text
from expert_app.commands.setup.plan import (
    NetworkPlan,
    PlanWrong,
    Said,
    address_of,
    organisations_of,
)
from expert_app.commands.setup.settings_file import SYSTEM_FOLDER, VARIABLE
from expert_app.hub.certificates import CertificateFiles, make_ca, make_certificate
from expert_app.runtime.command_line import Argument
from expert_app.runtime.paths import private_folder
from resources.texts import N_, _
from resources.this_machine import HUB_COMMAND, hub_command

WHY: dict[str, str] = {
    "first_organisation": N_(
        "“{name}” belongs to no organisation: name one first (--organisation)."
    ),
    "no_organisation": N_("Name at least one organisation (--organisation)."),
    "no_service": N_("“{name}” has no service: name at least one (--service)."),
    "no_site": N_("Name at least one site where a kiosk stands (--site)."),
    "no_name": N_("A name is empty."),
    "not_an_id": N_("“{id}” is no id: letters, digits, _ and -, at most 40."),
    "twice": N_("The id “{id}” stands there twice."),
    "too_many": N_("A kiosk shows at most {most} services; “{name}” would have {count}."),
    "not_an_address": N_("“{text}” is not an address: HOST or HOST:PORT, e.g. hub.example:4222."),
}
"""What is said about a `PlanWrong`."""

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""Also in the certificate: for programs on the hub's own machine."""


def _said(kind: str, words: str) -> Argument:
    return Argument(words, "NAME", name=f"--{kind}", read=lambda text: (kind, text))


@dataclass(frozen=True)
class NewHubRequest:
    """The new hub, as the command line says.

    Attributes:
        said: in the order of the line.
    """

    new_folder: Annotated[Path, Argument(metavar="FOLDER")]
    _: KW_ONLY
    said: Annotated[
        tuple[Said, ...],
        _said("organisation", "name, or id=name; its services and sites follow"),
        _said("service", "of the organisation before it: one big button"),
        _said("site", "of the organisation before it: where a kiosk stands"),
    ] = ()
    address: Annotated[str, Argument("where desks and kiosks reach the hub", "HOST[:PORT]")] = ""
    also: Annotated[
        tuple[str, ...],
        Argument(
            "another name or address of the hub, which its certificate shall be for too", "HOST"
        ),
    ] = ()
    data: Annotated[
        Path | None, Argument("where the hub keeps everything, instead of FOLDER", "DATA-FOLDER")
    ] = None
    yes: Yes = False


Ask = Callable[[str], str]
"""Shows a question and returns what was typed. May raise `EOFError`."""


def init_hub(request: NewHubRequest) -> int:
    """Write the files and say what to do next; the exit code."""
    folder = request.new_folder.absolute()
    places = Places(folder, (request.data or folder).absolute())
    if existing := [path for path in places.all if path.exists()]:
        print(_("Nothing was written, because this exists already:"))
        for path in existing:
            print(f"  {path}")
        print(_("Choose another folder, or go on with what is there."))
        return 2
    try:
        plan = _plan(request, input)
    except PlanWrong as error:
        print(_(WHY[error.why]).format(**error.values))
        return 2
    except EOFError:
        print(_("Nothing was written."))
        return 2
    try:
        _write(places, plan, [plan.address.host, *request.also, *LOCAL_NAMES])
    except OSError as error:
        where = error.filename or places.folder
        print(_("{file} cannot be written: {why}.").format(file=where, why=error.strerror))
        return 1
    _print_next(places)
    return 0


# ---- questions


def _plan(request: NewHubRequest, ask: Ask) -> NetworkPlan:
    is_asking = not request.yes and sys.stdin.isatty()
    entries = list(request.said)
    if not entries and is_asking:
        entries = _asked_organisations(ask)
    organisations = organisations_of(entries)
    text = request.address
    if not text:
        here = socket.getfqdn()
        text = here
        if is_asking:
            question = _("Address where desks and kiosks reach this hub [{default}]: ")
            text = ask(question.format(default=f"{here}:4222")).strip() or here
    return NetworkPlan(organisations, address_of(text))


def _asked_organisations(ask: Ask) -> list[Said]:
    print(_("A name each, or id=Name to choose the short id. Several with a semicolon (;)."))
    entries: list[Said] = []
    while name := ask(
        _("Another organisation (Enter for none): ") if entries else _("Organisation: ")
    ).strip():
        entries.append(("organisation", name))
        entries += [("service", part) for part in _several(ask(_("Its services: ")))]
        entries += [("site", part) for part in _several(ask(_("Its sites with a kiosk: ")))]
    return entries


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


# ---- files


def _write(places: Places, plan: NetworkPlan, hosts: Sequence[str]) -> None:
    """All files, or none. `hosts` may come twice."""
    created: list[Path] = []
    try:
        private_folder(places.folder)
        created.append(places.authority)
        make_ca(places.authority)
        created += [places.certificate, places.key]
        files = CertificateFiles(places.certificate, places.key)
        make_certificate(places.authority, list(dict.fromkeys(hosts)), files=files)
        for path, text in (
            (places.convention, convention_text(plan)),
            (places.settings, hub_settings_text(places, plan.address)),
        ):
            with path.open("x", encoding="utf-8", newline="\n") as file:
                created.append(path)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        for path in created:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


# ---- what follows


def _print_next(places: Places) -> None:
    print(_("Written in {folder}:").format(folder=places.folder))
    for name, words in (
        ("hub.toml", _("settings of the hub")),
        ("convention.toml", _("who offers what, where and when; its people are examples")),
        ("hub.pem, hub.key", _("certificate of the hub, 825 days, and its key")),
        ("ca/ca.pem", _("certificate of your authority; invitations carry its fingerprint")),
        ("ca/ca.key", _("key of your authority: keep it away from the network, and a copy")),
    ):
        print(f"  {name:<18} {words}")
    print("\n" + _("Next:"))
    if _is_found_without(places):
        where = ""
    else:
        where = f" --settings {_shell(places.settings)}"
    for number, (words, command) in enumerate(_steps(places, where), 1):
        print(f"  {number}. {words}\n       {command}")
    if where:
        words = _("To leave out --settings: cd {folder}, or export {variable}={file}")
        print(
            words.format(
                folder=_shell(places.folder), variable=VARIABLE, file=_shell(places.settings)
            )
        )


def _steps(places: Places, where: str) -> list[tuple[str, str]]:
    hub = hub_command()
    sheets = "invitations.pdf"
    start = (_("Start the hub, here or as a service"), f"{hub}{where}")
    enrol = _("expert-app enrol LINE")
    if hub == HUB_COMMAND:
        start = (
            _("The hub is a service: see how it is"),
            "systemctl status poste-expert-hub",
        )
        sheets = _shell(places.data / sheets)  # the hub's account writes nowhere else
        enrol = _("poste-expert-kiosk-enrol LINE")
    return [
        (
            _("Read the convention, put your people in, and check it"),
            f"{hub} check {_shell(places.convention)}",
        ),
        start,
        (
            _("Invite everybody: a sheet to print for each person and each kiosk"),
            f"{hub} invite{where} --all --sheets {sheets}",
        ),
        (
            _("On a new desk, start the program and give the line of the sheet; on a kiosk"),
            enrol,
        ),
        (_("See who has come"), f"{hub} people{where}"),
    ]


def _is_found_without(places: Places) -> bool:
    """The settings are found from here without being named."""
    return places.folder in (Path.cwd(), SYSTEM_FOLDER)


def _shell(path: Path) -> str:
    text = str(path)
    if " " in text:
        return f"'{text}'"
    return text
