# SPDX-License-Identifier: GPL-3.0-only
"""The questions of kiosk and desk to the hub, and its answers.
One struct per message; JSON on the wire.

Requests travel on `svc.<role>.<user>.<verb>`; `VERBS` says which role may say which verb and
which answer comes. Any request may be answered by `Refusal`. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, ClassVar

import msgspec

from session.core.dossier_model import DocumentRecord, Dossier, PieceState
from session.core.field_types import UtcTime
from session.protocol.conversation.scan_profiles import ScanProfile
from session.protocol.hub.line_rates import IceRules, LineRates
from session.protocol.hub.seal_keys import SealCard
from session.protocol.hub.services import Service as Service
from session.protocol.hub.services import Text as Text
from session.protocol.hub.tickets import Needs, Ticket
from session.protocol.wire.ids import Id, OptionalId, ServiceRef, Sha256
from session.protocol.wire.roles import PEOPLE, Role
from session.protocol.wire.typed_words import TYPED_REASON, TYPED_WORDS
from session.protocol.wire.version import PROTOCOL_VERSION

_encoder = msgspec.json.Encoder()

Address = Annotated[str, msgspec.Meta(max_length=2000)]
Number = Annotated[str, msgspec.Meta(max_length=20)]
SealedNumber = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9+/]{43}=[A-Za-z0-9+/]{64}){0,4}$")]
"""A caller number that only the vault can read, once for each of its keys
(`session.bus.sealing.sealed_number`).
"""


class HubMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all: `v` is the sender's protocol version, `type` the struct's name."""

    v: int = PROTOCOL_VERSION


class Refusal(HubMessage, frozen=True, kw_only=True):
    """The hub says no, or cannot. `code` is one of docs/reference/errors.md."""

    code: str
    detail: dict[str, str | int | float] = {}


class Done(HubMessage, frozen=True, kw_only=True):
    """The act is done and stored."""


# ---- lists that may be long

PAGE_BYTES = 100_000
"""Rows of one page, encoded; what stands beside them has the rest of a message."""


class ListRequest(HubMessage, frozen=True, kw_only=True):
    """Base of questions whose answer comes in pages: `after` is `next` of the page before, "" for
    the first one.
    """

    after: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,9}$")] = ""


class ListAnswer(HubMessage, frozen=True, kw_only=True):
    """Base of answers that come in pages: the lists named in `PAGED` go on where `next` says, and
    end where it is "". Beside them every page says the same.

    The place is a count of rows: a list that changes between two pages may show a row twice or
    leave one out until it is read again.
    """

    PAGED: ClassVar[tuple[str, ...]] = ()

    next: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,9}$")] = ""


def fitting(rows: Sequence[Any]) -> int:
    """Return how many of the rows, from the first on, a page may have; never none of some."""
    room_bytes = PAGE_BYTES
    for count, row in enumerate(rows):
        room_bytes -= len(_encoder.encode(row)) + 1
        if room_bytes < 0 and count:
            return count
    return len(rows)


def page_of[Answer: ListAnswer](answer: Answer, after: str) -> Answer:
    """Return the rows of a whole answer from `after` on, as many as a page may have."""
    rows = [*chain.from_iterable(getattr(answer, name) for name in answer.PAGED)]
    first = min(int(after or 0), len(rows))
    last = first + fitting(rows[first:])
    fields, start = dict[str, Sequence[Any]](), 0
    for name in answer.PAGED:
        part = getattr(answer, name)
        fields[name] = part[max(0, first - start) : max(0, last - start)]
        start += len(part)
    return msgspec.structs.replace(answer, **fields, next=str(last) if last < len(rows) else "")


def with_page[Answer](before: Answer, page: Answer) -> Answer:
    """Return an answer in pages with the rows of its next page behind its own."""
    assert isinstance(before, ListAnswer)
    assert isinstance(page, ListAnswer)
    rows = {name: [*getattr(before, name), *getattr(page, name)] for name in before.PAGED}
    fields = {name: type(getattr(before, name))(part) for name, part in rows.items()}
    return msgspec.structs.replace(before, **fields, next=page.next)


# ---- what a site offers


class ServicesRequest(HubMessage, frozen=True, kw_only=True):
    """A kiosk asks what it may offer now."""


class SiteMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The message of a supervisor of `organisation_name` to the callers of a site,
    until `until_utc`.
    """

    organisation_name: Text
    text: Text
    until_utc: UtcTime


class ServicesAnswer(HubMessage, frozen=True, kw_only=True):
    """At most six services; `allowed_addresses` are URL prefixes an agent may open.

    `host`: one may be called here. `contacts`: how callers reach each organisation otherwise.
    `notices`: what supervisors say to the callers here, the newest first.
    """

    organisation: Id
    organisation_name: Text
    site: Text
    services: list[Service]
    allowed_addresses: list[Address]
    home_address: Address = ""
    host: bool = False
    contacts: dict[str, Contact] = {}
    notices: list[SiteMessage] = []


# ---- ticket


class TicketRequested(HubMessage, frozen=True, kw_only=True):
    """A caller pressed a button. Repeating the same `request_id` is the same ticket.

    `sealed_number` instead of `caller_number` for an organisation with a vault:
    a number in clear is not kept for one. `needs`: see `Ticket`.
    """

    request_id: Id
    service: ServiceRef
    caller_number: Number = ""
    sealed_number: SealedNumber = ""
    needs: Needs = ()


class NeedsRequest(HubMessage, frozen=True, kw_only=True):
    """A caller who waits needs something else of the agent than before; see `Ticket`."""

    ticket_id: Id
    needs: Needs


class StatusRequest(HubMessage, frozen=True, kw_only=True):
    """A kiosk asks where its ticket is (also after a restart)."""

    ticket_id: Id


class TicketAnswer(HubMessage, frozen=True, kw_only=True):
    """The ticket as stored. `position` is 1 for the next served, 0 when not waiting; the wait as in
    `TicketChanged`.
    """

    ticket: Ticket
    revision: int
    position: int
    wait_s: int | None = None
    wait_most_s: int | None = None
    session: SessionFacts | None = None


class LeaveRequest(HubMessage, frozen=True, kw_only=True):
    """The caller leaves the queue."""

    ticket_id: Id


class QueueRequest(HubMessage, frozen=True, kw_only=True):
    """A desk asks for a part of the queue (waiting and running tickets)."""

    offset: int = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 200


class QueueAnswer(HubMessage, frozen=True, kw_only=True):
    """Tickets `offset` to `offset + len(tickets)` of `total`, as of `revision`;
    `your_name` is what callers read.
    """

    revision: int
    total: int
    tickets: list[Ticket]
    services: list[Service] = []
    organisation_name: Text = ""
    your_name: Text = ""


class QueueBeat(HubMessage, frozen=True, kw_only=True):
    """The hub's pulse: last revision of the view and number of open tickets of the organisation.

    `digest` is that of its open tickets (`ticket_digest`, XORed); a desk
    compares it with its own when both have the same revision: a change that was missed in the
    middle changes neither number. `convention` is the version of this hub's convention: when all
    hubs have the same, all say the same.
    """

    revision: int
    open_tickets: int
    digest: int | None = None
    convention: Annotated[str, msgspec.Meta(max_length=40)] = ""


# ---- session


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """The ways for callers to reach the organisation; stands on receipts.
    The postal address may have several lines.
    """

    postal_address: Text = ""
    email: Text = ""
    phone: Text = ""


class SessionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation between a kiosk and an agent for a ticket.

    `caller_number`, `dossier` and `phone` (to be called at) are empty for the kiosk's own copy of
    these facts; `sealed_number` is what the desk asks the organisation's vault for
    ("caller_number"). `seal`: the organisation seals its conversations
    (`session.bus.sealing.pinned_keys` says whether to believe it). `line`: what the kiosk's line
    carries, None when nobody has measured it. `ice`: which relays there are. `kiosk_key`: the
    kiosk's public nkey by which the hub knows it, for the desk; "" for a partner network's kiosk.
    `host`: the site has a host who can be called. `record_text`: addresses of pages whose words the
    conversation's log may keep; of all others it keeps the structure.
    """

    id: Id
    ticket_id: Id
    organisation: Id
    service: Id
    kiosk: Id
    site: Text
    agent: Id
    agent_name: Text
    opened_at_utc: UtcTime
    caller_number: Number = ""
    dossier: str = ""
    allowed_addresses: list[Address] = []
    contact: Contact = Contact()
    organisation_name: Text = ""
    home_address: Address = ""
    phone: Number = ""
    seal: SealCard | None = None
    scan_profiles: list[ScanProfile] = []
    line: LineRates | None = None
    ice: IceRules | None = None
    sealed_number: SealedNumber = ""
    kiosk_key: Annotated[str, msgspec.Meta(max_length=60)] = ""
    host: bool = False
    record_text: list[Address] = []


