# SPDX-License-Identifier: GPL-3.0-only
"""What a desk and a kiosk need of their machine: devices, keys, libraries, relays. Used by
`command`. No Qt.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import keyring
import keyring.errors

from documents.pdf.text_layer import languages
from expert_app.commands.doctor.findings import WAIT_S, CheckResult, check_bus, quiet_libraries
from expert_app.commands.settings import load_desk_settings
from expert_app.kiosk.device_settings import setting_refused
from expert_app.kiosk.signs import signs_in, unknown_signs
from expert_app.kiosk.texts import corrections_of, unknown_texts
from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.config import (
    DeskSettings,
    KioskSettings,
    MediaSettings,
    SettingsWrong,
    load,
)
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.enrolment import is_over
from expert_app.runtime.ice_settings import ice_plan
from expert_app.runtime.paths import paths_for
from resources.texts import _, ngettext
from session.core.errors import SessionError
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.drivers.certificates import CertificateWrong
from session.kiosk.drivers.scanner import AddressUnknown
from session.media.audio.echo_choice import EchoCanceller, EchoSetting, choose_canceller
from session.media.call_page import NONE, SIMULATED
from session.media.engines.engine_choice import EngineKind, choose_engine, this_machine
from session.media.ice import IcePlan
from session.media.relays import RelayTrial, try_relay
from session.protocol.wire.roles import Role
from views.words import errors as troubles


async def check_media() -> CheckResult:
    """Encodes and decodes one picture and one piece of sound with the call's own libraries."""

    def work() -> None:
        import av
        from aiortc.codecs import get_encoder
        from aiortc.rtcrtpparameters import RTCRtpCodecParameters

        codec = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90000, payloadType=97)
        frame = av.VideoFrame(640, 360, "yuv420p")
        frame.pts = 0
        packets, _time = get_encoder(codec).encode(frame)
        if not packets:
            raise RuntimeError("no packet")

    try:
        await asyncio.wait_for(asyncio.to_thread(work), WAIT_S * 2)
    except Exception as error:  # whatever a broken media library raises is the finding
        sentence = _("The media libraries do not work ({error}): install the program again.")
        return CheckResult("media", "wrong", sentence.format(error=type(error).__name__))
    return CheckResult("media", "ok", _("Pictures and sound can be encoded."))


def check_engine(media: MediaSettings) -> CheckResult:
    """Which engine a desk's calls would use on this machine, and by which rule."""
    echo = EchoSetting(media.echo)
    choice = choose_engine(
        EngineKind(media.engine), this_machine(media.headset, media.microphone, echo)
    )
    words = _(
        "The desk's calls go by the engine “{engine}” (media.engine is “{wanted}”, rule: {rule})."
    )
    text = words.format(engine=choice.kind.value, wanted=media.engine, rule=choice.why.value)
    return CheckResult("engine", "ok", text)


def check_echo(media: MediaSettings) -> CheckResult:
    """Return what keeps callers from hearing themselves at a desk on this machine."""
    echo = EchoSetting(media.echo)
    engine = choose_engine(
        EngineKind(media.engine), this_machine(media.headset, media.microphone, echo)
    )
    by = choose_canceller(
        echo, browser=engine.kind is EngineKind.BROWSER, microphone=media.microphone
    )
    if by is EchoCanceller.MISSING:
        words = _(
            "The canceller of echo is not installed: agents wear a headset, or install "
            "expert-app[echo]."
        )
        return CheckResult("echo", "absent", words)
    words = _("Echo is cancelled by “{by}” (media.echo is “{wanted}”).")
    return CheckResult("echo", "ok", words.format(by=by.value, wanted=media.echo))


def check_key_file(settings: KioskSettings) -> CheckResult:
    """Reads the key of a kiosk that keeps it in a file."""
    file = Path(settings.key_file)
    name = key_name(settings.organisation, Role.KIOSK, settings.user)
    try:
        load_seed(name, file, given_variable="")
    except KeyMissing as error:
        return CheckResult("key_file", "wrong", error.why)
    words = _("The kiosk's key is in {file}, which nobody else can read.")
    return CheckResult("key_file", "ok", words.format(file=file))


async def check_keys(
    kiosk: KioskSettings, here: Collection[str], desk_keys: Path | None
) -> list[CheckResult]:
    """Check where the programs of this computer keep their keys: each in a file, or in the
    keyring.

    Args:
        desk_keys: the desk's file that a passphrase opens, where it has one.
    """
    findings = []
    if "kiosk" in here and kiosk.key_file:
        findings.append(check_key_file(kiosk))
    if "desk" in here and desk_keys is not None:
        words = _("The desk's key is in a file that its passphrase opens.")
        findings.append(CheckResult("key_file", "ok", words))
    if ("kiosk" in here and not kiosk.key_file) or ("desk" in here and desk_keys is None):
        findings.append(await check_keyring())
    return findings


