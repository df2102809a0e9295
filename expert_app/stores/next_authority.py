# SPDX-License-Identifier: GPL-3.0-only
"""The network's next authority, as a file in the hub's folder: `expert-app hub trust-authority`
puts it there, the hub that runs gives it to every program. Used by both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from expert_app.runtime.paths import Paths
from session.core.disk import write_durably

POLL_S = 3.0
"""Between two looks at the file."""


def offer_file(paths: Paths) -> Path:
    """Return where it lies."""
    return paths.folder("identities") / "next-authority.pem"


def read_offer(paths: Paths) -> str:
    """Return the certificate (PEM); "" while none is offered."""
    try:
        return offer_file(paths).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def write_offer(paths: Paths, certificate: str) -> None:
    """Offer this one from now on; "" for none. Raises `OSError`."""
    file = offer_file(paths)
    if not certificate:
        file.unlink(missing_ok=True)
        return
    write_durably(file, certificate.encode("ascii"))


async def watch_offer(offer: Callable[[str], None], paths: Paths) -> None:
    """Tells `offer` what lies there, again and again."""
    while True:
        offer(await asyncio.to_thread(read_offer, paths))
        await asyncio.sleep(POLL_S)
