# SPDX-License-Identifier: GPL-3.0-only
"""The commands of `expert-app hub`: one function for each word of `arguments`.
Used by `__main__`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from getpass import getpass
from pathlib import Path

from expert_app.commands.hub.arguments import ROLES
from expert_app.commands.hub.words import local_time
from expert_app.commands.setup.new_hub import NewHubRequest, init_hub
from expert_app.hub.certificates import (
    CertificateFiles,
    CertificateInUse,
    CertificateTrouble,
    authority_fingerprint,
    folder_fingerprint,
    make_ca,
    make_certificate,
    renew_certificate,
)
from expert_app.hub.identity_book_commands import NamedIdentity, invite, revoke
from expert_app.hub.procedure_words import list_procedures
from expert_app.hub.words import refused
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from expert_app.runtime.folder_owner import Owner, account, own_folder, owner_of
from expert_app.runtime.log_lines import acts, acts_beside, log_in_files
from expert_app.runtime.paths import LOG_FOLDER, Paths
from expert_app.runtime.watch import WatchService
from expert_app.stores.identities import open_book
from expert_app.stores.passwords import (
    DOCUMENTS,
    ged_name,
    keep_secret,
    register_name,
    sign_on_name,
)
from resources.texts import _
from session.bus.transport.nkeys import new_seed, public_key
from session.hub.convention.problems import CatalogueWrong
from session.protocol.wire.ids import is_id

Arguments = argparse.Namespace


@dataclass(frozen=True)
class Context:
    """What a command works on: the command line, and the hub's settings and folders.

    Attributes:
        looked: where a settings file was looked for, when none was found.
        watch: what lets a script drive the program.
    """

    arguments: Arguments
    settings: HubSettings
    paths: Paths
    looked: tuple[Path, ...] = ()
    watch: WatchService | None = None


def init(arguments: Arguments) -> int:
    """`hub init`, which needs no settings; the exit code."""
    return init_hub(
        NewHubRequest(
            arguments.new_folder,
            said=arguments.said,
            address=arguments.address,
            also=arguments.also,
            data=arguments.data,
            yes=arguments.yes,
        )
    )


def _example(_context: Context) -> int:
    from expert_app.hub.example_convention import EXAMPLE

    print(EXAMPLE, end="")
    return 0


def _check(context: Context) -> int:
    from expert_app.hub import convention_commands

    key = context.arguments.operator_key or context.settings.convention.operator_key
    path = context.arguments.convention
    if path is None:
        if not context.settings.catalogue:
            print(_needs_catalogue(context.looked))
            return 2
        path = Path(context.settings.catalogue)
    as_json = context.arguments.json
    return convention_commands.check(path, key, datetime.now(UTC), as_json=as_json)


def _procedures(context: Context) -> int:
    from documents.store.procedures import shipped
    from expert_app.hub import convention_commands
    from expert_app.hub.words import refused
    from session.hub.convention.problems import CatalogueWrong

    named = context.arguments.folder_of_procedures or context.settings.procedures
    if named:
        folder = Path(named)
    else:
        folder = shipped()
    convention = None
    if context.settings.catalogue:
        try:
            convention = convention_commands.load_catalogue(context.settings)
        except CatalogueWrong as error:
            print(refused(error), file=sys.stderr)
    return list_procedures(folder, as_json=context.arguments.json, convention=convention)


def _sign(context: Context) -> int:
    from expert_app.hub import convention_commands

    arguments = context.arguments
    return convention_commands.sign(
        arguments.convention, arguments.part, arguments.seed_file, make_key=arguments.make_key
    )


def _make_ca(context: Context) -> int:
    certificate = make_ca(context.arguments.ca)
    print(
        _("The authority's certificate is {file}: give it to desks and kiosks.").format(
            file=certificate
        )
    )
    return 0


def _make_certificate(context: Context) -> int:
    arguments = context.arguments
    certificate, key = make_certificate(
        arguments.ca, arguments.hosts.split(","), replace=arguments.replace
    )
    print(f'tls_certificate = "{certificate.absolute()}"\ntls_key = "{key.absolute()}"')
    return 0


def _renew_certificate(context: Context) -> int:
    settings = context.settings
    if not (settings.tls_certificate and settings.tls_key):
        print(_("The settings name no certificate: tls_certificate and tls_key."))
        return 2
    files = CertificateFiles(Path(settings.tls_certificate), Path(settings.tls_key))
    folder = context.arguments.ca or files.certificate.parent / "ca"
    now, then = authority_fingerprint(files.certificate), folder_fingerprint(folder)
    if now != then and not context.arguments.new_authority:
        _print_other_authority(context, folder, now, then)
        return 2
    ends_at = renew_certificate(folder, files)
    day = local_time(ends_at, settings, "%d/%m/%Y")
    print(_("{file} is valid until {day}.").format(file=files.certificate, day=day))
    if settings.bus:
        print(_("Reload your nats-server, which then shows it to newcomers; nobody is cut off."))
    elif owner_of(context.paths.data) is not None:
        print(_("The hub that runs takes it within seconds; nobody is cut off."))
    else:
        print(_("No hub runs on this folder: it counts from the hub's next start."))
    if now != then:
        print(
            _("A machine that does not know {folder} is refused from then on.").format(
                folder=folder
            )
        )
    return 0


def _print_other_authority(context: Context, folder: Path, now: str, then: str) -> None:
    """Prints why nothing was changed, and who would be refused.

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
    count = sum(map(len, open_book(context.paths).keys().values()))
    authority = now or _("a public one, or none")
    print(words.format(folder=folder, now=authority, then=then, count=count))


