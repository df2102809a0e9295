# SPDX-License-Identifier: GPL-3.0-only
"""The folder of a hub as a release left it (docs/releasing.md says how it is recorded); for tests
that bring it to today's form.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "data" / "stores" / "hub.tar.xz"
ORGANISATION, DOSSIER = "valdore", "VD-2026-00417"

_RECORDED_IN = "/srv/poste-expert"


def unpack_hub(folder: Path, port: int) -> Path:
    """Unpack the sample; return its settings file, for a hub that listens on `port`."""
    with tarfile.open(SAMPLE) as sample:
        sample.extractall(folder, filter="data")
    settings = folder / "hub.toml"
    text = settings.read_text(encoding="utf-8").replace(_RECORDED_IN, str(folder))
    lines = [line for line in text.splitlines() if not line.startswith("listen_port")]
    settings.write_text("\n".join([f"listen_port = {port}", *lines]) + "\n", encoding="utf-8")
    return settings
