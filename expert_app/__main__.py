# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app` and its subcommands.
Each program is imported only when it is the one that was asked for.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import runpy
import sys
from pathlib import Path
from typing import NoReturn

from expert_app.runtime.command_line import (
    Command,
    CommonOptions,
    PackageMissing,
    add_commands,
    made,
)
from expert_app.runtime.config import SettingsWrong
from expert_app.runtime.folder_owner import FolderInUse
from expert_app.runtime.log_lines import LOG_LINE, JsonLines, MaskedLines
from expert_app.without_console import run_without_console
from resources import ResourceMissing
from resources.plain_text import plain_output
from resources.texts import _, use_language
from session.core.child_process import is_frozen, leave_no_memory_behind
from session.core.disk import is_disk_error

DOSSIERS = {
    "accesses": Command(
        "print who looked at a dossier, when and why: what its person may ask for by right",
        "commands.dossiers.accesses:print_accesses",
    ),
    "import": Command(
        "take in a CSV file of dossiers; the hub may go on working",
        "commands.dossiers.register:run_import",
    ),
    "erase": Command(
        "erase a dossier with its documents for good, by right of erasure",
        "commands.dossiers.erasing:erase",
    ),
    "hold": Command("keep a dossier from being erased", "commands.dossiers.erasing:hold"),
    "lift": Command("end that", "commands.dossiers.erasing:lift"),
    "holds": Command("which dossiers are kept from it", "commands.dossiers.erasing:list_holds"),
    "erase-again": Command(
        "after a database was restored: what the register names goes again",
        "commands.dossiers.erasing:erase_again",
    ),
}

HOLDS = {
    "set": Command("neither age nor erase takes its log", "commands.hub.erase:hold"),
    "lift": Command("end that", "commands.hub.erase:lift"),
    "list": Command("what is held", "commands.hub.erase:list_holds"),
}

LOGS = {
    "rebuild": Command("make it again from the logs", "commands.logs.index:rebuild"),
}

