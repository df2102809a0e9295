# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's program is killed while pages come:
what was announced is there, whole, and readable by it alone.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from session.kiosk.devices.page_encryption import wrapping_key
from session.kiosk.devices.page_store import PageStore

ROOT = Path(__file__).parents[3]
SEED = b"an invented seed"
MARK = b"PAGE-OF-SOMEBODY"
WRITER = """
import hashlib, os, sys
from datetime import UTC, datetime
from pathlib import Path
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.page_encryption import wrapping_key
from session.protocol.conversation.messages import PageOffered, ScanKind
store = PageStore(Path(sys.argv[1]), wrapping_key(b"an invented seed"))
print("ready", flush=True)
for number in range(100000):
    data = b"PAGE-OF-SOMEBODY" * 4000 + str(number).encode()
    offer = PageOffered(
        page_id=f"p{number}", scan_id="s", kind=ScanKind.PAGE, media_type="image/jpeg",
        size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest(),
        width_px=1, height_px=1, dpi=300, chunks=1,
        taken_at_utc=datetime(2026, 3, 2, tzinfo=UTC),
    )
    store.put(offer, data)
    print(offer.page_id, offer.sha256, flush=True)  # only now it is announced
    if number % 3 == 2:
        store.forget(f"p{number - 2}")
        print(f"gone p{number - 2}", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of POSIX")
@pytest.mark.parametrize("attempt", range(6))
def test_a_killed_kiosk_finds_every_page_it_had_announced(tmp_path: Path, attempt: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(random.Random(attempt).uniform(0.02, 0.25))
        process.send_signal(signal.SIGKILL)
        told = process.stdout.read().decode().splitlines()
    whole = [
        line.split() for line in told if len(line.split()) == 2 and not line.startswith("gone")
    ]
    announced = {page: sha256 for page, sha256 in whole if len(sha256) == 64}
    for line in told:
        if line.startswith("gone"):
            announced.pop(line.split()[1], None)
    for path in tmp_path.iterdir():
        assert MARK not in path.read_bytes()
    store = PageStore(tmp_path, wrapping_key(SEED))
    lost = [page for page in announced if store.find(page) is None]
    # the one that was being forgotten when the signal came, before "gone" was said
    assert len(lost) <= 1
    for page, sha256 in announced.items():
        if page not in lost:
            assert hashlib.sha256(store.read(page)).hexdigest() == sha256
    assert len(store) > 0
    assert store.wipe() > 0
    assert list(tmp_path.iterdir()) == []