class AcceptRequest(HubMessage, frozen=True, kw_only=True):
    """An agent takes a waiting ticket. The winner may repeat it."""

    ticket_id: Id


class SessionAnswer(HubMessage, frozen=True, kw_only=True):
    """The session that was opened."""

    session: SessionFacts


class ResumeRequest(HubMessage, frozen=True, kw_only=True):
    """An agent who comes back (restart) asks for the sessions that are still its own."""


class SessionsAnswer(HubMessage, frozen=True, kw_only=True):
    """Sessions of this agent whose ticket is in_session or wrap_up."""

    sessions: list[SessionFacts]
    states: list[str] = []


class HangUpRequest(HubMessage, frozen=True, kw_only=True):
    """Either end ends the conversation; the ticket goes to wrap_up."""

    session_id: Id
    reason: Annotated[str, msgspec.Meta(max_length=60)] = "done"


class CloseRequest(HubMessage, frozen=True, kw_only=True):
    """The agent has finished the wrap-up. `outcome` is a short code."""

    session_id: Id
    outcome: Annotated[str, msgspec.Meta(max_length=60)] = "done"


# ---- dossier


class DossierRequest(HubMessage, frozen=True, kw_only=True):
    """The dossier of the session's caller; or, with `number`, one that the agent names.

    A session has one dossier: another one than its own is opened for a `reason` only, and is the
    session's from then on.
    """

    session_id: Id
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=300, extra=TYPED_REASON)] = ""


class DossierAnswer(HubMessage, frozen=True, kw_only=True):
    """The dossier as the store has it now."""

    dossier: Dossier


class PieceRequest(HubMessage, frozen=True, kw_only=True):
    """The agent sets a piece's state by hand (accepted, refused with reason, expected again)."""

    session_id: Id
    dossier: str
    piece_id: Id
    state: PieceState
    reason: Annotated[str, msgspec.Meta(max_length=500, extra=TYPED_WORDS)] = ""


class UploadBegin(HubMessage, frozen=True, kw_only=True):
    """A desk announces a document. Repeating the same `upload_id` continues it."""

    session_id: Id
    upload_id: Id
    dossier: str
    piece_id: str
    name: Text
    pages: Annotated[int, msgspec.Meta(ge=1, le=500)]
    size_bytes: Annotated[int, msgspec.Meta(ge=1)]
    sha256: Sha256


class UploadState(HubMessage, frozen=True, kw_only=True):
    """The number of bytes of the upload that the hub holds."""

    upload_id: Id
    received_bytes: int


class UploadChunk(HubMessage, frozen=True, kw_only=True):
    """Bytes of an upload from `offset`; base64 on the wire."""

    upload_id: Id
    offset: int
    data: bytes


class UploadCommit(HubMessage, frozen=True, kw_only=True):
    """All bytes are sent: store them, read them back, mark the piece filed."""

    upload_id: Id
    session_id: OptionalId = ""


class DocumentFiled(HubMessage, frozen=True, kw_only=True):
    """The store has the document and read it back."""

    document: DocumentRecord
    dossier: Dossier


class DocumentRequest(HubMessage, frozen=True, kw_only=True):
    """Bytes of a filed document from `offset`."""

    session_id: Id
    document_id: Id
    offset: int = 0


class DocumentPart(HubMessage, frozen=True, kw_only=True):
    """`data` from `offset`; `size_bytes` is the whole."""

    document_id: Id
    offset: int
    size_bytes: int
    data: bytes


# ---- what the hub tells without being asked


class TicketChanged(HubMessage, frozen=True, kw_only=True):
    """To the ticket's kiosk: its place in the queue, or its end.

    The wait is a range: at least `wait_s` (None: nobody can know), at most `wait_most_s` (None:
    no limit known).
    """

    ticket: Ticket
    position: int
    wait_s: int | None = None
    wait_most_s: int | None = None


class SessionOpened(HubMessage, frozen=True, kw_only=True):
    """To the kiosk: an agent has accepted."""

    session: SessionFacts


