# SPDX-License-Identifier: GPL-3.0-only
"""The vectors as they are published."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "vectors"

Case = dict[str, Any]


def cases(file: str) -> list[Any]:
    """Each case of a file, named."""
    found = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))["cases"]
    return [pytest.param(case, id=case["name"]) for case in found]


def signature_of(key: dict[str, str], text: bytes) -> str:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["ed25519_seed_hex"]))
    return base64.b64encode(private.sign(text)).decode()
