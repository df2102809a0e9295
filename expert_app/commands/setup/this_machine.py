# SPDX-License-Identifier: GPL-3.0-only
"""The commands and pages of the handbook by the names that this machine has for them.
Used by what the commands of the hub write and say.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from resources.handbook import DEBIAN

PACKAGED = "POSTE_EXPERT_HUB_COMMAND"
"""Variable of the environment: the command by which a Debian package runs those of the hub, as the
hub's account; its hub is a service that starts by itself.
"""


def as_here(text: str, handbook: Path = DEBIAN) -> str:
    """Return the text with the hub's command, and with the pages of docs, as they are here."""
    command = os.environ.get(PACKAGED, "")
    if command:
        text = text.replace("expert-app hub", command)
    if handbook.is_dir():
        text = re.sub(r"\bdocs/([\w-]+)\.md", lambda page: f"{handbook}/{page[1]}.html", text)
    return text
