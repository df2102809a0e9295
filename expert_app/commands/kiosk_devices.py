# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app kiosk-devices`: what announces itself on this network, as lines for the kiosk's
settings.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from expert_app.runtime.command_line import Argument, Json
from resources.texts import _
from session.kiosk.devices.discovery import FoundDevice, find_devices
from session.kiosk.drivers.certificates import fingerprint, seen_certificate

_PORTS = {"escls": 443, "ipps": 631}


def show_devices(
    *,
    seconds: Annotated[float, Argument("how long to listen")] = 4.0,
    certificates: Annotated[
        Path | None, Argument("keep their certificates there", "FOLDER")
    ] = None,
    as_json: Json = False,
) -> int:
    """Print each device found; keep in `certificates` those of devices with TLS.
    Returns the exit code.
    """
    try:
        devices = asyncio.run(find_devices(seconds))
    except OSError as error:
        print(
            _("The network cannot be asked: {why}.").format(
                why=error.strerror or type(error).__name__
            )
        )
        return 1
    if as_json:
        print(json.dumps([_data(device) for device in devices], ensure_ascii=False, indent=2))
        if devices:
            return 0
        return 1
    if not devices:
        print(
            _(
                "Nothing announces itself. Are scanner and printer switched on, and in the same "
                "network?"
            )
        )
        return 1
    for device in devices:
        print(f"# {device.name}")
        for line in settings_of(device):
            print(line)
        if device.is_safe and certificates is not None:
            _keep_certificate(device, certificates)
    return 0


def _data(device: FoundDevice) -> dict[str, str]:
    return {
        "name": device.name,
        "kind": "scanner" if device.is_scanner else "printer",
        "address": device.address,
        "uuid": device.uuid,
    }


def settings_of(device: FoundDevice) -> list[str]:
    """The lines of a kiosk's settings for a device: by its UUID where it has one."""
    key, kind = ("scanner", "escl-uuid") if device.is_scanner else ("printer", "ipp-uuid")
    plain = f'{key} = "{device.address}"'
    return [f'{key} = "{kind}:{device.uuid}"', f"# {plain}"] if device.uuid else [plain]


def _keep_certificate(device: FoundDevice, folder: Path) -> None:
    parts = urlsplit(device.address)
    try:
        pem = seen_certificate(parts.hostname or "", parts.port or _PORTS[parts.scheme])
    except OSError as error:
        print(_("# its certificate cannot be seen: {why}").format(why=type(error).__name__))
        return
    folder.mkdir(parents=True, exist_ok=True)
    if device.is_scanner:
        key = "scanner"
    else:
        key = "printer"
    path = folder / f"{key}-{device.uuid or parts.hostname}.pem"
    path.write_text(pem, encoding="ascii")
    print(f'{key}_certificate = "{path}"')
    print(
        _("# compare with what the device shows: {fingerprint}").format(
            fingerprint=fingerprint(pem)
        )
    )