def _report(context: Context) -> int:
    from expert_app.commands.hub.report import write_report

    return write_report(
        context.settings, context.paths, context.arguments.period, datetime.now(UTC)
    )


def _explain(context: Context) -> int:
    from expert_app.commands.hub.explain import explain

    arguments = context.arguments
    return explain(
        context.settings,
        arguments.user,
        ROLES[arguments.role].value,
        once=arguments.once,
        as_json=arguments.json,
    )


def _bus_config(context: Context) -> int:
    from expert_app.hub.bus_config import bus_config

    try:
        print(bus_config(context.settings, context.paths, context.arguments.node), end="")
    except KeyMissing as error:
        print(error.why, file=sys.stderr)
        return 1
    return 0


def _bus_server(context: Context) -> int:
    from expert_app.hub.bus_config import become_server

    return become_server(context.arguments.config)


def _dossiers(context: Context) -> int:
    match context.arguments.dossiers_command:
        case "import":
            return _import_dossiers(context)
        case "erase" | "hold" | "lift" | "holds" | "erase-again":
            return _erase_dossiers(context)
    from expert_app.commands.dossiers.accesses import print_accesses

    arguments = context.arguments
    return print_accesses(
        context.settings,
        context.paths,
        arguments.number,
        organisation=getattr(arguments, "org", "") or context.settings.organisation,
        as_json=arguments.as_json,
        with_names=arguments.names,
    )


def _erase_dossiers(context: Context) -> int:
    from expert_app.commands.dossiers import erasing
    from session.hub.storage.erasures import ErasureDemand

    arguments, settings, paths = context.arguments, context.settings, context.paths
    organisation = getattr(arguments, "org", "")
    match arguments.dossiers_command:
        case "hold":
            return erasing.hold(organisation, arguments.number, arguments.reason, settings, paths)
        case "lift":
            return erasing.lift(organisation, arguments.number, settings, paths)
        case "holds":
            return erasing.list_holds(organisation, settings, paths, as_json=arguments.json)
        case "erase-again":
            return erasing.erase_again(settings, paths)
    request = erasing.DossierErasureRequest(
        organisation,
        arguments.number,
        ErasureDemand(arguments.demand),
        yes=arguments.yes,
        dry=arguments.dry_run,
        as_json=arguments.json,
    )
    return erasing.erase(request, settings, paths)


