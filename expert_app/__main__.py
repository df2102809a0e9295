# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app` and its subcommands.
Each program is imported only when it is the one that was asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import msgspec

from expert_app.commands.hub.arguments import ROLES, Commands, add_hub_parser
from expert_app.runtime.config import (
    DeskSettings,
    DisplaySettings,
    Engine,
    HubSettings,
    KioskSettings,
    SettingsWrong,
    is_time_zone,
    load,
    load_fixed,
)
from expert_app.runtime.folder_owner import FolderInUse, own_folder, owner_of
from expert_app.runtime.log_lines import LOG_LINE, JsonLines, MaskedLines, log_in_files
from expert_app.runtime.paths import LOG_FOLDER, Paths, data_folder, paths_for
from expert_app.without_console import run_without_console
from resources import ResourceMissing
from resources.plain_text import plain_output
from resources.texts import LANGUAGES, _, use_language
from session.core.child_process import is_frozen, leave_no_memory_behind
from session.core.disk import is_disk_error

if TYPE_CHECKING:
    from expert_app.runtime.window_program import Watch

Arguments = argparse.Namespace

PIPE_BROKEN = 141
"""Exit code as a shell gives it to a program that SIGPIPE ended: 128 + 13."""

TALKATIVE = ("httpx", "httpcore", "botocore", "aiobotocore", "s3fs", "fsspec", "webdav4", "qasync")
"""Libraries whose developer log has addresses and headers: a dossier's number, a signature; or all
that is given to a worker thread: a page that is shared. Not ours to write down.
"""


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", type=Path, help="settings file (default: found by itself, docs/install.md)"
    )
    parser.add_argument("--folder", type=Path, help="keep everything below this folder")
    parser.add_argument("--language", choices=LANGUAGES, help="language of the screen")
    parser.add_argument("--driven", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--log-format", choices=("text", "json"), help="of the developer log")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="developer log on standard error"
    )


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="all of it on this machine")
    demo.add_argument(
        "--script", choices=("walk",), help="without a person: the whole job, driven and proved"
    )
    demo.add_argument("--report", type=Path, help="write the script's report (JSON) here")
    demo.add_argument("--shots", type=Path, help="folder for one picture per step and window")
    demo.add_argument(
        "--scanner", default="", help="address of a real scanner, e.g. escl://host:port/eSCL"
    )
    demo.add_argument(
        "--printer", default="", help="address of a real printer, e.g. ipp://host:port/path"
    )
    demo.add_argument(
        "--camera", default="simulated", help='"simulated", "auto", "none" or a device'
    )
    demo.add_argument(
        "--engine", choices=get_args(Engine), default="auto", help="what carries the desk's calls"
    )
    demo.add_argument(
        "--partner", action="store_true", help="also open a desk of the kiosk's second organisation"
    )
    demo.add_argument("--display", action="store_true", help="also open the waiting room's display")
    demo.add_argument(
        "--host",
        action="store_true",
        help="also open the windows of the site's host and of the operator",
    )
    demo.add_argument(
        "--vault",
        action="store_true",
        help="the organisation keeps dossiers and log itself, sealed",
    )
    demo.add_argument("--supervisor", action="store_true", help="also open the supervisor's board")
    _common(demo)


def _add_conformance(commands: Commands) -> None:
    conformance = commands.add_parser(
        "conformance", help="tries a kiosk or a desk, whoever built it, against the protocol"
    )
    tried = conformance.add_mutually_exclusive_group(required=True)
    tried.add_argument("--kiosk", action="store_true", help="what is tried: a kiosk")
    tried.add_argument("--desk", action="store_true", help="what is tried: an agent's desk")
    conformance.add_argument(
        "--level",
        default="",
        metavar="LEVELS",
        help="talk,page,papers,hostile and, of a kiosk, sealed (default: all)",
    )
    conformance.add_argument(
        "--rule", action="append", default=[], metavar="NUMBER", help="only what tries this rule"
    )
    conformance.add_argument(
        "--driver", default="", metavar="COMMAND", help="presses the buttons; else a person"
    )
    conformance.add_argument(
        "--code-file", type=Path, metavar="FILE", help="write the bus's address and the code here"
    )
    conformance.add_argument(
        "--address",
        default="127.0.0.1",
        help="where another machine reaches this one: over TLS, with an authority of its own",
    )
    conformance.add_argument(
        "--patience", type=float, default=1.0, help="how many times longer everything may take"
    )
    conformance.add_argument("--junit", type=Path, metavar="FILE", help="report as JUnit's XML")
    conformance.add_argument("--json", type=Path, metavar="FILE", help="report for programs")
    _common(conformance)


