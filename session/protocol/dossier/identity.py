# SPDX-License-Identifier: GPL-3.0-only
"""The identity of dossiers: found, made, numbered, corrected, merged;
and the register of who looked at what.

A search, an opening, a correction and an export are each a line of that register, stored before
the answer leaves the hub; `session.hub.dossier.identity` has the rules.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core import birth_date
from session.core.dossier_model import (
    AccessKind,
    AccessLine,
    Dossier,
    DossierHit,
    DossierMerged,
)
from session.core.dossier_model import ProvisionalDossier as ProvisionalDossier
from session.protocol.dossier.deliveries import DossierNumber
from session.protocol.hub.board import Count, Reason
from session.protocol.hub.requests import (
    LONG_S,
    DossierAnswer,
    HubMessage,
    ListAnswer,
    ListRequest,
    Number,
    Request,
    Requests,
)
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_REASON

MOST_HITS = 5
"""Dossiers of one answer: a search finds one person, it lists nobody."""

MOST_ACCESSES = 100
MOST_MERGES = 100

DossierName = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]
GivenNames = Annotated[str, msgspec.Meta(max_length=100)]
BirthDate = Annotated[str, msgspec.Meta(pattern=birth_date.PATTERN)]
"""Incomplete where nobody knows the day, or day and month: "1957-05", "1957"."""
Contact = Annotated[str, msgspec.Meta(max_length=200)]
DossierReason = Annotated[str, msgspec.Meta(max_length=300, extra=TYPED_REASON)]


class RegisterState(StrEnum):
    """The outcome of asking the organisation's own register:
    it has none, it answered, it is away.
    """

    NONE = ""
    ANSWERED = "answered"
    AWAY = "away"


# ---- agents


class DossierHits(HubMessage, frozen=True, kw_only=True):
    """At most `MOST_HITS`, the likeliest first. `more`: there are others; say more about the
    caller.
    """

    hits: list[DossierHit]
    more: bool = False
    register: RegisterState = RegisterState.NONE


class DossierSearch(
    Request[DossierHits],
    frozen=True,
    kw_only=True,
    verb="find_dossiers",
    answer_s=LONG_S,
    roles=(Role.AGENT,),
):
    """An agent looks for the caller's dossier: name and birth date are both needed; an incomplete
    birth date finds the complete ones that it may be.
    Accents, capitals, hyphens, apostrophes and the order of given names do not count.
    """

    session_id: Id
    family_name: DossierName
    given_names: GivenNames = ""
    born_on: BirthDate


class DossierCreated(HubMessage, frozen=True, kw_only=True):
    """The new dossier; or None, and those that are likely the same person's."""

    dossier: Dossier | None
    likely: list[DossierHit] = msgspec.field(default_factory=list)


class DossierCreate(
    Request[DossierCreated],
    frozen=True,
    kw_only=True,
    verb="create_dossier",
    answer_s=LONG_S,
    roles=(Role.AGENT,),
):
    """An agent makes a dossier with the caller; it is the session's from then on.
    Repeated, the same `request_id` gives the same dossier.

    Attributes:
        confirmed: the likely doubles were looked at; without it they are answered and nothing is
            made.
        reason: needed where the session has a dossier already.
    """

    session_id: Id
    request_id: Id
    family_name: DossierName
    given_names: GivenNames = ""
    born_on: BirthDate
    caller_number: Number = ""
    contact: Contact = ""
    confirmed: bool = False
    reason: DossierReason = ""


class CallerNumberGiven(
    Request[DossierAnswer],
    frozen=True,
    kw_only=True,
    verb="give_caller_number",
    roles=(Role.AGENT,),
):
    """The caller of the session's dossier has a number: it is checked as a kiosk checks it."""

    session_id: Id
    dossier: DossierNumber
    caller_number: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class PersonCorrected(HubMessage, frozen=True, kw_only=True):
    """The dossier as it is now; or None, and those that are likely the same person's."""

    dossier: Dossier | None
    likely: list[DossierHit] = msgspec.field(default_factory=list)