def _erase(context: Context) -> int:
    from expert_app.commands.hub import erase
    from session.hub.history.erasing import TicketFilter
    from session.hub.storage.erasures import ErasureDemand

    arguments = context.arguments
    first, last = arguments.first or arguments.day, arguments.last or arguments.day
    try:
        if arguments.session:
            tickets = None
        else:
            tickets = TicketFilter(
                erase.day_of(first),
                erase.day_of(last),
                number=arguments.ticket,
                kiosk=arguments.kiosk,
                site=arguments.site,
            )
    except ValueError:
        print(_("Say the days as 2026-03-01: --ticket NUMBER --day DAY, or --from DAY --to DAY."))
        return 2
    request = erase.EraseRequest(
        getattr(arguments, "org", ""),
        ErasureDemand(arguments.demand),
        sessions=tuple(arguments.session),
        tickets=tickets,
        yes=arguments.yes,
        dry=arguments.dry_run,
        as_json=arguments.json,
    )
    return erase.erase(request, context.settings, context.paths)


def _hold(context: Context) -> int:
    from expert_app.commands.hub import erase

    arguments, settings, paths = context.arguments, context.settings, context.paths
    organisation = getattr(arguments, "org", "")
    match arguments.hold_command:
        case "list":
            return erase.list_holds(organisation, settings, paths, as_json=arguments.json)
        case "lift":
            return erase.lift(organisation, arguments.session, settings, paths)
    return erase.hold(organisation, arguments.session, arguments.reason, settings, paths)


def _readings(context: Context) -> int:
    from expert_app.commands.dossiers.accesses import print_readings

    arguments = context.arguments
    return print_readings(
        context.settings,
        context.paths,
        arguments.session,
        organisation=getattr(arguments, "org", "") or context.settings.organisation,
        as_json=arguments.json,
        as_csv=arguments.csv,
    )


def _logs(context: Context) -> int:
    from expert_app.commands.logs.index import rebuild

    return rebuild(context.settings, context.paths)


def _register(context: Context) -> int:
    from expert_app.commands.hub.erase import print_register

    return print_register(context.settings, context.paths, as_json=context.arguments.json)


def _documents(context: Context) -> int:
    from expert_app.stores.dossiers import ExtraMissing, extra_words, try_documents

    try:
        return try_documents(context.settings, context.paths)
    except KeyMissing as error:
        print(error.why)
    except ExtraMissing as error:
        print(extra_words(error))
    return 2


def _secret(context: Context) -> int:
    name = context.arguments.secret_name
    settings = context.settings
    known_names = [DOCUMENTS, *(ged_name(system.name) for system in settings.ged)]
    known_names += [register_name(register.organisation) for register in settings.register]
    known_names += [sign_on_name(sign_on.id) for sign_on in settings.sso]
    if name not in known_names:
        print(
            _("{name} is none of these: {known}.").format(name=name, known=", ".join(known_names))
        )
        return 2
    try:
        keep_secret(
            name, getpass(_("Secret of {name} (nothing is shown): ").format(name=name)).strip()
        )
    except KeyMissing as error:
        print(error.why)
        return 1
    print(_("Kept in the system's keyring."))
    return 0


def _make_key(context: Context) -> int:
    from expert_app.stores.jetstream import HUB_KEY

    return _key_of(HUB_KEY, context.arguments.key_file)


def _wanted(context: Context) -> NamedIdentity:
    arguments = context.arguments
    return NamedIdentity(arguments.org, ROLES[arguments.role], arguments.name)


def _invite(context: Context) -> int:
    arguments = context.arguments
    if arguments.table or arguments.all:
        from expert_app.commands.setup.bulk_invitations import BulkRequest, invite_many

        request = BulkRequest(arguments.table, arguments.sheets, arguments.days, arguments.json)
        return invite_many(request, context.settings, context.paths)
    if arguments.sheets:
        print(_("--sheets goes with --from FILE.csv (one line is enough) or --all."))
        return 2
    if not (arguments.role and arguments.org):
        print(_("Say who is invited: --role and --org, or --from FILE.csv, or --all."))
        return 2
    return invite(
        _wanted(context),
        arguments.minutes,
        context.settings,
        context.paths,
        as_json=arguments.json,
        adds=arguments.another_computer,
    )