def _add_verify(commands: Commands) -> None:
    verify = commands.add_parser(
        "verify", help="says whether documents are what was scanned, receipts genuine"
    )
    verify.add_argument(
        "documents",
        nargs="+",
        metavar="FILE",
        help="documents, receipts (PDF), saved dossiers, conversations (ZIP), a receipt's code",
    )
    verify.add_argument(
        "--key", action="append", default=[], help="public key of a desk that you trust (U...)"
    )
    verify.add_argument("--json", action="store_true", help="for programs")
    _common(verify)


class _Versions(argparse.Action):
    """Prints every version; what knows them is imported only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> NoReturn:
        from expert_app.commands.doctor_support import our_versions

        print("\n".join(our_versions()))
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="expert-app", description="Desk, hub and kiosk of Poste Expert."
    )
    parser.add_argument(
        "--version", action=_Versions, nargs=0, help="of the program, its protocol and its formats"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _common(commands.add_parser("desk", help="the agent's window (also without any command)"))
    kiosk = commands.add_parser("kiosk", help="the reference kiosk")
    kiosk.add_argument("--fullscreen", action="store_true", help="as in the booth")
    _common(kiosk)
    display = commands.add_parser(
        "display", help="the waiting room's screen: numbers that are called"
    )
    display.add_argument("--fullscreen", action="store_true", help="as on the wall")
    _common(display)
    add_hub_parser(commands, _common)
    _add_demo(commands)
    devices = commands.add_parser(
        "kiosk-devices", help="scanners and printers on this network, for a kiosk's settings"
    )
    devices.add_argument("--seconds", type=float, default=4.0, help="how long to listen")
    devices.add_argument(
        "--certificates", type=Path, metavar="FOLDER", help="keep their certificates there"
    )
    devices.add_argument("--json", action="store_true", help="for programs")
    _common(devices)
    replay = commands.add_parser("replay", help="a session's log on one timeline")
    replay.add_argument(
        "log",
        metavar="FILE-OR-SESSION",
        help="a log file, a saved conversation (ZIP), or the id of a session at the hub",
    )
    replay.add_argument(
        "--reason",
        default="",
        metavar="WORDS",
        help="why a session is read: its organisation's supervisor sees it (not for a file)",
    )
    _common(replay)
    opens = commands.add_parser("open", help="a moment of a conversation, in the helpdesk's window")
    opens.add_argument(
        "address", metavar="ADDRESS", help="poste-expert://session/0125-223B?at=12:30"
    )
    _common(opens)
    _add_verify(commands)
    _add_conformance(commands)
    doctor = commands.add_parser("doctor", help="checks what a call needs and says what to do")
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument(
        "--support",
        type=Path,
        metavar="FILE",
        help="also write all that the help desk asks for into this file (ZIP)",
    )
    _common(doctor)
    enrol = commands.add_parser("enrol", help="makes this installation's key")
    enrol.add_argument(
        "line",
        nargs="?",
        default="",
        metavar="INVITATION",
        help="the line of the invitation: ADDRESS#CODE-...; - reads it from standard input",
    )
    enrol.add_argument("--code", help="the one-time code that `expert-app hub invite` printed")
    enrol.add_argument(
        "--bus",
        metavar="ADDRESS",
        action="append",
        help="with --code: tls://host:4222 or wss://host",
    )
    enrol.add_argument(
        "--ca", default="", metavar="FILE", help="with --code: certificate of your own authority"
    )
    enrol.add_argument("--organisation", help="without --code")
    enrol.add_argument("--role", choices=tuple(ROLES), help="without --code")
    enrol.add_argument("--user", help="without --code")
    enrol.add_argument(
        "--key-file",
        type=Path,
        help="for a kiosk, a display or a vault: keep the key in this file (0600)",
    )
    _common(enrol)
    return parser


def _load[Settings: msgspec.Struct](
    kind: type[Settings], arguments: Arguments, paths: Paths
) -> Settings:
    if arguments.settings is not None and not arguments.settings.is_file():
        raise SettingsWrong(arguments.settings, _("There is no such file."))
    settings = load(kind, arguments.settings or paths.config)
    language = getattr(settings, "language", None)
    use_language(arguments.language or language or "fr")
    if arguments.language and language is not None:
        return msgspec.structs.replace(settings, language=arguments.language)
    return settings


def _desk_settings(arguments: Arguments, paths: Paths) -> DeskSettings:
    """The person's, under those that the organisation has fixed."""
    settings = load_fixed(paths.organisation_file).over(_load(DeskSettings, arguments, paths))
    use_language(arguments.language or settings.language)
    return settings


