# SPDX-License-Identifier: GPL-3.0-only
"""The command line of `expert-app hub` and its commands.
Used by `__main__`; the work is in `command`.

It stands apart because every program reads the command line, and none must load the hub for
that. `hub` alone runs the hub; a new command is one `command(...)` line here and one function
in `command`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from session.protocol.wire.roles import Role

ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16")
"""Of an imported file."""

VALID_MIN = 15
"""Minutes for which a code is good unless the operator says otherwise."""

VALID_DAYS = 7
"""The same in days, for the codes of many sheets."""

SEAL_DAYS = 365
"""Validity of a vault's key unless its administrator says otherwise."""

DEMANDS = ("caller", "organisation", "authority")
"""Who wants something erased."""

ROLES = {role.name.lower(): role for role in Role}


def _reason(text: str) -> str:
    """A reason as it is kept; for argparse, which says why it is none."""
    from session.protocol.wire.typed_words import is_reason, kept_words

    if not is_reason(text):
        raise argparse.ArgumentTypeError("say why, in a word or more")
    return kept_words(text)


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reason", required=True, type=_reason, metavar="WORDS", help="without names"
    )


type Commands = argparse._SubParsersAction[argparse.ArgumentParser]
Common = Callable[[argparse.ArgumentParser], None]

AddCommand = Callable[[str, str], argparse.ArgumentParser]
"""Adds a command by its name and what it does."""


def add_hub_parser(commands: Commands, common: Common) -> None:
    """Adds `hub` and its commands; `common` adds what every program takes (also after the command's
    name).
    """
    parser = commands.add_parser("hub", help="queue, dossiers and log; alone it runs the hub")
    _where(parser)
    parser.add_argument(
        "--serve",
        metavar="PARTS",
        default=argparse.SUPPRESS,
        help="an organisation's vault instead: dossier,log",
    )
    parser.add_argument(
        "--org", metavar="ORGANISATION", default=argparse.SUPPRESS, help="with --serve: whose vault"
    )
    common(parser)
    names = parser.add_subparsers(metavar="COMMAND", dest="hub_command")

    def command(name: str, words: str) -> argparse.ArgumentParser:
        parser = names.add_parser(name, help=words, argument_default=argparse.SUPPRESS)
        common(parser)
        return parser

    _add_init_command(command)
    _add_convention_commands(command)
    _add_dossier_commands(command, common)
    _add_history_commands(command)
    _add_erasing_commands(command, common)
    _add_log_commands(command, common)
    _add_server_commands(command)
    _add_key_commands(command)
    _add_vault_commands(command)