HUB = {
    "init": Command(
        "write the first files of a hub: convention, certificate, settings",
        "commands.setup.new_hub:init_hub",
    ),
    "example": Command("print a complete catalogue", "commands.hub.convention:example"),
    "check": Command(
        "say everything that is wrong with a convention, or print its hours of this week",
        "commands.hub.convention:check",
    ),
    "procedures": Command(
        "say everything that is wrong with a folder of procedures, or list them",
        "commands.hub.convention:procedures",
    ),
    "sign": Command("sign a part of a convention", "commands.hub.convention:sign"),
    "dossiers": Command("import dossiers, or say who looked at one", below=DOSSIERS),
    "register-test": Command(
        "ask an organisation's register, and say how it went",
        "commands.dossiers.register:try_register",
    ),
    "doctor": Command(
        "say what is wrong with this hub, and what to type",
        "commands.doctor.command:run_hub_doctor",
    ),
    "report": Command("write an activity report of these days", "commands.hub.report:write_report"),
    "report-mail": Command(
        "mail the reports of last month and since the opening to those of the settings",
        "commands.hub.report_mail:mail_report",
    ),
    "rebuild-history": Command(
        "run the hub, and build the history again", "services:rebuild_history"
    ),
    "backup": Command(
        "write the hub's whole state into one file; the hub may go on working",
        "commands.hub.backup_folder:backup",
    ),
    "restore": Command(
        "put a backup into a hub that has nothing yet and does not run",
        "commands.hub.backup_folder:restore",
    ),
    "erase": Command(
        "erase conversations for good; the hub may go on working", "commands.hub.erase:erase"
    ),
    "hold": Command("keep a conversation from being erased", below=HOLDS),
    "readings": Command(
        "print who has read logs of conversations, and why",
        "commands.dossiers.accesses:print_readings",
    ),
    "acts": Command(
        "print what was done with this hub: invitations, keys, certificates, backups, starts",
        "commands.hub.acts:print_acts",
    ),
    "register": Command(
        "print what was erased by hand, when and on whose demand",
        "commands.hub.erase:print_register",
    ),
    "logs": Command("the list of conversations that the helpdesk sees", below=LOGS),
    "bus-config": Command(
        "print the configuration for a nats-server of yours", "commands.hub.server:bus_config"
    ),
    "bus-server": Command(
        "become the nats-server that comes with us, with this configuration",
        "commands.hub.server:bus_server",
    ),
    "explain": Command(
        "what was not taken of a client, and why; live, until it is stopped",
        "commands.hub.explain:explain",
    ),
    "documents": Command(
        "try the place where documents lie: write, read back, remove",
        "commands.hub.server:documents",
    ),
    "mail": Command(
        "try the mail servers of organisations: send a test mail", "commands.hub.mail:try_mail"
    ),
    "make-ca": Command(
        "make a certificate authority of your own", "commands.hub.certificates:make_ca"
    ),
    "make-certificate": Command(
        "certificate of the bus, signed by your own authority",
        "commands.hub.certificates:make_certificate",
    ),
    "renew-certificate": Command(
        "the settings' certificate anew, for the same names; a running hub takes it by itself",
        "commands.hub.certificates:renew_certificate",
    ),
    "trust-authority": Command(
        "give your next authority to desks and kiosks, before a certificate of it counts",
        "commands.hub.authorities:trust_authority",
    ),
    "authorities": Command(
        "who has the next authority, and who is missing",
        "commands.hub.authorities:list_authorities",
    ),
    "secret": Command(
        "keep a password that the settings need in the keyring: of a store, a GED, a mail server…",
        "commands.hub.keys:secret",
    ),
    "make-key": Command(
        "make the hub's key for a nats-server of yours (once; every hub of the bus has the same)",
        "commands.hub.keys:make_key",
    ),
    "invite": Command(
        "print a one-time invitation, or one sheet each for many",
        "commands.setup.bulk_invitations:invite",
    ),
    "bundle": Command(
        "a folder for a stick, from which a contractor makes a site's kiosks",
        "commands.setup.site_bundle:write_bundle",
    ),
    "acceptance": Command(
        "the sheet on which a site is accepted: what the hub saw of its kiosks",
        "commands.setup.site_acceptance:write_acceptance",
    ),
    "people": Command(
        "list who is enrolled, invited, last seen, with which version",
        "commands.setup.people:list_people",
    ),
    "sso": Command(
        "try the providers of people's sign-in, and print the line for desks",
        "commands.setup.sign_on:try_sign_on",
    ),
    "revoke": Command(
        "take a lost key or an invitation away, at once", "commands.setup.invitations:revoke"
    ),
    "link": Command(
        "print the public half of our key for a partner's network, which lets us connect",
        "commands.hub.keys:link",
    ),
    "seal-key": Command(
        "make a sealing key for an organisation's vault, and print it for the convention",
        "commands.vault_keys:seal_key",
    ),
    "admit": Command(
        "let a desk's key into the vault on this machine", "commands.vault_keys:admit"
    ),
}

DESK, KIOSK = "poste-expert-desk", "poste-expert-kiosk"
"""Debian packages with what a hub does without (the extra `gui` of `pyproject.toml`)."""

COMMANDS = {
    "desk": Command("the agent's window (also without any command)", "windows:desk", package=DESK),
    "kiosk": Command("the reference kiosk", "windows:kiosk", package=KIOSK),
    "display": Command(
        "the waiting room's screen: numbers that are called", "windows:display", package=DESK
    ),
    "hub": Command("queue, dossiers and log; alone it runs the hub", "services:hub_or_vault", HUB),
    "demo": Command("all of it on this machine", "demo.command:run_demo", package=DESK),
    "kiosk-devices": Command(
        "scanners and printers on this network, for a kiosk's settings",
        "commands.kiosk_devices:show_devices",
        package=KIOSK,
    ),
    "replay": Command("a session's log on one timeline", "windows:replay", package=DESK),
    "open": Command(
        "a moment of a conversation, in the helpdesk's window",
        "windows:open_address",
        package=DESK,
    ),
    "verify": Command(
        "says whether documents are what was scanned, receipts genuine",
        "commands.verify:verify_files",
    ),
    "conformance": Command(
        "tries a kiosk or a desk, whoever built it, against the protocol",
        "conformance.command:run_conformance",
        package=DESK,
    ),
    "doctor": Command(
        "checks what this machine's programs need and says what to do",
        "commands.doctor.command:run_doctor",
    ),
    "enrol": Command("makes this installation's key", "commands.enrol:enrol"),
}

PIPE_BROKEN = 141
"""Exit code as a shell gives it to a program that SIGPIPE ended: 128 + 13."""

TALKATIVE = ("httpx", "httpcore", "botocore", "aiobotocore", "s3fs", "fsspec", "webdav4", "qasync")
"""Libraries whose developer log has addresses and headers: a dossier's number, a signature; or all
that is given to a worker thread: a page that is shared. Not ours to write down.
"""