async def check_keyring() -> CheckResult:
    """Asks which keyring the system has."""
    backend = keyring.get_keyring()
    name = type(backend).__module__
    try:
        await asyncio.wait_for(
            asyncio.to_thread(keyring.get_password, "poste-expert", "doctor"), WAIT_S
        )
    except keyring.errors.NoKeyringError:
        sentence = _(
            "This system has no keyring. A desk: open it (expert-app desk); it asks for a "
            "passphrase and keeps its key behind it. A kiosk: type expert-app enrol LINE "
            "--key-file FILE (Debian package, as root: poste-expert-kiosk-enrol LINE)."
        )
        return CheckResult("keyring", "wrong", sentence)
    except (keyring.errors.KeyringError, TimeoutError):
        return CheckResult(
            "keyring",
            "wrong",
            _("The keyring is locked or does not answer: unlock it and try again."),
        )
    return CheckResult("keyring", "ok", _("The keyring answers ({name}).").format(name=name))


async def check_scanner(address: str, certificate: str = "") -> CheckResult:
    """Asks the scanner for its state."""
    if not address:
        return CheckResult(
            "scanner",
            "absent",
            _("No scanner is configured: set `scanner` in the kiosk's settings."),
        )
    try:
        scanner = make_scanner(address, certificate)
    except (AddressUnknown, CertificateWrong) as error:
        return CheckResult("scanner", "wrong", setting_refused("scanner", error))
    try:
        status = await asyncio.wait_for(scanner.state(), WAIT_S)
    except (SessionError, TimeoutError, OSError) as error:
        if isinstance(error, SessionError):
            code = error.code
        else:
            code = "scanner_gone"
        sentence = _(
            "The scanner does not answer at {address} ({code}): check that it is on and its "
            "address."
        )
        return CheckResult("scanner", "wrong", sentence.format(address=address, code=code))
    finally:
        await scanner.close()
    if status.code:
        return CheckResult("scanner", "wrong", troubles.sentence(status.code).sentence)
    return CheckResult(
        "scanner", "ok", _("The scanner is ready ({name}).").format(name=status.name)
    )


async def check_printer(address: str, certificate: str = "") -> CheckResult:
    """Asks the printer for its state."""
    if not address:
        return CheckResult(
            "printer",
            "absent",
            _("No printer is configured: set `printer` in the kiosk's settings."),
        )
    try:
        printer = make_printer(address, certificate)
    except (AddressUnknown, CertificateWrong) as error:
        return CheckResult("printer", "wrong", setting_refused("printer", error))
    try:
        status = await asyncio.wait_for(printer.state(), WAIT_S)
    except (SessionError, TimeoutError, OSError) as error:
        if isinstance(error, SessionError):
            code = error.code
        else:
            code = "printer_gone"
        sentence = _(
            "The printer does not answer at {address} ({code}): check that it is on and its "
            "address."
        )
        return CheckResult("printer", "wrong", sentence.format(address=address, code=code))
    finally:
        await printer.close()
    if status.code:
        return CheckResult("printer", "wrong", troubles.sentence(status.code).sentence)
    return CheckResult(
        "printer", "ok", _("The printer is ready ({name}).").format(name=status.name)
    )


async def check_relays(plan: IcePlan) -> CheckResult:
    """Asks each TURN server for an address, as a call would."""
    if not plan.relays:
        words = _("No relay of our own is configured; the hub may give one with each conversation.")
        return CheckResult("relay", "wrong" if plan.relay_only else "absent", words)
    tried = await asyncio.gather(*(try_relay(server) for server in plan.relays))
    sentences = [_relay_words(trial) for trial in tried]
    return CheckResult(
        "relay", "ok" if any(trial.address for trial in tried) else "wrong", " ".join(sentences)
    )


def check_relay_trust(plan: IcePlan, ca_file: str) -> CheckResult | None:
    """Check whether the browser's calls can believe the relays' own authority;
    None when there is nothing to believe.
    """
    if not ca_file or not any(server.url.startswith("turns:") for server in plan.relays):
        return None
    if shutil.which("certutil") is None:
        words = _(
            "The browser cannot believe relays with certificates of ca_file: install libnss3-tools "
            "(certutil)."
        )
        return CheckResult("relay_trust", "wrong", words)
    return CheckResult(
        "relay_trust", "ok", _("The browser believes relays with certificates of ca_file.")
    )


