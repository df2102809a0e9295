# SPDX-License-Identifier: GPL-3.0-only
"""The guides of an organisation's procedures, and its sentences ready to be written, as a desk asks
for them when a conversation begins. Used by hub, vault and desk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

import msgspec

from session.core.dossier_model import NoteText
from session.protocol.conversation.messages import Address
from session.protocol.hub.requests import ListAnswer, ListRequest, Requests
from session.protocol.hub.services import Text
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role

FRENCH = "fr"
MOST_STEPS, MOST_PHRASES, MOST_NOTES = 40, 60, 30

Said = Annotated[dict[str, Text], msgspec.Meta(max_length=30)]
"""Words by language: "fr", and the caller's where the organisation has them."""


class GuideCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that the caller may be in ("tenant"), on which steps depend."""

    id: Id
    name: Text


class GuideStep(msgspec.Struct, frozen=True, kw_only=True):
    """The work of one button of the guide.

    Attributes:
        say: what the agent says to the caller.
        page: id of an item of the library; `address`: a web page instead.
        powers: names of `Grant`; a desk leaves out those that it does not know.
        scan: id of a scan profile.
        piece: id of a piece, as the dossier has it.
        only_if, unless: id of a case.
    """

    id: Id
    name: Text
    say: Said = {}
    page: OptionalId = ""
    address: Address = ""
    powers: Annotated[list[str], msgspec.Meta(max_length=20)] = []
    scan: OptionalId = ""
    piece: OptionalId = ""
    only_if: OptionalId = ""
    unless: OptionalId = ""


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """The guide of one procedure, `id` that of the procedure.

    Attributes:
        done, missing: outcome that is proposed when all is done, and when pieces are missing.
        note: what is proposed as a note, with {procedure}, {done}, {left}, {missing} and {cases};
            "" for the desk's own words.
    """

    id: Id
    name: Text
    steps: Annotated[list[GuideStep], msgspec.Meta(max_length=MOST_STEPS)]
    cases: list[GuideCase] = []
    done: OptionalId = ""
    missing: OptionalId = ""
    note: Text = ""


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that one press writes to the caller."""

    id: Id
    say: Said


class NoteTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A note for colleagues, ready to be completed; with the fields of a guide's note."""

    id: Id
    name: Text
    text: NoteText


class GuidesAnswer(ListAnswer, frozen=True, kw_only=True):
    """Guides of the procedures that may be started, in the organisation's order; `phrases` and
    `notes` are empty where it wrote none.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("guides", "phrases", "notes")

    guides: list[Guide]
    phrases: Annotated[list[Phrase], msgspec.Meta(max_length=MOST_PHRASES)] = msgspec.field(
        default_factory=list
    )
    notes: Annotated[list[NoteTemplate], msgspec.Meta(max_length=MOST_NOTES)] = msgspec.field(
        default_factory=list
    )


class GuidesRequest(
    ListRequest[GuidesAnswer], frozen=True, kw_only=True, verb="guides", roles=(Role.AGENT,)
):
    """Which procedures can be guided in this session?"""

    session_id: Id


def concerns(step: GuideStep, cases: Collection[str]) -> bool:
    """True if a step is one for a caller who is in these cases."""
    return (not step.only_if or step.only_if in cases) and step.unless not in cases


def words_in(say: Mapping[str, str], language: str) -> str:
    """Words in a language, else in French; easy French is French."""
    return say.get(language) or say.get(language.partition("_")[0]) or say.get(FRENCH, "")


GUIDE_REQUESTS: Requests = (GuidesRequest,)