class SessionEnded(HubMessage, frozen=True, kw_only=True):
    """To both ends. `by` is "kiosk", "agent" or "hub"."""

    session_id: Id
    by: str
    reason: str


class PeerPresence(HubMessage, frozen=True, kw_only=True):
    """To one end: the other end's signs of life stopped or came back."""

    session_id: Id
    present: bool


class Announcement(HubMessage, frozen=True, kw_only=True):
    """To an agent: a supervisor says something to it, once per `broadcast_id`, or takes it back
    (`withdrawn`).
    """

    broadcast_id: Id
    text: Text
    by_name: Text
    withdrawn: bool = False


class AgentChanged(HubMessage, frozen=True, kw_only=True):
    """To an agent: a supervisor has changed its state, or (`services`) what it serves today.
    Ask `work` again.
    """

    by_name: Text
    reason: Text
    services: bool = False


class WorkplaceChanged(HubMessage, frozen=True, kw_only=True):
    """To an agent, at all its computers: it works at this one now; `desk` is its public key. The
    others wait.
    """

    desk: str
    computer: Annotated[str, msgspec.Meta(max_length=100)] = ""


class ServicesChanged(HubMessage, frozen=True, kw_only=True):
    """To a kiosk: ask for the services again, something of them is another."""


class RemoteAct(StrEnum):
    """An act that the helpdesk may want of an idle kiosk,
    some of it of a desk (`session.protocol.helpdesk.remote_help`).

    State: devices and versions. Doctor: the checks of that command. Log: the last lines for
    developers. Scan, print: a test of which nothing is kept, or a sheet that says so.
    """

    STATE = "state"
    DOCTOR = "doctor"
    LOG = "log"
    LINE = "line"
    SCAN = "scan"
    PRINT = "print"
    SELF_TEST = "self_test"
    RESTART = "restart"


class RemoteHelpWanted(HubMessage, frozen=True, kw_only=True):
    """To a kiosk, or to a desk, which asks its person first: the helpdesk wants this; the screen
    says so while it is done.
    """

    help_id: Id
    act: RemoteAct
    by_name: Text = ""


class ReleaseRequest(HubMessage, frozen=True, kw_only=True):
    """Which release of the programs shall this network have? Asked after each connection."""


class ReleaseAnswer(HubMessage, frozen=True, kw_only=True):
    """The release as the operator wrote it: the version, the day until which there is time,
    where to get it; `newest` is "" where nothing was written. No program installs anything by
    itself.
    """

    newest: Annotated[str, msgspec.Meta(max_length=40)] = ""
    by: date | None = None
    where: Text = ""


HubEvent = (
    TicketChanged
    | SessionOpened
    | SessionEnded
    | PeerPresence
    | Announcement
    | AgentChanged
    | WorkplaceChanged
    | ServicesChanged
    | RemoteHelpWanted
)

Verb = tuple[frozenset[Role], type[HubMessage], type[HubMessage]]

_K = frozenset({Role.KIOSK})
_A = frozenset({Role.AGENT})
_BOTH = frozenset({Role.KIOSK, Role.AGENT})

VERBS: dict[str, Verb] = {
    "services": (_K, ServicesRequest, ServicesAnswer),
    "call": (_K, TicketRequested, TicketAnswer),
    "status": (_K, StatusRequest, TicketAnswer),
    "needs": (_K, NeedsRequest, TicketAnswer),
    "leave": (_K, LeaveRequest, Done),
    "queue": (frozenset({Role.AGENT, Role.SUPERVISOR}), QueueRequest, QueueAnswer),
    "accept": (_A, AcceptRequest, SessionAnswer),
    "resume": (_A, ResumeRequest, SessionsAnswer),
    "hang_up": (_BOTH, HangUpRequest, Done),
    "close": (_A, CloseRequest, Done),
    "dossier": (_A, DossierRequest, DossierAnswer),
    "piece": (_A, PieceRequest, DossierAnswer),
    "upload_begin": (_A, UploadBegin, UploadState),
    "upload_chunk": (_A, UploadChunk, UploadState),
    "upload_commit": (_A, UploadCommit, DocumentFiled),
    "document": (_A, DocumentRequest, DocumentPart),
    "release": (PEOPLE, ReleaseRequest, ReleaseAnswer),
}
"""Verb -> (roles that may say it, request, answer)."""