class _Versions(argparse.Action):
    """Prints every version; what knows them is imported only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> NoReturn:
        from expert_app.commands.doctor.support import our_versions

        print("\n".join(our_versions()))
        parser.exit()


def parser_of_line(*, whole: bool = False) -> argparse.ArgumentParser:
    """Return the parser of our command line; `whole` describes each command, and loads it."""
    parser = argparse.ArgumentParser(
        prog="expert-app", description="Desk, hub and kiosk of Poste Expert."
    )
    parser.add_argument(
        "--version", action=_Versions, nargs=0, help="of the program, its protocol and its formats"
    )
    add_commands(parser, COMMANDS, CommonOptions, is_required=True, whole=whole)
    return parser


@plain_output()
def main(arguments: list[str] | None = None) -> int:
    """Runs the program that the command line asks for; the exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["desk", *argv]
    try:
        return _run(argv)
    except PackageMissing as error:
        use_language("fr")
        print(_package_words(argv[0], error.package), file=sys.stderr)
        return 2


def _package_words(command: str, package: str) -> str:
    """Which package brings a command that this machine, a hub, does without."""
    words = _(
        "“expert-app {command}” needs the programs with windows, which this machine lacks: install "
        "the package {package} (where the program came as a wheel: expert-app[gui])."
    )
    return words.format(command=command, package=package)


def _run(argv: list[str]) -> int:
    parsed = vars(parser_of_line().parse_args(argv))
    common = made(CommonOptions, parsed)
    leave_no_memory_behind()
    level = logging.DEBUG if common.verbose else logging.WARNING
    # Said while Qt is loaded, before our own handler can take it:
    # optional sound and picture libraries it did not find.
    os.environ.setdefault(
        "QT_LOGGING_RULES", "qt.multimedia.*=false;qt.webenginecontext.info=false"
    )
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(JsonLines() if common.log_format == "json" else MaskedLines(LOG_LINE))
    logging.basicConfig(level=level, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    use_language(common.language or "fr")  # until its settings say another one
    try:
        command: Command = parsed["command"]
        code: int = made(command.load(), parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _leave_broken_pipe()
    except (SettingsWrong, ResourceMissing) as error:
        print(error, file=sys.stderr)
        return 2
    except FolderInUse as error:
        print(error.words, file=sys.stderr)
        return 2
    except EOFError:
        print(_("It asks a question, and nobody answers: type it in a terminal."), file=sys.stderr)
        return 2
    except OSError as error:
        if not is_disk_error(error):
            raise
        print(_disk_words(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _disk_words(error: OSError) -> str:
    """Which file or folder cannot be used, why, and what to do."""
    words = _(
        "{file} cannot be used: {why}. Make room there, make it writable for this account, or name "
        "another folder with --folder; then start again. Nothing was changed."
    )
    return words.format(file=_whole(error.filename), why=error.strerror)


def _whole(file: str | bytes | int | None) -> str:
    """A file's whole path: a relative one is not always where the person who typed it stands."""
    if isinstance(file, str):
        return str(Path(file).absolute())
    return "?"


def _leave_broken_pipe() -> int:
    """Close standard output, as its reader has gone ("| head"): nothing more is said, also at
    the very end (docs.python.org, "signal", "Note on SIGPIPE").
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_BROKEN


def _become_module(name: str, arguments: list[str]) -> NoReturn:
    """A frozen program is its own Python (`session.core.child_process.own_python`)."""
    sys.argv[:] = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    sys.exit(0)


def command() -> NoReturn:
    """The program of the command line: runs it, and ends the process.

    WORKAROUND: after everything of ours is closed and kept, Qt's own end (WebEngine, multimedia)
    now and then crashes the process (SIGSEGV, no Python frame; seen in one end of six with
    Qt 6.11). A process with windows ends without it.
    """
    if is_frozen():
        multiprocessing.freeze_support()
        if sys.argv[1:2] == ["-m"]:
            _become_module(sys.argv[2], sys.argv[3:])
    code = run_without_console(main)
    if "PyQt6.QtWidgets" in sys.modules:
        if sys.stdout is not None:  # none at all without a console, on Windows
            sys.stdout.flush()
        logging.shutdown()
        windows = sys.modules.get("expert_app.runtime.window_program")
        if windows is not None and code == windows.AGAIN:
            windows.start_again()
            code = 0
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