def _people(context: Context) -> int:
    from expert_app.commands.setup.people import list_people

    return list_people(context.settings, context.paths, as_json=context.arguments.json)


def _revoke(context: Context) -> int:
    return revoke(_wanted(context), context.settings, context.paths)


def _sso(context: Context) -> int:
    from expert_app.commands.setup.sign_on import try_sign_on

    return try_sign_on(context.settings)


def _run(context: Context) -> int:
    from expert_app.commands.hub.event_loop import run
    from expert_app.hub import program as hub

    rebuild = context.arguments.hub_command == "rebuild-history"
    options = hub.HubOptions(watch=context.watch, rebuild_history=rebuild)
    logs = log_in_files(context.paths.folder(LOG_FOLDER), "hub")
    with own_folder(context.paths.data, "hub") as before, logs:
        _log_killed(before)
        return run(hub.run(context.settings, context.paths, options))


def _log_killed(before: Owner | None) -> None:
    if before is not None:
        acts.warning(
            "the run since %s (process %d) ended without a word: it was killed, or the power went",
            before.since_utc.isoformat(timespec="seconds"),
            before.pid,
        )


def _seal_key(context: Context) -> int:
    from expert_app.commands import vault_keys as vault_commands

    arguments = context.arguments
    return vault_commands.seal_key(
        vault_commands.SealKeyRequest(
            arguments.org,
            arguments.first,
            arguments.days,
            arguments.seed_file,
            arguments.secret_file,
        )
    )


def _admit(context: Context) -> int:
    from expert_app.commands import vault_keys as vault_commands

    return vault_commands.admit(
        _wanted(context), context.arguments.key, context.settings, context.paths
    )


def _serve(context: Context) -> int:
    from expert_app.commands.hub.event_loop import run
    from expert_app.vault import program as vault

    logs = log_in_files(context.paths.folder(LOG_FOLDER), "vault")
    with own_folder(context.paths.data, "hub --serve") as before, logs:
        _log_killed(before)
        return run(vault.run(context.settings, context.paths, watch=context.watch))


def _backup(context: Context) -> int:
    from expert_app.commands.hub.backup import run_backup, run_vault_backup

    arguments = context.arguments
    if arguments.file is None:
        from expert_app.commands.hub.backup_folder import run_folder_backup

        return run_folder_backup(context.settings, context.paths)
    if context.settings.serve:
        return _of_a_vault(context, run_vault_backup)
    return asyncio.run(
        run_backup(
            arguments.file, context.settings, context.paths, with_dossiers=arguments.with_dossiers
        )
    )


def _restore(context: Context) -> int:
    from expert_app.commands.hub.backup import run_restore, run_vault_restore
    from expert_app.commands.hub.backup_folder import run_check

    if context.arguments.check:
        return run_check(context.arguments.file, context.settings, context.arguments.key)
    if context.settings.serve:
        return _of_a_vault(context, partial(run_vault_restore, signer=context.arguments.key))
    arguments = context.arguments
    return asyncio.run(run_restore(arguments.file, context.settings, context.paths, arguments.key))


def _of_a_vault(
    context: Context, run: Callable[[Path, HubSettings, Paths], Coroutine[None, None, int]]
) -> int:
    if not context.settings.organisation:
        print(_("Say whose vault it is with --org."))
        return 2
    return asyncio.run(run(context.arguments.file, context.settings, context.paths))


def _link(context: Context) -> int:
    from expert_app.hub.bus_config import link_key_name

    arguments = context.arguments
    if not is_id(arguments.partner):
        print(_("Organisation and user may have letters, digits, _ and -, at most 40."))
        return 2
    return _key_of(link_key_name(arguments.partner), arguments.key_file)


def _import_dossiers(context: Context) -> int:
    from expert_app.commands.dossiers import register as hub_register

    arguments = context.arguments
    request = hub_register.ImportRequest(
        arguments.file,
        getattr(arguments, "org", ""),
        arguments.encoding,
        arguments.dry_run,
        arguments.as_json,
    )
    return hub_register.run_import(request, context.settings, context.paths)


