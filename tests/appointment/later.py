# SPDX-License-Identifier: GPL-3.0-only
"""Starts a program of ours as it would be some time later: `python -m tests.appointment.later
SECONDS desk ...`. Its clock goes on from there.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from documents.store.dossier_store import DossierStore
from expert_app.__main__ import main
from session.core.clock import SystemClock


def run(ahead: timedelta, words: list[str]) -> int:
    """The program's exit code."""

    def utc_now(_clock: SystemClock | None = None) -> datetime:
        return datetime.now(UTC) + ahead

    with (
        patch.object(SystemClock, "utc_now", utc_now),
        patch.dict(DossierStore.__init__.__kwdefaults__, {"now": utc_now}),
    ):
        return main(words)


if __name__ == "__main__":
    sys.exit(run(timedelta(seconds=float(sys.argv[1])), sys.argv[2:]))
