# SPDX-License-Identifier: GPL-3.0-only
"""By which a file is known. Used wherever documents and pages are kept."""

from __future__ import annotations

import hashlib


def sha256_of(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()