class _InOrder(argparse.Action):
    """Keeps (name of the option, value) of several options in one list, in their order."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        before = list(getattr(namespace, self.dest, None) or ())
        name = (option_string or "").lstrip("-")
        setattr(namespace, self.dest, [*before, (name, values)])


def _add_init_command(command: AddCommand) -> None:
    """The first files of a hub."""
    init = command("init", "write the first files of a hub: convention, certificate, settings")
    init.add_argument("new_folder", type=Path, metavar="FOLDER")
    for name, words in (
        ("organisation", "name, or id=name; its services and sites follow"),
        ("service", "of the organisation before it: one big button"),
        ("site", "of the organisation before it: where a kiosk stands"),
    ):
        init.add_argument(
            f"--{name}", dest="said", action=_InOrder, default=(), metavar="NAME", help=words
        )
    init.add_argument(
        "--address", default="", metavar="HOST[:PORT]", help="where desks and kiosks reach the hub"
    )
    init.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="HOST",
        help="another name or address of the hub, which its certificate shall be for too",
    )
    init.add_argument(
        "--data",
        type=Path,
        default=None,
        metavar="DATA-FOLDER",
        help="where the hub keeps everything, instead of FOLDER",
    )
    init.add_argument("--yes", action="store_true", default=False, help="ask nothing")


def _add_convention_commands(command: AddCommand) -> None:
    """The catalogue and the procedures: read, check, sign."""
    command("example", "print a complete catalogue")
    check = command(
        "check", "say everything that is wrong with a convention, or print its hours of this week"
    )
    check.add_argument(
        "convention",
        type=Path,
        nargs="?",
        default=None,
        metavar="CONVENTION",
        help="a TOML file, or a folder of them; by default that of the settings",
    )
    check.add_argument(
        "--operator-key", default="", metavar="KEY", help="look at the signatures too"
    )
    _json(check)
    procedures = command(
        "procedures", "say everything that is wrong with a folder of procedures, or list them"
    )
    procedures.add_argument(
        "folder_of_procedures", type=Path, nargs="?", default=None, metavar="FOLDER"
    )
    _json(procedures)
    sign = command("sign", "sign a part of a convention")
    sign.add_argument("convention", type=Path, metavar="CONVENTION")
    sign.add_argument(
        "--part", default="", metavar="FILE", help="file in the folder, e.g. caf.toml"
    )
    sign.add_argument(
        "--seed-file",
        type=Path,
        default=None,
        help="the signing key, instead of the system's keyring",
    )
    sign.add_argument("--make-key", action="store_true", default=False, help="make the key first")


def _add_dossier_commands(command: AddCommand, common: Common) -> None:
    """Dossiers: who looked at one; those of an organisation's own system."""
    names = command("dossiers", "import dossiers, or say who looked at one").add_subparsers(
        metavar="WHAT", dest="dossiers_command", required=True
    )
    accesses = names.add_parser(
        "accesses",
        help="print who looked at a dossier, when and why: what its person may ask for by right",
        argument_default=argparse.SUPPRESS,
    )
    common(accesses)
    _where(accesses)
    accesses.add_argument("number", metavar="NUMBER")
    accesses.add_argument("--org", metavar="ORGANISATION", help="whose dossier")
    accesses.add_argument(
        "--names", action="store_true", default=False, help="and the names of those who looked"
    )
    accesses.add_argument("--json", action="store_true", default=False, dest="as_json")
    import_parser = names.add_parser(
        "import",
        help="take in a CSV file of dossiers; the hub may go on working",
        argument_default=argparse.SUPPRESS,
    )
    common(import_parser)
    _where(import_parser)
    import_parser.add_argument("file", type=Path, metavar="FILE")
    import_parser.add_argument("--org", metavar="ORGANISATION", help="whose dossiers they are")
    import_parser.add_argument(
        "--encoding", choices=ENCODINGS, default="", help="of the file, when it is not UTF-8"
    )
    import_parser.add_argument(
        "--dry-run", action="store_true", default=False, help="only say what it would do"
    )
    import_parser.add_argument("--json", action="store_true", default=False, dest="as_json")
    _add_dossier_erasing(names, common)
    register = command("register-test", "ask an organisation's register, and say how it went")
    register.add_argument("--org", metavar="ORGANISATION", help="whose register")
    register.add_argument(
        "--number", default="", metavar="N", help="of a dossier, or of a caller, that it has"
    )
    register.add_argument("--json", action="store_true", default=False, dest="as_json")


def _add_dossier_erasing(names: Any, common: Common) -> None:
    """Dossiers that are erased by right, or kept from it."""
    for name, words in (
        ("erase", "erase a dossier with its documents for good, by right of erasure"),
        ("hold", "keep a dossier from being erased"),
        ("lift", "end that"),
        ("holds", "which dossiers are kept from it"),
        ("erase-again", "after a database was restored: what the register names goes again"),
    ):
        parser = names.add_parser(name, help=words, argument_default=argparse.SUPPRESS)
        common(parser)
        _where(parser)
        parser.add_argument("--org", metavar="ORGANISATION", help="whose dossier")
        _json(parser)
        if name in ("erase", "hold", "lift"):
            parser.add_argument("number", metavar="NUMBER")
        if name == "hold":
            _why(parser)
        if name == "erase":
            parser.add_argument(
                "--demand",
                choices=DEMANDS,
                required=True,
                help="who wants it: stands in the register, which names nobody",
            )
            parser.add_argument("--yes", action="store_true", default=False, help="ask nothing")
            parser.add_argument(
                "--dry-run", action="store_true", default=False, help="only say what it would do"
            )


def _add_history_commands(command: AddCommand) -> None:
    """Add the commands about what was: reports, the history, backups."""
    report = _where(command("report", "write an activity report of these days"))
    report.add_argument(
        "period", nargs=3, metavar=("FROM", "TO", "FILE"), help="2026-03-01 2026-03-31 report.pdf"
    )
    _where(command("rebuild-history", "run the hub, and build the history again"))
    backup = _where(
        command("backup", "write the hub's whole state into one file; the hub may go on working")
    )
    backup.add_argument(
        "file",
        type=Path,
        nargs="?",
        default=None,
        metavar="FILE",
        help="without it: a dated one in the settings' backup.folder, and the oldest ones go",
    )
    backup.add_argument(
        "--with-dossiers", action="store_true", default=False, help="and all dossiers and documents"
    )
    restore = _where(
        command("restore", "put a backup into a hub that has nothing yet and does not run")
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--check",
        action="store_true",
        default=False,
        help="read all of it and say what is in it; nothing is written",
    )
    restore.add_argument(
        "--key",
        default="",
        metavar="SIGNER",
        help="who must have signed it, as `hub backup` said; without it: this folder's own key",
    )


