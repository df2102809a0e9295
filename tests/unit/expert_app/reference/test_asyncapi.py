# SPDX-License-Identifier: GPL-3.0-only
"""The AsyncAPI document is one to AsyncAPI's own parser, which npm brings by a lock with hashes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from session.protocol.topics import CONTROL_TOPICS
from session.protocol.verbs import ALL_VERBS

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = ROOT / "docs/reference/asyncapi.json"
TOOL = ROOT / "tests/data/asyncapi"
INSTALL_S, READ_S = 240.0, 120.0


def _installed() -> Path:
    """The folder with the parser, brought once for each lock; none of its scripts runs."""
    lock = (TOOL / "package-lock.json").read_bytes()
    folder = ROOT / "build" / f"asyncapi-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(TOOL, folder)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True, timeout=INSTALL_S)
        (folder / "whole").touch()
    return folder


@pytest.mark.long  # npm brings the parser; each run compares the document with the protocol
@pytest.mark.timeout(INSTALL_S + READ_S)
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_asyncapis_own_parser_reads_the_document() -> None:
    read = subprocess.run(
        ["node", TOOL / "check.mjs", DOCUMENT],
        cwd=_installed(),
        capture_output=True,
        text=True,
        timeout=READ_S,
        check=False,
    )
    assert (read.returncode, read.stderr) == (0, "")
    found = json.loads(read.stdout)
    assert found["version"] == "3.0.0"
    operations = set(found["operations"])
    assert {f"ask_{verb}" for verb in ALL_VERBS} <= operations
    assert {f"kiosk_hears_{topic}" for topic in CONTROL_TOPICS if topic != "aside"} <= operations


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    lost = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str):
                at: object = document
                for name in reference.removeprefix("#/").split("/"):
                    at = at.get(name.replace("~1", "/")) if isinstance(at, dict) else None
                lost.extend([] if at is not None else [reference])
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(document)
    assert lost == []
