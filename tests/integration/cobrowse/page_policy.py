# SPDX-License-Identifier: GPL-3.0-only
"""The content policy of the pages that tests show."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE'; style-src 'unsafe-inline'; img-src data: blob: "
    "cbres: cbshell://mirror/part/; "
    "font-src data: cbres:; media-src 'none'; frame-src 'none'; connect-src 'none'; object-src "
    "'none'; "
    "form-action 'none'; base-uri 'none'"
)
"""What the desk's mirror may do, word by word: who changes it changes this line too."""