def _register_test(context: Context) -> int:
    from expert_app.commands.dossiers.register import try_register

    arguments = context.arguments
    organisation = getattr(arguments, "org", "")
    return try_register(organisation, arguments.number, context.settings, as_json=arguments.as_json)


def _key_of(name: str, key_file: Path | None) -> int:
    """Prints the public half of a key, which is made when there is none; the exit code."""
    try:
        seed = load_seed(name, key_file)
    except KeyMissing:
        seed = new_seed()
        try:
            save_seed(name, seed, key_file)
        except (KeyMissing, OSError) as error:
            print(error.why if isinstance(error, KeyMissing) else error)
            return 1
    print(public_key(seed))
    return 0


_WITHOUT_CATALOGUE: dict[str, Callable[[Context], int]] = {
    "example": _example,
    "explain": _explain,
    "check": _check,
    "procedures": _procedures,
    "sign": _sign,
    "link": _link,
    "seal-key": _seal_key,
    "admit": _admit,
    "bus-server": _bus_server,
    "make-key": _make_key,
    "documents": _documents,
    "dossiers": _dossiers,
    "erase": _erase,
    "hold": _hold,
    "readings": _readings,
    "register": _register,
    "logs": _logs,
    "secret": _secret,
    "register-test": _register_test,
    "backup": _backup,
    "restore": _restore,
    "make-ca": _make_ca,
    "make-certificate": _make_certificate,
    "renew-certificate": _renew_certificate,
}
_COMMANDS: dict[str, Callable[[Context], int]] = {
    "run": _run,
    "rebuild-history": _run,
    "report": _report,
    "bus-config": _bus_config,
    "invite": _invite,
    "people": _people,
    "sso": _sso,
    "revoke": _revoke,
}


_ACTS = frozenset(
    {
        *("invite", "revoke", "admit", "link", "sign", "seal-key", "secret", "make-key"),
        *("make-certificate", "renew-certificate", "backup", "restore", "erase", "hold"),
        *("dossiers", "documents", "rebuild-history"),
    }
)
"""Commands that change something, or take something along: they stand in the hub's log."""


def run_command(context: Context) -> int:
    """Does what the command line asks of the hub; the exit code. An act is a line of the log."""
    name = context.arguments.hub_command or "run"
    only_looks = getattr(context.arguments, "check", False)
    if name not in _ACTS or only_looks:
        return _run_named(context, name)
    with acts_beside(context.paths.folder(LOG_FOLDER), "hub"):
        code = _run_named(context, name)
        acts.info("%s: expert-app hub %s, exit code %d", account(), name, code)
    return code


def _run_named(context: Context, name: str) -> int:
    try:
        if name in _WITHOUT_CATALOGUE:
            return _WITHOUT_CATALOGUE[name](context)
        if not context.settings.catalogue:
            print(_needs_catalogue(context.looked))
            return 2
        if name == "run" and context.settings.serve:
            return _serve(context)
        return _COMMANDS[name](context)
    except CatalogueWrong as error:
        print(refused(error))
        return 2
    except CertificateInUse as error:
        words = _("{file} exists already, and is perhaps in use. To write over it: --replace.")
        print(words.format(file=error.path))
        return 1
    except CertificateTrouble as error:
        print(
            _("This cannot be done: {what} exists already, is missing or is not valid.").format(
                what=error
            )
        )
        return 1


def _needs_catalogue(looked: tuple[Path, ...]) -> str:
    """Say that nothing says which convention is meant, and where that was looked for."""
    if not looked:
        return _("The settings name no convention: catalogue = FILE-OR-FOLDER, or --catalogue.")
    places = "\n".join(f"  {path}" for path in looked)
    return _(
        "The settings of the hub were not found. Looked for:\n{places}\n"
        "expert-app hub init FOLDER makes them; --settings FILE names them."
    ).format(places=places)
