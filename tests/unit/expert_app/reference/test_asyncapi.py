# SPDX-License-Identifier: GPL-3.0-only
"""The AsyncAPI document is one to AsyncAPI's own parser, which npm brings by a lock with hashes."""

from __future__ import annotations

import json
import subprocess

import pytest

from session.protocol.topics import CONTROL_TOPICS
from session.protocol.verbs import ALL_VERBS
from tests.integration.javascript.npm import INSTALL_S, NODE, NPM, ROOT, installed

DOCUMENT = ROOT / "docs/reference/asyncapi.json"
TOOL = ROOT / "tests/data/asyncapi"
READ_S = 120.0


@pytest.mark.long  # npm brings the parser; each run compares the document with the protocol
@pytest.mark.timeout(INSTALL_S + READ_S)
@pytest.mark.skipif(not NPM.exists(), reason="npm is not installed")
def test_asyncapis_own_parser_reads_the_document() -> None:
    read = subprocess.run(
        [NODE, TOOL / "check.mjs", DOCUMENT],
        cwd=installed(TOOL, "asyncapi"),
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