def _add_erasing_commands(command: AddCommand, common: Common) -> None:
    """Conversations that are erased by hand or kept from it; who has read them."""
    erase = _where(command("erase", "erase conversations for good; the hub may go on working"))
    erase.add_argument("--org", metavar="ORGANISATION", help="whose conversations")
    chosen = erase.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--session", action="append", default=[], metavar="ID", help="by its id")
    chosen.add_argument("--ticket", default="", metavar="NUMBER", help="of this ticket, with --day")
    chosen.add_argument(
        "--from", dest="first", default="", metavar="DAY", help="of a period, with --to"
    )
    erase.add_argument("--day", default="", metavar="DAY", help="2026-03-01, with --ticket")
    erase.add_argument("--to", dest="last", default="", metavar="DAY", help="last day, with --from")
    erase.add_argument("--kiosk", default="", metavar="ID", help="only of this kiosk")
    erase.add_argument("--site", default="", metavar="NAME", help="only of this site")
    erase.add_argument(
        "--demand",
        choices=DEMANDS,
        required=True,
        help="who wants it: stands in the register, which names nobody",
    )
    erase.add_argument("--yes", action="store_true", default=False, help="ask nothing")
    erase.add_argument(
        "--dry-run", action="store_true", default=False, help="only say what it would do"
    )
    _json(erase)
    names = command("hold", "keep a conversation from being erased").add_subparsers(
        metavar="WHAT", dest="hold_command", required=True
    )
    for name, words in (
        ("set", "neither age nor erase takes its log"),
        ("lift", "end that"),
        ("list", "what is held"),
    ):
        parser = names.add_parser(name, help=words, argument_default=argparse.SUPPRESS)
        common(parser)
        _where(parser)
        parser.add_argument("--org", metavar="ORGANISATION", help="whose conversation")
        if name == "list":
            _json(parser)
        else:
            parser.add_argument("session", metavar="SESSION")
        if name == "set":
            _why(parser)
    readings = _where(command("readings", "print who has read logs of conversations, and why"))
    readings.add_argument("--org", metavar="ORGANISATION", help="whose conversations")
    readings.add_argument("--session", default="", metavar="ID", help="only of this conversation")
    readings.add_argument("--csv", action="store_true", default=False, help="as a table")
    _json(readings)
    _json(_where(command("register", "print what was erased by hand, when and on whose demand")))


def _add_log_commands(command: AddCommand, common: Common) -> None:
    """The list of conversations."""
    logs = command("logs", "the list of conversations that the helpdesk sees").add_subparsers(
        metavar="WHAT", dest="logs_command", required=True
    )
    rebuild = logs.add_parser(
        "rebuild", help="make it again from the logs", argument_default=argparse.SUPPRESS
    )
    common(rebuild)
    _where(rebuild)


def _add_server_commands(command: AddCommand) -> None:
    """The nats-server, its certificates, and where documents lie."""
    config = _where(command("bus-config", "print the configuration for a nats-server of yours"))
    config.add_argument(
        "--node", default="", metavar="NAME", help="for this server of the settings' cluster"
    )
    server = command(
        "bus-server", "become the nats-server that comes with us, with this configuration"
    )
    server.add_argument("config", type=Path, metavar="FILE")
    explain = _json(
        command("explain", "what was not taken of a client, and why; live, until it is stopped")
    )
    explain.add_argument("user", metavar="KIOSK", help="id of a kiosk, or of a client of --role")
    explain.add_argument("--role", choices=tuple(ROLES), default="kiosk")
    explain.add_argument("--once", action="store_true", default=False, help="do not wait for more")
    command("documents", "try the place where documents lie: write, read back, remove")
    authority = command("make-ca", "make a certificate authority of your own")
    authority.add_argument("ca", type=Path, metavar="FOLDER")
    certificate = command(
        "make-certificate", "certificate of the bus, signed by your own authority"
    )
    certificate.add_argument("hosts", metavar="HOST[,HOST]")
    certificate.add_argument(
        "--ca", type=Path, metavar="FOLDER", required=True, help="the authority's folder"
    )
    certificate.add_argument(
        "--replace",
        action="store_true",
        default=False,
        help="write over the certificate and the key that are there",
    )
    renew = command(
        "renew-certificate",
        "the settings' certificate anew, for the same names; a running hub takes it by itself",
    )
    renew.add_argument(
        "--ca",
        type=Path,
        metavar="FOLDER",
        default=None,
        help="the authority's folder (default: ca beside the certificate)",
    )
    renew.add_argument(
        "--new-authority",
        action="store_true",
        default=False,
        help="though desks and kiosks know another authority than this folder's",
    )