def _watch(arguments: Arguments) -> Watch | None:
    """What lets a script drive the window; loaded only where one does."""
    if not arguments.driven:
        return None
    from expert_app.driven.windows import drive_windows

    return drive_windows


def _desk(arguments: Arguments) -> int:
    paths = paths_for("desk", arguments.folder)
    settings = _desk_settings(arguments, paths)
    if not arguments.language:
        from expert_app.workplace.choices import in_chosen_language

        settings = in_chosen_language(settings, paths)
        use_language(settings.language)
    from expert_app.commands.desk import run_desk

    with own_folder(paths.data, "desk"), log_in_files(paths.folder(LOG_FOLDER), "desk"):
        return run_desk(settings, paths, watch=_watch(arguments))


def _kiosk(arguments: Arguments) -> int:
    paths = paths_for("kiosk", arguments.folder)
    settings = _load(KioskSettings, arguments, paths)
    from expert_app.kiosk.wiring.program import run_kiosk

    with own_folder(paths.data, "kiosk"), log_in_files(paths.folder(LOG_FOLDER), "kiosk"):
        return run_kiosk(settings, paths, fullscreen=arguments.fullscreen, watch=_watch(arguments))


def _display(arguments: Arguments) -> int:
    paths = paths_for("display", arguments.folder)
    settings = _load(DisplaySettings, arguments, paths)
    from expert_app.kiosk.wiring.display import run_display

    with own_folder(paths.data, "display"), log_in_files(paths.folder(LOG_FOLDER), "display"):
        return run_display(settings, fullscreen=arguments.fullscreen, watch=_watch(arguments))


def _hub(arguments: Arguments) -> int:
    from expert_app.commands.hub.command import Context, init, run_command
    from expert_app.commands.setup.settings_file import find_settings

    use_language(arguments.language or "fr")
    if arguments.hub_command == "init":
        return init(arguments)
    is_vault = getattr(arguments, "serve", "") or arguments.hub_command == "admit"
    program = "vault" if is_vault else "hub"
    file = find_settings(program, arguments.settings, arguments.folder)
    settings = _hub_settings(load(HubSettings, file.path), arguments)
    folder = arguments.folder or (Path(settings.folder) if settings.folder else None)
    looked = () if file.is_found else file.looked
    watch = None
    if arguments.driven:
        from expert_app.driven.services import drive_service

        watch = drive_service
    paths = paths_for(program, folder)
    return run_command(Context(arguments, settings, paths, looked, watch))


def _hub_settings(settings: HubSettings, arguments: Arguments) -> HubSettings:
    changes: dict[str, Any] = {}
    if getattr(arguments, "catalogue", None):
        changes["catalogue"] = str(arguments.catalogue)
    if getattr(arguments, "serve", None):
        parts = [part.strip() for part in arguments.serve.split(",")]
        if set(parts) - {"dossier", "log"}:
            raise SettingsWrong(Path("--serve"), f"{arguments.serve!r} is not dossier,log")
        changes |= {
            "serve": parts,
            "organisation": getattr(arguments, "org", settings.organisation),
        }
    if getattr(arguments, "bus", None):
        changes["bus"] = arguments.bus
    if getattr(arguments, "listen", None):
        host, _colon, port = arguments.listen.rpartition(":")
        if not port.isdigit() or int(port) > 65535:
            raise SettingsWrong(Path("--listen"), f"{arguments.listen!r} is not HOST:PORT")
        changes |= {"listen_host": host or "127.0.0.1", "listen_port": int(port)}
    if not is_time_zone(settings.time_zone):
        raise SettingsWrong(Path("time_zone"), f"{settings.time_zone!r} is not a time zone we know")
    return msgspec.structs.replace(settings, **changes)


