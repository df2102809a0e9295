# SPDX-License-Identifier: GPL-3.0-only
"""The settings and folders that a command of `expert-app hub` works on, the options that several
of them have, and `hub_command`, under which each of them runs. Used by the commands of a hub.

Light, because `hub --help` loads it: what a command needs besides is loaded with the command.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ClassVar, Concatenate, Self

import msgspec

from expert_app.commands.setup.settings_file import find_settings
from expert_app.runtime.command_line import Argument, CommonOptions
from expert_app.runtime.config import HubSettings, SettingsWrong, is_time_zone, load
from expert_app.runtime.folder_owner import account
from expert_app.runtime.log_lines import acts, acts_beside
from expert_app.runtime.paths import LOG_FOLDER, Paths, data_folder, paths_for
from resources.texts import _
from resources.this_machine import OURS, as_here
from resources.this_machine import hub_command as command_here
from session.hub.storage.erasures import ErasureDemand
from session.protocol.wire.typed_words import is_reason, kept_words


def _reason(text: str) -> str:
    """A reason as it is kept; for argparse, which says why it is none."""
    if not is_reason(text):
        raise ArgumentTypeError("say why, in a word or more")
    return kept_words(text)


Reason = Annotated[str, Argument("without names", "WORDS", read=_reason)]
Demand = Annotated[
    ErasureDemand, Argument("who wants it: stands in the register, which names nobody")
]
KeyFile = Annotated[Path | None, Argument("keep the key in this file (0600)")]
Yes = Annotated[bool, Argument("ask nothing")]
DryRun = Annotated[bool, Argument("only say what it would do")]


@dataclass(frozen=True)
class HubPlace:
    """The options that say which hub is meant, and how it differs from its settings."""

    common: CommonOptions
    _: KW_ONLY
    catalogue: Annotated[Path | None, Argument("who offers what where (TOML)")] = None
    bus: Annotated[str, Argument("use this nats-server instead of our own")] = ""
    listen: Annotated[str, Argument("where our own nats-server listens", "HOST:PORT")] = ""
    serve: Annotated[
        str, Argument("an organisation's vault instead: dossier,log", "PARTS", is_of_group=True)
    ] = ""
    org: Annotated[str, Argument("with --serve: whose vault", "ORGANISATION", is_of_group=True)] = (
        ""
    )


@dataclass(frozen=True)
class HubContext:
    """What a command works on.

    Attributes:
        looked: where a settings file was looked for, when none was found.
    """

    settings: HubSettings
    paths: Paths
    looked: tuple[Path, ...] = ()
    PROGRAM: ClassVar[str] = "hub"

    @classmethod
    def from_options(cls, place: HubPlace) -> Self:
        """Read the settings that the options name. Raises `SettingsWrong`."""
        program = "vault" if place.serve else cls.PROGRAM
        file = find_settings(program, place.common.settings, place.common.folder)
        settings = _changed(load(HubSettings, file.path), place)
        folder = place.common.folder or (Path(settings.folder) if settings.folder else None)
        looked = () if file.is_found else file.looked
        _refuse_root(data_folder(program, folder))
        return cls(settings, paths_for(program, folder), looked)


class VaultContext(HubContext):
    """The same for a command of a vault only."""

    PROGRAM = "vault"


def _refuse_root(folder: Path) -> None:
    """Let root leave nothing in the folder of the account that runs the hub, which could then not
    read it. Raises `SettingsWrong`.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    import pwd

    owner = next(path for path in (folder, *folder.parents) if path.exists()).stat().st_uid
    if owner == 0:
        return
    try:
        account = pwd.getpwuid(owner).pw_name
    except KeyError:
        account = f"#{owner}"
    command = command_here()
    if command == OURS:
        command = f"runuser -u {account} -- {OURS}"
    words = _(
        "it belongs to the account {account}, whose hub could not read what root leaves there. "
        "Nothing was changed. Type: {command} …"
    )
    raise SettingsWrong(folder, words.format(account=account, command=command))