def _relay_words(tried: RelayTrial) -> str:
    if tried.address:
        words = _("{url} answers in {ms} ms.")
        return words.format(url=tried.server.url, ms=round(tried.took_s * 1000))
    reasons = {
        "refused": _("{url} refuses the name or the password."),
        "full": _("{url} has no room for another call."),
        "certificate": _("{url} shows a certificate that we do not believe: set ca_file."),
        "address": _("{url} is no address of a relay."),
    }
    silent = _("{url} does not answer: a firewall may be in the way.")
    return reasons.get(tried.why, silent).format(url=tried.server.url)


def check_device(
    name: str, names: list[str], absent: str, *, chosen: Collection[str] = ("auto",)
) -> CheckResult:
    """A camera or microphone: `names` are their names, `absent` the sentence when there is none.

    Args:
        chosen: what the settings of the programs on this computer say.
    """
    if set(chosen) == {SIMULATED}:
        words = _("Simulated, as media.{device} says: the program can be tried, with nobody in it.")
        return CheckResult(name, "ok", words.format(device=name))
    if set(chosen) == {NONE}:
        words = _("None is used, as media.{device} says.")
        return CheckResult(name, "absent", words.format(device=name))
    if not names:
        return CheckResult(name, "absent", absent)
    return CheckResult(name, "ok", ", ".join(names))


def check_display(platform: str, surroundings: Mapping[str, str]) -> CheckResult:
    """Check whether a kiosk can show the web page's window, another program's, inside its own.

    Args:
        platform: of this machine, as in `sys.platform`.
        surroundings: the environment.
    """
    chosen = surroundings.get("QT_QPA_PLATFORM", "")
    x11 = "xcb" in chosen or (not chosen and bool(surroundings.get("DISPLAY")))
    if platform in ("linux", "darwin") and not x11 and chosen not in ("offscreen", "minimal"):
        words = _(
            "A kiosk cannot show web pages on this display: it needs X11, or XWayland under a "
            "Wayland compositor (DISPLAY set). Desks do not need it."
        )
        return CheckResult("display", "absent", words)
    return CheckResult("display", "ok", _("A kiosk can show web pages on this display."))


def check_voice(name: str, mode: str) -> CheckResult:
    """The kiosk's voice: `name` of what speaks, "" for none; `mode` as in the kiosk's settings."""
    if mode == "off":
        return CheckResult(
            "voice", "absent", _("The kiosk does not speak: `speak` is “off” in its settings.")
        )
    if not name:
        words = _(
            "Nothing can speak here: the kiosk's texts are shown only. On Linux install libpulse0."
        )
        return CheckResult("voice", "absent", words)
    return CheckResult("voice", "ok", _("The kiosk can speak ({name}).").format(name=name))


def check_reading(read: Sequence[str]) -> CheckResult:
    """Check whether filed documents carry their words:
    `read` are the languages of tesseract, if it is here.
    """
    if not read:
        words = _(
            "Documents are filed without their words: install tesseract-ocr and tesseract-ocr-fra."
        )
        return CheckResult("reading", "absent", words)
    return CheckResult(
        "reading",
        "ok",
        _("Documents are searched by their words ({read}).").format(read=", ".join(read)),
    )


def check_texts(file: str) -> CheckResult | None:
    """Check whether the organisation's own words for callers can be used;
    None where there are none.
    """
    if not file:
        return None
    try:
        unknown = unknown_texts(corrections_of(file))
    except SettingsWrong as error:
        return CheckResult("texts", "wrong", str(error))
    if unknown:
        words = _(
            "{file} has texts that the program does not say; they do nothing. Copy the text as "
            "the screen shows it: {unknown}"
        )
        return CheckResult("texts", "wrong", words.format(file=file, unknown="; ".join(unknown)))
    return CheckResult("texts", "ok", _("The texts in {file} are used.").format(file=file))


def check_signs(folder: str) -> CheckResult | None:
    """Check whether the questions in sign language can be used; None where there are none."""
    if not folder:
        return None
    try:
        signs, unknown = signs_in(folder), unknown_signs(folder)
    except SettingsWrong as error:
        return CheckResult("signs", "wrong", str(error))
    if unknown:
        words = _("{folder} has pictures that are of no question; they do nothing: {unknown}")
        names = ", ".join(unknown)
        return CheckResult("signs", "wrong", words.format(folder=folder, unknown=names))
    words = ngettext(
        "One question in {folder} is shown in sign language.",
        "{count} questions in {folder} are shown in sign language.",
        len(signs),
    )
    return CheckResult("signs", "ok", words.format(count=len(signs), folder=folder))