def _demo(arguments: Arguments) -> int:
    use_language(arguments.language or "fr")
    from expert_app.demo.command import DemoOptions, run_demo

    options = DemoOptions(
        folder=arguments.folder,
        script=arguments.script or "",
        report=arguments.report,
        shots=arguments.shots,
        scanner=arguments.scanner,
        printer=arguments.printer,
        camera=arguments.camera,
        language=arguments.language or "fr",
        supervisor=arguments.supervisor,
        display=arguments.display,
        partner=arguments.partner,
        host=arguments.host,
        vault=arguments.vault,
        engine=arguments.engine,
    )
    return asyncio.run(run_demo(options))


def _replay(arguments: Arguments) -> int:
    paths = paths_for("desk", arguments.folder)
    settings = _desk_settings(arguments, paths)
    from expert_app.commands.replay import run_replay

    return run_replay(
        arguments.log, settings, paths, reason=arguments.reason, watch=_watch(arguments)
    )


def _open(arguments: Arguments) -> int:
    from expert_app.helpdesk.address import read_address

    paths = paths_for("desk", arguments.folder)
    settings = _desk_settings(arguments, paths)
    address = read_address(arguments.address)
    if address is None:
        print(_("{address} is no address of a conversation.").format(address=arguments.address))
        return 2
    if settings.role not in ("helpdesk", "operator"):
        print(_("Only the helpdesk opens conversations; this computer has another role."))
        return 2
    from expert_app.commands.desk import run_desk

    try:
        with own_folder(paths.data, "desk"), log_in_files(paths.folder(LOG_FOLDER), "desk"):
            return run_desk(settings, paths, address=address, watch=_watch(arguments))
    except FolderInUse:
        from expert_app.helpdesk.wiring.one_window import hand_over

        if not hand_over(paths.data, arguments.address):
            raise
    print(_("Opened in the window that is there already."))
    return 0


def _kiosk_devices(arguments: Arguments) -> int:
    use_language(arguments.language or "fr")
    from expert_app.commands.kiosk_devices import show_devices

    return show_devices(arguments.seconds, arguments.certificates, as_json=arguments.json)


def _doctor(arguments: Arguments) -> int:
    programs = {name: paths_for(name, arguments.folder) for name in ("desk", "kiosk")}
    desk = _desk_settings(arguments, programs["desk"])
    kiosk = load(KioskSettings, programs["kiosk"].config)
    from expert_app.commands import doctor
    from expert_app.commands.doctor_sealing import check_seal
    from expert_app.runtime.window_program import media_devices, voice_name
    from expert_app.workplace.key_file import key_file_in

    here = [name for name, paths in programs.items() if paths.config.is_file()]
    if not here or arguments.settings is not None:
        here = list(doctor.PROGRAMS)
    surroundings = dict(os.environ)  # before Qt is told to show nothing
    cameras, microphones = media_devices()
    findings = asyncio.run(
        doctor.examine(
            desk,
            kiosk,
            cameras=cameras,
            microphones=microphones,
            voice=voice_name(),
            surroundings=surroundings,
            here=here,
            desk_keys=key_file_in(programs["desk"].data),
        )
    )
    if "desk" in here:
        findings.append(asyncio.run(check_seal(desk, programs["desk"])))
    code = doctor.report(findings, arguments.json)
    if arguments.support is None:
        return code
    from expert_app.commands.doctor_support import support_words, write_support

    written = write_support(arguments.support, programs, findings)
    print(support_words(written, arguments.support), file=sys.stderr)
    if written is not None:
        return code
    return 2


def _conformance(arguments: Arguments) -> int:
    from expert_app.conformance.command import TryOptions, run_conformance

    use_language("en")  # as the protocol's document is
    options = TryOptions(
        end="desk" if arguments.desk else "kiosk",
        levels=arguments.level,
        rules=tuple(arguments.rule),
        driver=arguments.driver,
        code_file=arguments.code_file,
        patience=arguments.patience,
        address=arguments.address,
        junit=arguments.junit,
        json=arguments.json,
        folder=arguments.folder,
    )
    return run_conformance(options)


def _verify(arguments: Arguments) -> int:
    use_language(arguments.language or "fr")
    from expert_app.commands.verify import verify_files

    return verify_files(arguments.documents, arguments.key, as_json=arguments.json)


