# SPDX-License-Identifier: GPL-3.0-only
"""The commands of the hub and the pages of the handbook by the names that this machine has for
them. Used by `texts` for every sentence on a screen, and by what is printed untranslated.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from resources.handbook import PACKAGED

COMMAND_VARIABLE = "POSTE_EXPERT_HUB_COMMAND"
"""Variable of the environment: what is typed here for a command of the hub, where that is neither
the package's nor ours.
"""
HUB_COMMAND = "poste-expert-hub"
"""The Debian package's: it runs a command as the hub's account."""
OURS = "expert-app hub"
HOME = "/opt/poste-expert"
"""Where the Debian packages have the programs."""
KIOSK_ENROL = Path("/usr/sbin/poste-expert-kiosk-enrol")
"""The Debian package's: it makes the key of the machine's kiosk, in the kiosk's own account."""
A_COMMAND = re.compile(r"(?<![\w/-])expert-app hub\b")
"""Not where a path says which program is meant."""
A_PAGE = re.compile(r"\bdocs/([\w/-]+)\.md\b")


def installed_handbook(home: str = sys.prefix) -> Path | None:
    """Return the handbook's folder where the programs came as packages; None elsewhere."""
    own, debian = PACKAGED
    if own.is_dir():
        return own
    if home == HOME and debian.is_dir():
        return debian
    return None


HANDBOOK = installed_handbook()


def hub_command() -> str:
    """Return what is typed for a command of the hub.

    A machine without a hub, a desk for example, is told the command of its network's hub, which
    came as packages too.
    """
    if own := os.environ.get(COMMAND_VARIABLE, ""):
        return own
    if HANDBOOK is not None:
        return HUB_COMMAND
    return OURS


def enrol_command(*, is_kiosk: bool) -> str:
    """Return what is typed here, before the line of an invitation, for a key."""
    if is_kiosk and sys.prefix == HOME and KIOSK_ENROL.exists():
        return KIOSK_ENROL.name
    return "expert-app enrol"


def as_here(text: str) -> str:
    """Return the text with the hub's command, and with the pages of docs, as they are here."""
    if OURS in text:
        text = A_COMMAND.sub(lambda _command: hub_command(), text)
    handbook = HANDBOOK
    if handbook is not None and "docs/" in text:
        text = A_PAGE.sub(lambda page: str(handbook / f"{page[1]}.html"), text)
    return text
