# SPDX-License-Identifier: GPL-3.0-only
"""Chromium and Firefox as Debian has them, without a screen and with an invented camera.
The page says by itself what happens in it (`driver.js`): nothing drives them from outside.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

COMMANDS = {"chromium": ("chromium",), "firefox": ("firefox-esr", "firefox")}

_CHROMIUM = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
_FIREFOX = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # who lets a page film shows it the addresses; nobody is asked about an invented camera
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-provider.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def found(browser: str) -> str | None:
    """The browser's program, None where it is not installed."""
    return next((path for name in COMMANDS[browser] if (path := shutil.which(name))), None)


def needs(browser: str) -> pytest.MarkDecorator:
    """For tests in this browser."""
    name = COMMANDS[browser][0]
    return pytest.mark.skipif(found(browser) is None, reason=f"{name} is not installed")


def opened(
    browser: str, address: str, folder: Path, more: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """The browser at this address, with a new profile in `folder`; `more` for Chromium."""
    program = found(browser)
    if program is None:
        raise FileNotFoundError(browser)
    folder.mkdir(parents=True, exist_ok=True)
    if browser == "chromium":
        command = [program, *_CHROMIUM, *more, f"--user-data-dir={folder}", address]
    else:
        lines = (f'user_pref("{name}", {_written(value)});' for name, value in _FIREFOX.items())
        (folder / "user.js").write_text("\n".join(lines))
        command = [program, "--headless", "--no-remote", "--profile", str(folder), address]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _written(value: bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