def _enrol(arguments: Arguments) -> int:
    use_language(arguments.language or "fr")
    if arguments.line or arguments.code:
        return asyncio.run(_enrol_invited(arguments))
    if not (arguments.organisation and arguments.role and arguments.user):
        print(_("Give the line of the invitation, or --organisation, --role and --user."))
        return 2
    from expert_app.runtime.credentials import KeyMissing, key_name, save_seed
    from expert_app.runtime.enrolment import FILE_ROLES, desk_in_file
    from session.bus.transport.nkeys import new_seed, public_key
    from session.protocol.wire.ids import is_id
    from session.protocol.wire.roles import Role

    if not (is_id(arguments.organisation) and is_id(arguments.user)):
        print(_("Organisation and user may have letters, digits, _ and -, at most 40."))
        return 2
    role, seed = Role[arguments.role.upper()], new_seed()
    if arguments.key_file is not None and role not in FILE_ROLES:
        print(desk_in_file())
        return 2
    try:
        save_seed(key_name(arguments.organisation, role, arguments.user), seed, arguments.key_file)
    except KeyMissing as error:
        print(error.why)
        return 1
    print(public_key(seed))
    return 0


async def _enrol_invited(arguments: Arguments) -> int:
    from expert_app.runtime.config import LOOPBACK_BUS
    from expert_app.runtime.credentials import KeyMissing
    from expert_app.runtime.enrolment import (
        EVERY_ROLE,
        desk_in_file,
        enrol_with_line,
        program_of,
    )
    from session.core.errors import EnrolmentElsewhere, SessionError
    from session.core.tasks import Tasks
    from session.protocol.hub.invitation import InvitationLine, read_invitation
    from session.protocol.wire.roles import Role
    from views.words.errors import sentence

    invitation, tasks = arguments.line, Tasks()
    if invitation == "-":
        invitation = sys.stdin.readline()
    busy = {
        role: owner
        for role in EVERY_ROLE
        if (owner := owner_of(data_folder(program_of(role), arguments.folder))) is not None
    }
    try:
        if invitation:
            line = read_invitation(invitation)
        else:
            line = InvitationLine(tuple(arguments.bus or [LOOPBACK_BUS]), arguments.code)
        enrolled = await enrol_with_line(
            line,
            tasks,
            ca_file=arguments.ca,
            key_file=arguments.key_file,
            paths=arguments.folder,
            only=EVERY_ROLE - busy.keys(),
        )
    except KeyMissing as error:
        print(error.why)
        return 1
    except EnrolmentElsewhere as error:
        print(sentence(error.code, error.detail).title)
        role = Role[str(error.detail["role"]).upper()]
        print(busy[role].words if role in busy else desk_in_file())
        return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 1
    finally:
        await tasks.close()
    print(
        _("This installation is {user} of {organisation} from now on; settings: {file}").format(
            user=enrolled.answer.user,
            organisation=enrolled.answer.organisation,
            file=enrolled.paths.config,
        )
    )
    return 0


_PROGRAMS: dict[str, Callable[[Arguments], int]] = {
    "desk": _desk,
    "kiosk": _kiosk,
    "display": _display,
    "hub": _hub,
    "demo": _demo,
    "replay": _replay,
    "open": _open,
    "kiosk-devices": _kiosk_devices,
    "doctor": _doctor,
    "enrol": _enrol,
    "verify": _verify,
    "conformance": _conformance,
}


@plain_output()
def main(arguments: list[str] | None = None) -> int:
    """Runs the program that the command line asks for; the exit code."""
    argv = sys.argv[1:] if arguments is None else arguments
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["desk", *argv]
    parsed = _parser().parse_args(argv)
    if parsed.command is None:
        parsed = _parser().parse_args(["desk", *argv])
    leave_no_memory_behind()
    level = logging.DEBUG if parsed.verbose else logging.WARNING
    # Said while Qt is loaded, before our own handler can take it:
    # optional sound and picture libraries it did not find.
    os.environ.setdefault(
        "QT_LOGGING_RULES", "qt.multimedia.*=false;qt.webenginecontext.info=false"
    )
    in_json = getattr(parsed, "log_format", None) == "json"
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(JsonLines() if in_json else MaskedLines(LOG_LINE))
    logging.basicConfig(level=level, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if hasattr(parsed, "language"):  # until its settings say another one
        use_language(parsed.language or "fr")
    try:
        code = _PROGRAMS[parsed.command](parsed)
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
    return words.format(file=error.filename or "?", why=error.strerror)


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
