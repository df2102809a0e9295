# SPDX-License-Identifier: GPL-3.0-only
"""The page of error codes: what each means, who says it, and what an agent reads.
Used by `expert_app.reference`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from expert_app.reference.files import Documents
from expert_app.reference.markdown import code, first_words, page, table
from session.core.error_codes import error_classes
from session.core.errors import SessionError
from views.words.errors import UNEXPECTED, english_words

ROOT = Path(__file__).resolve().parents[2]

SPEAKERS: dict[str, tuple[str, ...]] = {
    "hub": (
        "session/hub",
        "expert_app/hub",
        "documents/store",
        "expert_app/register",
        "expert_app/sign_on",
    ),
    "kiosk": ("session/kiosk", "expert_app/kiosk", "resources/pages/page_agent.js"),
    "desk": (
        "session/desk",
        "expert_app/desk",
        "expert_app/board",
        "expert_app/workplace",
        "documents/pages",
    ),
    "vault": ("session/hub/vault", "expert_app/vault"),
    "any": ("session/protocol", "session/media", "session/log"),
    "itself": ("session/bus", "expert_app/runtime"),
}
"""Who says a code -> where its program lives. `any`: either end, and the hub. `itself`: a program
to its own person, about its own connection.
"""


@cache
def _source(folder: str) -> str:
    place = ROOT / folder
    if place.is_file():
        files = [place]
    else:
        files = sorted(place.rglob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in files)


def speakers_of(kind: type[SessionError]) -> list[str]:
    """Who says this code: whoever makes the error, names its code, or has it in a table."""
    name = kind.__name__
    pattern = re.compile(
        rf"\braise {name}\b|\b{name}\(|\b{name}\.code\b|\": {name}[,}}]|= {name} if"
        rf"|code: \"{kind.code}\""
    )
    return [
        who
        for who, folders in SPEAKERS.items()
        if any(pattern.search(_source(folder)) for folder in folders)
    ]


def documents() -> Documents:
    """The page."""
    rows = [
        [code(name), first_words(kind), ", ".join(speakers_of(kind)), english_words(name)]
        for name, kind in sorted(error_classes().items())
        if name != UNEXPECTED
    ]
    text = page(
        "Error codes",
        "A code stands in `Refusal.code`, `MessageRefused.code`, `PageRefused.code`, "
        "`ScanEnded.code`, `PrintChanged.code`, `CommandAnswered.code`, `AddressRefused.code`, "
        "`CallFailed.code`, `ShowEnded.code`, `DevicesReported.scanner_code` and "
        "`.printer_code`. A "
        "reader takes a code that it does not know as `unexpected`. *detail* in the meaning names "
        "the values that come with it.",
        "*said by*: `any` is either end or the hub, `itself` a program about its own connection; "
        "where `vault` stands, an organisation's vault. The last column is what an agent reads, so "
        "choose the code whose sentence is true.",
        table(("code", "meaning", "said by", "what the agent reads"), rows),
        "`unexpected` is everything without a code of its own.",
    )
    return {"reference/errors.md": text}
