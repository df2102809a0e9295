# SPDX-License-Identifier: GPL-3.0-only
"""Opens the book of identities in a hub's or a vault's folder. Used by both, by backups and by the
commands that invite and revoke.
"""

from __future__ import annotations

import socket

from expert_app.runtime.folder_owner import account
from expert_app.runtime.paths import Paths
from session.hub.access.identities import IdentityBook


def open_book(paths: Paths) -> IdentityBook:
    """The book; made when there is none."""
    by = f"{account()}@{socket.gethostname()}"
    return IdentityBook(paths.folder("identities") / "identities.sqlite", by)
