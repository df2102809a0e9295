# SPDX-License-Identifier: GPL-3.0-only
"""The doctor finds what is wrong with real parts:
a bus, a scanner and a printer that work, fail, or are not there.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.core import load_keyring

from expert_app.commands.doctor import findings
from expert_app.commands.doctor import windows as doctor
from expert_app.commands.doctor.findings import CheckResult
from expert_app.runtime.config import DeskSettings, KioskSettings, MediaSettings, save
from expert_app.runtime.credentials import save_seed
from expert_app.runtime.ice_settings import ice_plan
from expert_app.runtime.paths import paths_for
from session.core.error_codes import error_classes
from tests.support.hub_world import hub_world
from tests.support.simulated_devices import Simulator, free_port_address, plain_pages, running
from views.words.errors import sentence


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    pages = plain_pages(tmp_path_factory.mktemp("scanner") / "pages")
    with running("escl_scanner", "--pages", str(pages)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running("ipp_printer", "--spool", str(tmp_path_factory.mktemp("printer"))) as simulator:
        yield simulator


@pytest.fixture
def no_keyring() -> Iterator[None]:
    """A system without a keyring."""
    before: KeyringBackend = keyring.get_keyring()
    keyring.set_keyring(load_keyring("keyring.backends.fail.Keyring"))
    yield
    keyring.set_keyring(before)


async def test_a_bus_that_answers_is_found_and_named(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        found = await findings.check_bus([free_port_address("nats", ""), world.server.url])
    assert (found.level, world.server.url.removeprefix("nats://") in found.sentence) == ("ok", True)


async def test_a_bus_that_is_away_is_said_with_its_address() -> None:
    address = free_port_address("nats", "")
    found = await findings.check_bus([address])
    assert (found.level, address.removeprefix("nats://") in found.sentence) == ("wrong", True)


async def test_another_server_on_the_bus_address_is_no_bus() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.valdore.example\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        found = await findings.check_bus([f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"])
    assert found.level == "wrong"


@pytest.mark.parametrize(
    ("fault", "code"),
    [("jam", "scanner_jammed"), ("cover_open", "scanner_cover_open"), ("gone", "scanner_gone")],
)
async def test_a_scanner_that_cannot_scan_is_said_with_its_reason(
    scanner: Simulator, fault: str, code: str
) -> None:
    scanner.orders(fault=fault)
    found = await doctor.check_scanner(scanner.address)
    assert (found.level, _tells(found, code)) == ("wrong", True)


async def test_devices_that_are_ready_are_named_and_absent_ones_are_no_fault(
    scanner: Simulator, printer: Simulator
) -> None:
    scanner.orders(fault="")
    printer.orders(fault="")
    assert (await doctor.check_scanner(scanner.address)).level == "ok"
    assert (await doctor.check_printer(printer.address)).level == "ok"
    assert [(await doctor.check_scanner("")).level, (await doctor.check_printer("")).level] == [
        "absent",
        "absent",
    ]


def test_a_device_that_the_settings_choose_is_not_asked_for_again() -> None:
    missing = "No camera: plug one in."
    ask = doctor.check_device
    assert ask("camera", [], missing) == CheckResult("camera", "absent", missing)
    simulated = ask("camera", [], missing, chosen=["simulated"])
    assert (simulated.level, "media.camera" in simulated.sentence) == ("ok", True)
    unused = ask("microphone", ["Built-in"], missing, chosen=["none", "none"])
    assert (unused.level, "media.microphone" in unused.sentence) == ("absent", True)
    assert ask("camera", [], missing, chosen=["simulated", "auto"]).sentence == missing


@pytest.mark.parametrize(
    ("fault", "code"),
    [("media-empty", "printer_out_of_paper"), ("not-accepting", "printer_stopped")],
)
async def test_a_printer_that_cannot_print_is_said_with_its_reason(
    printer: Simulator, fault: str, code: str
) -> None:
    printer.orders(fault=fault)
    found = await doctor.check_printer(printer.address)
    assert (found.level, _tells(found, code)) == ("wrong", True)


async def test_devices_at_a_wrong_address_are_gone() -> None:
    scanner = await doctor.check_scanner(free_port_address("escl", "/eSCL"))
    printer = await doctor.check_printer(free_port_address("ipp", "/ipp/print"))
    assert (scanner.level, _tells(scanner, "scanner_gone")) == ("wrong", True)
    assert (printer.level, _tells(printer, "printer_gone")) == ("wrong", True)


def _tells(found: CheckResult, code: str) -> bool:
    """By the sentence that the agent would read, or by its name."""
    assert code in error_classes()
    return code in found.sentence or sentence(code).title in found.sentence


async def test_a_keyring_that_is_there_or_not(no_keyring: None) -> None:
    assert (await doctor.check_keyring()).level == "wrong"
    keyring.set_keyring(load_keyring("keyring.backends.null.Keyring"))
    assert (await doctor.check_keyring()).level == "ok"


async def test_a_kiosk_that_keeps_its_key_in_a_file_needs_no_keyring(
    no_keyring: None, tmp_path: Path
) -> None:
    file = tmp_path / "kiosk.key"
    save_seed("caf.kiosk.kiosk", b"SUAxyz", file)
    kiosk = KioskSettings(key_file=str(file))
    assert [one.level for one in await doctor.check_keys(kiosk, ["kiosk"], None)] == ["ok"]
    file.chmod(0o644)
    (found,) = await doctor.check_keys(kiosk, ["kiosk"], None)
    assert found.level == "wrong"
    assert "chmod 600" in found.sentence
    assert [one.level for one in await doctor.check_keys(kiosk, ["desk"], file)] == ["ok"]
    (keyring_,) = await doctor.check_keys(KioskSettings(), ["kiosk"], None)
    assert (keyring_.name, keyring_.level) == ("keyring", "wrong")


async def test_a_complete_kiosk_passes(tmp_path: Path, scanner: Simulator) -> None:
    scanner.orders(fault="")
    (tmp_path / "hub").mkdir()
    paths, file = paths_for("kiosk", tmp_path), tmp_path / "kiosk.key"
    save_seed("caf.kiosk.kiosk", b"SUAxyz", file)
    media = MediaSettings(camera="simulated", microphone="simulated")
    no_keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    async with hub_world(tmp_path / "hub", with_hub=False) as world:
        settings = KioskSettings(
            bus=[world.server.url], media=media, scanner=scanner.address, key_file=str(file)
        )
        save(settings, paths.config)
        command = [sys.executable, "-m", "expert_app", "doctor", "--json"]
        process = await asyncio.create_subprocess_exec(
            *command,
            "--folder",
            str(tmp_path),
            stdin=DEVNULL,
            stdout=PIPE,
            env=os.environ | no_keyring,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
    wrong = [one for one in json.loads(said)["checks"] if one["level"] == "wrong"]
    assert (process.returncode, wrong) == (0, [])


async def test_the_media_libraries_of_this_machine_work() -> None:
    assert (await doctor.check_media()).level == "ok"


def test_the_report_is_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (
        CheckResult("bus", "ok", "The bus answers."),
        CheckResult("scanner", "wrong", "No scanner."),
    )
    absent = CheckResult("camera", "absent", "No camera.")
    assert findings.report([good, absent], as_json=False) == 0
    assert capsys.readouterr().out.count("\n") == 2
    assert findings.report([good, bad, absent], as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [(check["name"], check["level"]) for check in told["checks"]] == [
        ("bus", "ok"),
        ("scanner", "wrong"),
        ("camera", "absent"),
    ]


async def test_the_command_checks_what_the_settings_name(
    tmp_path: Path, scanner: Simulator
) -> None:
    scanner.orders(fault="jam")
    bus = free_port_address("nats", "")
    save(DeskSettings(bus=[bus]), paths_for("desk", tmp_path).config)
    save(KioskSettings(bus=[bus], scanner=scanner.address), paths_for("kiosk", tmp_path).config)
    command = [sys.executable, "-m", "expert_app", "doctor", "--json", "--folder", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    levels = {check["name"]: check["level"] for check in json.loads(said)["checks"]}
    assert process.returncode == 1
    assert (levels["bus"], levels["scanner"], levels["printer"], levels["media"]) == (
        "wrong",
        "wrong",
        "absent",
        "ok",
    )
    assert {"camera", "microphone", "keyring"} <= set(levels)


async def test_the_packaged_kiosk_is_examined_in_its_own_account(tmp_path: Path) -> None:
    bus = free_port_address("nats", "")
    home = tmp_path / "home"
    program = (
        "import sys; from pathlib import Path; from expert_app.__main__ import main;"
        "from expert_app.commands.doctor import command;"
        f"command.KIOSK_HOME = Path({str(home)!r});"
        "sys.exit(main(['doctor', '--role', 'kiosk', '--json', '--language', 'en']))"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}

    async def sentences() -> dict[str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stdin=DEVNULL, stdout=PIPE, env=environment
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return {check["name"]: check["sentence"] for check in json.loads(said)["checks"]}

    home.mkdir()
    assert "poste-expert-kiosk-enrol" in (await sentences())["kiosk"]
    key = tmp_path / "kiosk.key"
    settings = KioskSettings(bus=[bus], key_file=str(key))
    save(settings, home / ".config/poste-expert/kiosk.toml")
    said = await sentences()
    assert bus.removeprefix("nats://") in said["bus"]
    assert "no key yet" in said["key_file"]
    assert "display" not in said


async def test_on_a_kiosk_s_computer_only_the_kiosk_is_examined(tmp_path: Path) -> None:
    bus = free_port_address("nats", "")
    media = MediaSettings(camera="simulated")
    save(KioskSettings(bus=[bus], media=media), paths_for("kiosk", tmp_path).config)
    command = [sys.executable, "-m", "expert_app", "doctor", "--json", "--folder", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    sentences = {check["name"]: check["sentence"] for check in json.loads(said)["checks"]}
    assert bus.removeprefix("nats://") in sentences["bus"]
    assert "media.camera" in sentences["camera"]
    assert "plug one in" not in sentences["camera"]
    assert {"scanner", "printer", "display", "voice", "camera"} <= set(sentences)
    assert not {"engine", "echo", "reading", "seal"} & set(sentences)


def test_a_browser_that_cannot_believe_the_relays_own_authority_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = MediaSettings(ice_servers=["turns:relais.example:443"])
    open_one = MediaSettings(ice_servers=["turn:relais.example:3478"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.check_relay_trust(ice_plan(open_one), "ca.pem") is None
    assert doctor.check_relay_trust(ice_plan(closed), "") is None
    missing = doctor.check_relay_trust(ice_plan(closed), "ca.pem")
    assert missing is not None
    assert missing.level == "wrong"
    assert "libnss3-tools" in missing.sentence
    tool = tmp_path / "certutil"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    found = doctor.check_relay_trust(ice_plan(closed), "ca.pem")
    assert found is not None
    assert found.level == "ok"


def test_reading_documents_is_optional() -> None:
    assert doctor.check_reading(()).level == "absent"
    assert doctor.check_reading(("fra", "eng")).sentence.endswith("(fra, eng).")


def test_a_kiosk_without_a_voice_is_told_what_to_install_and_goes_on() -> None:
    assert doctor.check_voice("eSpeak NG", "button").level == "ok"
    silent = doctor.check_voice("", "auto")
    assert silent.level == "absent"
    assert "libpulse0" in silent.sentence
    assert doctor.check_voice("eSpeak NG", "off").level == "absent"


async def test_settings_that_name_no_device_are_said_in_words(tmp_path: Path) -> None:
    unknown = await doctor.check_scanner("usb:42")
    assert (unknown.level, "usb:42" in unknown.sentence) == ("wrong", True)
    certificate = await doctor.check_printer(
        "ipps://127.0.0.1/ipp/print", str(tmp_path / "missing.pem")
    )
    assert (certificate.level, "printer_certificate" in certificate.sentence) == ("wrong", True)


@pytest.mark.parametrize(
    ("surroundings", "level"),
    [
        ({"DISPLAY": ":0"}, "ok"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "ok"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "absent"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "wayland"}, "absent"),
        ({}, "absent"),
    ],
)
def test_a_display_that_cannot_show_pages_is_told(surroundings: dict[str, str], level: str) -> None:
    assert doctor.check_display("linux", surroundings).level == level
    assert doctor.check_display("win32", {}).level == "ok"