class PersonCorrection(
    Request[PersonCorrected],
    frozen=True,
    kw_only=True,
    verb="correct_person",
    answer_s=LONG_S,
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """Names or birth date of a dossier's person were written down wrongly, and are these. An agent
    corrects a dossier of the session; a supervisor any one, without a session.

    Attributes:
        confirmed: the likely doubles were looked at; without it they are answered and nothing is
            changed.
    """

    session_id: OptionalId = ""
    dossier: DossierNumber
    family_name: DossierName
    given_names: GivenNames = ""
    born_on: BirthDate
    confirmed: bool = False
    reason: Reason


# ---- supervisors


class MergeTrouble(StrEnum):
    """Why two dossiers do not become one, or not two again."""

    SAME = "same"
    MERGED_BEFORE = "merged_before"
    TOO_LATE = "too_late"
    LATER_FIRST = "later_first"


class DossierViewed(
    Request[DossierAnswer],
    frozen=True,
    kw_only=True,
    verb="view_dossier",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """A supervisor looks at a dossier, for a reason: two are compared before they are merged."""

    dossier: DossierNumber
    reason: Reason


class MergeAnswer(HubMessage, frozen=True, kw_only=True):
    """The merge as it is now."""

    merge: DossierMerged


class DossierMerge(
    Request[MergeAnswer],
    frozen=True,
    kw_only=True,
    verb="merge_dossiers",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """All of `merged` moves into `keep`, and its number opens `keep` from then on.
    `request_id` becomes the merge's id; repeated, nothing happens twice.
    """

    request_id: Id
    keep: DossierNumber
    merged: DossierNumber
    reason: Reason


class DossierUnmerge(
    Request[MergeAnswer],
    frozen=True,
    kw_only=True,
    verb="unmerge_dossiers",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Two dossiers again: what had moved goes back. Repeated, it changes nothing."""

    merge_id: Id
    reason: Reason


class MergesAnswer(ListAnswer, frozen=True, kw_only=True):
    """At most `MOST_MERGES`."""

    PAGED: ClassVar[tuple[str, ...]] = ("merges",)

    merges: list[DossierMerged]


class MergesRequest(
    ListRequest[MergesAnswer], frozen=True, kw_only=True, verb="merges", roles=(Role.SUPERVISOR,)
):
    """Merges, the newest first; "" for those of every dossier."""

    dossier: DossierNumber = ""


class ProvisionalAnswer(ListAnswer, frozen=True, kw_only=True):
    """The oldest first, and how many there are."""

    PAGED: ClassVar[tuple[str, ...]] = ("dossiers",)

    dossiers: list[ProvisionalDossier]
    total: Count = 0


class ProvisionalRequest(
    ListRequest[ProvisionalAnswer],
    frozen=True,
    kw_only=True,
    verb="provisional_dossiers",
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """Which dossiers were made while the register was away, and are not matched yet?"""


class AccessesAnswer(HubMessage, frozen=True, kw_only=True):
    """Lines; `more`: there are older ones.

    `refused_lately`: how many were refused within the last hour, whatever was asked for: the
    board's alert.
    """

    lines: list[AccessLine]
    more: bool = False
    refused_lately: Count = 0


class AccessesRequest(
    Request[AccessesAnswer],
    frozen=True,
    kw_only=True,
    verb="accesses",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Lines of the register of accesses, the newest first; "" and None mean all.

    Attributes:
        first, last: days of the organisation, both included.
        user: whose accesses.
        dossier: of this number, and of those that were merged into it.
        session: of this conversation.
        before: the last id of the answer before, to read on; 0 for the newest.
    """

    first: date | None = None
    last: date | None = None
    user: OptionalId = ""
    dossier: DossierNumber = ""
    session: OptionalId = ""
    kind: AccessKind | None = None
    before: int = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ACCESSES)] = MOST_ACCESSES


class LogAccessesRequest(
    AccessesRequest, frozen=True, kw_only=True, verb="log_accesses", roles=(Role.SUPERVISOR,)
):
    """The same of those who have read logs of conversations; `dossier` means nothing here."""


IDENTITY_REQUESTS: Requests = (
    DossierSearch,
    DossierCreate,
    CallerNumberGiven,
    PersonCorrection,
    DossierViewed,
    DossierMerge,
    DossierUnmerge,
    MergesRequest,
    ProvisionalRequest,
    AccessesRequest,
    LogAccessesRequest,
)