def _changed(settings: HubSettings, place: HubPlace) -> HubSettings:
    changes: dict[str, Any] = {}
    if place.catalogue:
        changes["catalogue"] = str(place.catalogue)
    if place.serve:
        parts = [part.strip() for part in place.serve.split(",")]
        if set(parts) - {"dossier", "log"}:
            raise SettingsWrong(Path("--serve"), f"{place.serve!r} is not dossier,log")
        changes |= {"serve": parts, "organisation": place.org or settings.organisation}
    if place.bus:
        changes["bus"] = place.bus
    if place.listen:
        host, _colon, port = place.listen.rpartition(":")
        if not port.isdigit() or int(port) > 65535:
            raise SettingsWrong(Path("--listen"), f"{place.listen!r} is not HOST:PORT")
        changes |= {"listen_host": host or "127.0.0.1", "listen_port": int(port)}
    if not is_time_zone(settings.time_zone):
        raise SettingsWrong(Path("time_zone"), f"{settings.time_zone!r} is not a time zone we know")
    return msgspec.structs.replace(settings, **changes)


type HubFunction[Hub: HubContext, **P] = Callable[Concatenate[Hub, P], int]


def hub_command[Hub: HubContext, **P](
    *, act: str = "", needs_convention: bool = False
) -> Callable[[HubFunction[Hub, P]], HubFunction[Hub, P]]:
    """Decorate a command that works on a hub: what is wrong with the convention or a certificate is
    a sentence and an exit code.

    Args:
        act: the command's name, when it changes something, takes something along or reads what
            people did with dossiers and logs: such a line stands in the register of acts and the
            hub's log, unless `--check` or `--dry-run` says that it is only to look.
        needs_convention: refused where the settings name none.
    """

    def decorate(function: HubFunction[Hub, P]) -> HubFunction[Hub, P]:
        @wraps(function)
        def command(hub: Hub, /, *args: P.args, **options: P.kwargs) -> int:
            def run() -> int:
                if needs_convention and not hub.settings.catalogue:
                    print(needs_catalogue(hub.looked))
                    return 2
                return _without_traceback(lambda: function(hub, *args, **options))

            if not act or _only_looks(args, options):
                return run()
            from expert_app.stores.operator_acts import newest_act, note_act

            before = newest_act(hub.paths, act)
            with acts_beside(hub.paths.folder(LOG_FOLDER), "hub"):
                code = run()
                acts.info("%s: %s, exit code %d", account(), as_here(f"expert-app hub {act}"), code)
            if code or newest_act(hub.paths, act) <= before:  # else it has said more itself
                note_act(hub.paths, act, outcome=str(code) if code else "")
            return code

        return command

    return decorate


def _only_looks(words: Sequence[object], options: Mapping[str, object]) -> bool:
    """True when an option, or one of a request among the words, says that nothing is done."""
    is_dry = any(getattr(request, "dry_run", False) for request in (*words, *options.values()))
    return is_dry or bool(options.get("check"))


def _without_traceback(function: Callable[[], int]) -> int:
    from expert_app.hub.certificates import (
        AuthorityKeyMissing,
        CertificateInUse,
        CertificateTrouble,
    )
    from expert_app.hub.words import refused
    from session.hub.convention.problems import CatalogueWrong

    try:
        return function()
    except CatalogueWrong as error:
        print(refused(error))
        return 2
    except CertificateInUse as error:
        words = _("{file} exists already, and is perhaps in use. To write over it: --replace.")
        print(words.format(file=error.path))
        return 1
    except AuthorityKeyMissing as error:
        words = _(
            "{file} is not there: the authority signs nothing without its key. Put it back for as "
            "long as this takes, or make another authority (expert-app hub make-ca)."
        )
        print(words.format(file=error))
        return 1
    except CertificateTrouble as error:
        words = _("This cannot be done: {what} exists already, is missing or is not valid.")
        print(words.format(what=error))
        return 1


def needs_catalogue(looked: tuple[Path, ...]) -> str:
    """Say that nothing says which convention is meant, and where that was looked for."""
    if not looked:
        return _("The settings name no convention: catalogue = FILE-OR-FOLDER, or --catalogue.")
    places = "\n".join(f"  {path}" for path in looked)
    return _(
        "The settings of the hub were not found. Looked for:\n{places}\n"
        "expert-app hub init FOLDER makes them; --settings FILE names them."
    ).format(places=places)
