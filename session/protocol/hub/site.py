# SPDX-License-Identifier: GPL-3.0-only
"""The questions of a site's host and the network's operator to the hub,
and a kiosk's call for the host. Used by hub and programs.

Neither ever learns who a caller is: no name, no number, no ticket.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import OptionalId, UtcTime
from session.protocol.hub.board import Reason
from session.protocol.hub.requests import (
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.hub.tickets import HelpFrom, HelpState
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

Count = Annotated[int, msgspec.Meta(ge=0)]


class CallerState(StrEnum):
    """The presence of somebody at a kiosk; no more than everybody in the room can see."""

    NONE = "none"
    WAITING = "waiting"
    IN_SESSION = "in_session"


# ---- kiosk


class HelpAnswer(HubMessage, frozen=True, kw_only=True):
    """The host's answer so far."""

    state: HelpState


class HelpCall(
    Request[HelpAnswer], frozen=True, kw_only=True, verb="call_help", roles=(Role.KIOSK,)
):
    """The caller wants the host, or does not any more.
    Repeated every 3 s while it is not `none`, as last heard.

    Attributes:
        new: nobody has answered this call yet: it is no repeat of one that the host has just
            finished.
    """

    state: HelpState
    new: bool = False


# ---- agent


class HostCallRequest(
    Request[HelpAnswer], frozen=True, kw_only=True, verb="call_host", roles=(Role.AGENT,)
):
    """The agent of a session asks the site's host to come to the kiosk (`wanted`), or takes that
    back (`none`). What comes of it is told with the ticket.
    """

    session_id: Id
    state: HelpState


# ---- host


class SiteAnswer(ListAnswer, frozen=True, kw_only=True):
    """The kiosks of the host's sites, in the order of the convention."""

    PAGED: ClassVar[tuple[str, ...]] = ("kiosks",)

    your_name: Text
    kiosks: list[KioskFacts]


class SiteRequest(
    ListRequest[SiteAnswer], frozen=True, kw_only=True, verb="site", roles=(Role.FACILITATOR,)
):
    """A host asks every 2 s about the kiosks of its sites."""


class KioskFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One kiosk as its host sees it; `there` is False when it gives no sign of life.

    Attributes:
        place: 0 when `name` is its name. Else the convention gives it none: its number among the
            kiosks of the site, from 1, and `name` is its id.
        help_from: who wants the host, while `help` is not `none`.
    """

    id: Id
    name: Text
    site: Text
    there: bool
    caller: CallerState = CallerState.NONE
    help: HelpState = HelpState.NONE
    closed: bool = False
    place: Count = 0
    help_from: HelpFrom = HelpFrom.CALLER


class HostRequest(Request[Done], frozen=True, kw_only=True, verb="host", roles=(Role.FACILITATOR,)):
    """The host comes (`coming`), is with the caller (`here`:
    the ticket says so to agents) or has finished (`none`).
    """

    kiosk: Id
    state: HelpState


# ---- operator


class SiteTotals(msgspec.Struct, frozen=True, kw_only=True):
    """All sites of the network: how many, with something wrong, closed, not opened yet."""

    sites: Count = 0
    wrong: Count = 0
    closed: Count = 0
    unopened: Count = 0


class NetworkAnswer(ListAnswer, frozen=True, kw_only=True):
    """Hubs heard of in the last 15 s, and one row for each of the `hits` sites, those with
    something wrong first; `totals` are of all.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("sites",)

    your_name: Text
    hubs: list[HubFacts]
    totals: SiteTotals = SiteTotals()
    hits: Count = 0
    sites: list[SiteFacts]


class NetworkRequest(
    ListRequest[NetworkAnswer], frozen=True, kw_only=True, verb="network", roles=(Role.OPERATOR,)
):
    """An operator asks every 2 s how hubs and sites are: all sites of all organisations, or those
    in whose name, id or organisation all of `words` stand; `wrong`: only with something wrong.
    """

    words: Annotated[str, msgspec.Meta(max_length=100)] = ""
    wrong: bool = False


class HubTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be with a hub, as its /healthz says it.

    Attributes:
        grave: callers are not served as they should be.
        detail: numbers and words for people; no personal data.
    """

    code: Text
    grave: bool = False
    detail: dict[str, str | int] = {}


class HubFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One hub. `convention` is the version of what it works by; hubs must have the same.

    Attributes:
        refused_parts: what lies in its convention's files and was not taken, and why ("caf.toml:
            signature_wrong ...").
        behind: changes of tickets that its history has not counted yet; None when it does not know.
        answered, refused: requests since its start.
        troubles: what is wrong with it, the gravest first.
        certificate_days: until its certificate, or its authority's, ends; None without one.
        disk_free_mb: of the disks that it writes to; None when it does not know.
        backup_hours: age of its newest backup; None without one.
        authority: fingerprint of the authority of its certificate; "" when it is none of ours.
        next_authority: of the one that it gives to the programs; "" for none.
    """

    id: Id
    started_at_utc: UtcTime
    convention: Text
    refused_parts: list[Text] = []
    answered: Count = 0
    refused: Count = 0
    behind: Count | None = None
    troubles: list[HubTrouble] = []
    certificate_days: int | None = None
    disk_free_mb: Count | None = None
    backup_hours: Count | None = None
    authority: OptionalId = ""
    next_authority: OptionalId = ""


class SiteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A site: how many of its kiosks are there, and whether it is closed.

    Attributes:
        organisation: whose site it is; only its own operators close and open it (`own`).
        unopened: kiosks that have never come.
        resting: by its hours it takes nobody now: a kiosk may be switched off.
        last_utc: the last sign of any of its kiosks.
        gate: it opens only when nothing lacks, for a year, or by an exception that ends.
        until_utc: when a site with a gate closes by itself.
        is_exception: it is open though something lacks.
    """

    id: Id
    name: Text
    organisation: OptionalId = ""
    organisation_name: Text = ""
    own: bool = False
    kiosks: Count
    there: Count
    unopened: Count = 0
    resting: bool = False
    last_utc: UtcTime | None = None
    closed: bool = False
    changed_by: Text = ""
    reason: Text = ""
    at_utc: UtcTime | None = None
    gate: bool = False
    until_utc: UtcTime | None = None
    is_exception: bool = False

    @property
    def is_unopened(self) -> bool:
        """No kiosk of it has ever come."""
        return self.unopened == self.kiosks

    @property
    def is_wrong(self) -> bool:
        """A kiosk that has come before is away while callers are taken."""
        is_expected = not self.closed and not self.resting
        return is_expected and self.there + self.unopened < self.kiosks


class SiteStateRequest(
    Request[Done], frozen=True, kw_only=True, verb="close_site", roles=(Role.OPERATOR,)
):
    """A site's kiosks take no calls (`close_site`), or take them again (`open_site`).
    Those who wait stay.
    """

    site: Id
    reason: Reason


class OpenSiteRequest(
    SiteStateRequest,
    frozen=True,
    kw_only=True,
    tag="SiteStateRequest",
    verb="open_site",
    roles=(Role.OPERATOR,),
):
    """The site takes callers again; one with a gate for a year, when nothing lacks.

    `until`: though something lacks, until the end of that day, at most three months away.
    """

    until: date | None = None


ActText = Annotated[str, msgspec.Meta(max_length=200)]


class OperatorAct(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the hub's register of acts.

    Attributes:
        by: account and machine, or organisation/role/id.
        what: a code, or the name of a command.
        of: whom or what it was about; no caller, nobody's name.
        outcome: exit code of a command that failed.
    """

    id: Count
    at_utc: UtcTime
    by: ActText
    what: ActText
    of: ActText = ""
    outcome: ActText = ""


class OperatorActsAnswer(HubMessage, frozen=True, kw_only=True):
    """The newest first, at most a hundred; `older`: there are more.

    Attributes:
        machine: of the hub that answers: each machine of a cluster has a register of its own.
    """

    acts: Annotated[list[OperatorAct], msgspec.Meta(max_length=100)]
    older: bool = False
    machine: Annotated[str, msgspec.Meta(max_length=100)] = ""


class OperatorActsRequest(
    Request[OperatorActsAnswer],
    frozen=True,
    kw_only=True,
    verb="operator_acts",
    roles=(Role.OPERATOR,),
):
    """What was done with this hub? `before`: the lines before this one; 0 for the newest."""

    before: Count = 0


class ComputerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A computer with a key that is not known to believe the network's next authority.

    Attributes:
        name: as it calls itself, "" for one that does not say.
        last_utc: its user's last sign; None for never.
        is_silent: it has never named what it believes, so it gets nothing by itself.
    """

    organisation: Id
    role: Role
    user: Id
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    last_utc: UtcTime | None = None
    is_silent: bool = False


class AuthorityAnswer(HubMessage, frozen=True, kw_only=True):
    """How many of the network's computers with a key (`count`) have its next authority (`have`),
    and a page of the `hits` that have not, with the words. `is_given`: there is one, and some
    hub's certificate is not of it yet.
    """

    is_given: bool = False
    have: Count = 0
    count: Count = 0
    hits: Count = 0
    missing: Annotated[list[ComputerFacts], msgspec.Meta(max_length=100)]


class AuthorityRequest(
    Request[AuthorityAnswer],
    frozen=True,
    kw_only=True,
    verb="next_authority",
    roles=(Role.OPERATOR,),
):
    """Who has the next authority? Of those that have not, the page `page` (from 0, a hundred each)
    of computers in whose organisation, id or name all of `words` stand.
    """

    words: Annotated[str, msgspec.Meta(max_length=100)] = ""
    page: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


SITE_REQUESTS: Requests = (
    HelpCall,
    HostCallRequest,
    SiteRequest,
    HostRequest,
    NetworkRequest,
    SiteStateRequest,
    OpenSiteRequest,
    OperatorActsRequest,
    AuthorityRequest,
)