def _add_key_commands(command: AddCommand) -> None:
    """Passwords, the hub's own key, and who is let in."""
    secret = command(
        "secret", "keep a password for the documents' store, a GED or a register in the keyring"
    )
    secret.add_argument(
        "secret_name",
        metavar="NAME",
        help="documents, ged.NAME or register.ORGANISATION as in the settings",
    )
    key = command(
        "make-key",
        "make the hub's key for a nats-server of yours (once; every hub of the bus has the same)",
    )
    key.add_argument("--key-file", type=Path, default=None, help="keep the key in this file (0600)")
    _add_invite(command)
    _json(_where(command("people", "list who is enrolled, invited, last seen, with which version")))
    _where(command("sso", "try the providers of people's sign-in, and print the line for desks"))
    _identity(_where(command("revoke", "take a lost key or an invitation away, at once")))
    link = command(
        "link", "print the public half of our key for a partner's network, which lets us connect"
    )
    link.add_argument("--partner", metavar="NETWORK", required=True, help="the partner's name")
    link.add_argument(
        "--key-file", type=Path, default=None, help="keep the key in this file (0600)"
    )


def _add_invite(command: AddCommand) -> None:
    invite = _where(command("invite", "print a one-time invitation, or one sheet each for many"))
    _identity(invite, required=False)
    invite.add_argument("--minutes", type=int, default=VALID_MIN, help="how long the code is valid")
    invite.add_argument(
        "--another-computer",
        action="store_true",
        default=False,
        help="beside those that this person has already, which otherwise count no more",
    )
    many = invite.add_mutually_exclusive_group()
    many.add_argument(
        "--from",
        dest="table",
        type=Path,
        default=None,
        metavar="FILE.csv",
        help="invite all of this table: organisation, role, name or site",
    )
    many.add_argument(
        "--all",
        action="store_true",
        default=False,
        help="invite everybody who has no key and no invitation",
    )
    invite.add_argument(
        "--sheets",
        type=Path,
        default=None,
        metavar="FILE.pdf",
        help="with --from or --all: one page for each to print",
    )
    invite.add_argument(
        "--days", type=int, default=VALID_DAYS, help="with --from or --all: how long they are valid"
    )
    _json(invite)


def _json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", default=False, help="for programs")
    return parser


def _add_vault_commands(command: AddCommand) -> None:
    """An organisation's vault."""
    seal = command(
        "seal-key",
        "make a sealing key for an organisation's vault, and print it for the convention",
    )
    seal.add_argument("--org", metavar="ORGANISATION", required=True)
    seal.add_argument("--first", default="", metavar="DATE", help="first day, today by default")
    seal.add_argument("--days", type=int, default=SEAL_DAYS, help="how long it is valid")
    seal.add_argument(
        "--seed-file",
        type=Path,
        default=None,
        help="the organisation's signing key, if in no keyring",
    )
    seal.add_argument(
        "--secret-file", type=Path, default=None, help="keep the secret in this file (0600)"
    )
    admit = command("admit", "let a desk's key into the vault on this machine")
    _identity(admit)
    admit.add_argument(
        "--key", required=True, metavar="KEY", help="as expert-app doctor says it there; - removes"
    )


def _where(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--catalogue", type=Path, default=argparse.SUPPRESS, help="who offers what where (TOML)"
    )
    parser.add_argument(
        "--bus", default=argparse.SUPPRESS, help="use this nats-server instead of our own"
    )
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        default=argparse.SUPPRESS,
        help="where our own nats-server listens",
    )
    return parser


def _identity(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument("--role", choices=tuple(ROLES), required=required, default=None)
    parser.add_argument(
        "--org",
        metavar="ORGANISATION",
        required=required,
        default="",
        help="id of the organisation",
    )
    parser.add_argument("--name", default="", help="whose name the catalogue says, or whose id")