def check_sign_on(desk: DeskSettings) -> CheckResult | None:
    """Until when the organisation's provider lets this desk's person in; None for one with a
    code.
    """
    if not desk.signed_on_until:
        return None
    if is_over(desk):
        words = _("The sign-in with your organisation has ended: open the desk and sign in again.")
        return CheckResult("sign_on", "wrong", words)
    until = datetime.fromisoformat(desk.signed_on_until).astimezone().strftime("%d/%m/%Y %H:%M")
    words = _("Signed in with your organisation until {time}.").format(time=until)
    return CheckResult("sign_on", "ok", words)


PROGRAMS = ("desk", "kiosk")
_ONLY: dict[str, str] = {
    **dict.fromkeys(("engine", "echo", "reading", "sign_on"), "desk"),
    **dict.fromkeys(("display", "voice", "scanner", "printer", "texts", "signs"), "kiosk"),
}
"""Checks that are about one of the two programs."""


def examine_here(common: CommonOptions, here: Sequence[str]) -> list[CheckResult]:
    """Return the findings for the desk, the kiosk or both (`here`) of this machine; settings that
    are named are the desk's, unless only the kiosk is examined.
    """
    programs = {name: paths_for(name, common.folder) for name in PROGRAMS}
    if "desk" in here:
        desk = load_desk_settings(common, programs["desk"])
        kiosk = load(KioskSettings, programs["kiosk"].config)
    else:
        desk = load_desk_settings(replace(common, settings=None), programs["desk"])
        kiosk = load(KioskSettings, common.settings or programs["kiosk"].config)
    from expert_app.commands.doctor.sealing import check_seal
    from expert_app.runtime.window_program import media_devices, voice_name
    from expert_app.workplace.key_file import key_file_in

    surroundings = dict(os.environ)  # before Qt is told to show nothing
    with quiet_libraries():
        cameras, microphones = media_devices()
        voice = voice_name()
    findings = asyncio.run(
        examine(
            desk,
            kiosk,
            cameras=cameras,
            microphones=microphones,
            voice=voice,
            surroundings=surroundings,
            here=here,
            desk_keys=key_file_in(programs["desk"].data),
        )
    )
    if "desk" in here:
        findings.append(asyncio.run(check_seal(desk, programs["desk"])))
    return findings


def _check_camera(cameras: list[str], used: Sequence[MediaSettings]) -> CheckResult:
    return check_device(
        "camera",
        cameras,
        _('No camera: plug one in, or set media.camera to "simulated" to try the program.'),
        chosen=[media.camera for media in used],
    )


def _check_microphone(microphones: list[str], used: Sequence[MediaSettings]) -> CheckResult:
    words = _(
        'No microphone: plug in a headset, or set media.microphone to "simulated" to try the '
        "program."
    )
    chosen = [media.microphone for media in used]
    return check_device("microphone", microphones, words, chosen=chosen)


async def examine(
    desk: DeskSettings,
    kiosk: KioskSettings,
    *,
    cameras: list[str],
    microphones: list[str],
    voice: str = "",
    surroundings: Mapping[str, str] | None = None,
    here: Collection[str] = PROGRAMS,
    desk_keys: Path | None = None,
) -> list[CheckResult]:
    """All checks, side by side; each has its own time limit.

    Args:
        desk_keys: as for `check_keys`.
        here: which of `PROGRAMS` are set up on this computer; of another nothing is said.
        surroundings: the environment in which windows are shown; this process's by default.
    """
    plan = ice_plan(desk.media if desk.media.ice_servers or desk.media.relay_only else kiosk.media)
    results = await asyncio.gather(
        check_bus(desk.bus if "desk" in here else kiosk.bus),
        check_media(),
        check_scanner(kiosk.scanner, kiosk.scanner_certificate),
        check_printer(kiosk.printer, kiosk.printer_certificate),
        check_keys(kiosk, here, desk_keys),
        check_relays(plan),
    )
    bus, media, scanner, printer, keys, relay = results
    texts, signs = check_texts(kiosk.texts), check_signs(kiosk.signs)
    trust = check_relay_trust(plan, desk.ca_file or kiosk.ca_file)
    signed_on = check_sign_on(desk)
    media_here = [
        program_settings.media
        for name, program_settings in (("desk", desk), ("kiosk", kiosk))
        if name in here
    ]
    findings = [
        bus,
        media,
        check_engine(desk.media),
        check_echo(desk.media),
        check_display(sys.platform, os.environ if surroundings is None else surroundings),
        _check_camera(cameras, media_here),
        _check_microphone(microphones, media_here),
        check_voice(voice, kiosk.speak),
        scanner,
        printer,
        *keys,
        *([signed_on] if signed_on is not None else []),
        relay,
        *([trust] if trust is not None else []),
        *([texts] if texts is not None else []),
        *([signs] if signs is not None else []),
        check_reading(languages()),
    ]
    return [finding for finding in findings if _ONLY.get(finding.name, "") in ("", *here)]
