# SPDX-License-Identifier: GPL-3.0-only
"""The questions of kiosk and desk to the hub, and its answers.
One struct per message; JSON on the wire.

Requests travel on `svc.<role>.<user>.<verb>`; the class of a request says its verb, which role may
ask it and which answer comes. Any request may be answered by `Refusal`. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, ClassVar, get_args

import msgspec

from session.core.dossier_model import DocumentRecord, Dossier, PieceState
from session.core.field_types import UtcTime, whole
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

ANSWER_S = 5.0
"""A hub that has not answered after so long does not answer this request any more."""

LONG_S = 10.0
"""The same where many rows are read, or another system is asked first."""

BULK_S = 30.0
"""The same of a part of a document or log: on 512 kb/s one takes about 3 s, and others wait."""

Address = Annotated[str, msgspec.Meta(max_length=2000)]
Number = Annotated[str, msgspec.Meta(max_length=20)]
SealedNumber = Annotated[
    str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9+/]{43}=[A-Za-z0-9+/]{64}){0,4}"))
]
"""A caller number that only the vault can read, once for each of its keys
(`session.bus.sealing.sealed_number`).
"""


class HubMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all: `v` is the sender's protocol version, `type` the struct's name."""

    v: int = PROTOCOL_VERSION


class _RequestMeta(msgspec.StructMeta):
    """Takes what a request says of itself beside its fields from the line of its class."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        verb: str = "",
        roles: Collection[Role] = (),
        answer_s: float = 0.0,
        **config: Any,
    ) -> Any:
        request: Any = super().__new__(mcls, name, bases, namespace, **config)
        for base in namespace.get("__orig_bases__", ()):
            for answer in get_args(base):
                if isinstance(answer, type):
                    request.answer = answer
        if verb:
            request.verb = verb
            request.roles = frozenset(roles)
        if answer_s:
            request.answer_s = answer_s
        return request


class Request[Answer: HubMessage](HubMessage, frozen=True, kw_only=True, metaclass=_RequestMeta):
    """Base of what is asked of the hub; answered with an `Answer`.

    ```python
    class LeaveRequest(Request[Done], frozen=True, kw_only=True, verb="leave", roles=(Role.KIOSK,)):
    ```

    Attributes:
        verb: its name in the subject that it is sent to.
        roles: who may ask it.
        answer: what comes back, unless it is refused.
        answer_s: the longest wait for it, each time that it is asked.
    """

    verb: ClassVar[str] = ""
    roles: ClassVar[frozenset[Role]] = frozenset()
    answer: ClassVar[type[Any]] = HubMessage
    answer_s: ClassVar[float] = ANSWER_S


Requests = tuple[type[Request[Any]], ...]


def type_of(message: type[msgspec.Struct]) -> str:
    """Return the `type` that a message has on the wire; two requests may share one."""
    return str(message.__struct_config__.tag)


class Refusal(HubMessage, frozen=True, kw_only=True):
    """The hub says no, or cannot. `code` is one of docs/reference/errors.md."""

    code: str
    detail: dict[str, str | int | float] = {}


class Done(HubMessage, frozen=True, kw_only=True):
    """The act is done and stored."""


# ---- lists that may be long

PAGE_BYTES = 100_000
"""Rows of one page, encoded; what stands beside them has the rest of a message."""


class ListRequest[Answer: HubMessage](Request[Answer], frozen=True, kw_only=True):
    """Base of questions whose answer comes in pages: `after` is `next` of the page before, "" for
    the first one.
    """

    after: Annotated[str, msgspec.Meta(pattern=whole(r"[0-9]{0,9}"))] = ""


class ListAnswer(HubMessage, frozen=True, kw_only=True):
    """Base of answers that come in pages: the lists named in `PAGED` go on where `next` says, and
    end where it is "". Beside them every page says the same.

    The place is a count of rows: a list that changes between two pages may show a row twice or
    leave one out until it is read again.
    """

    PAGED: ClassVar[tuple[str, ...]] = ()

    next: Annotated[str, msgspec.Meta(pattern=whole(r"[0-9]{0,9}"))] = ""


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


class ServicesRequest(
    Request[ServicesAnswer], frozen=True, kw_only=True, verb="services", roles=(Role.KIOSK,)
):
    """A kiosk asks what it may offer now."""


class SiteMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The message of a supervisor of `organisation_name` to the callers of a site,
    until `until_utc`.
    """

    organisation_name: Text
    text: Text
    until_utc: UtcTime


# ---- ticket


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


class TicketRequested(
    Request[TicketAnswer], frozen=True, kw_only=True, verb="call", roles=(Role.KIOSK,)
):
    """A caller pressed a button. Repeating the same `request_id` is the same ticket.

    `sealed_number` instead of `caller_number` for an organisation with a vault:
    a number in clear is not kept for one. `needs`: see `Ticket`.
    """

    request_id: Id
    service: ServiceRef
    caller_number: Number = ""
    sealed_number: SealedNumber = ""
    needs: Needs = ()


class NeedsRequest(
    Request[TicketAnswer], frozen=True, kw_only=True, verb="needs", roles=(Role.KIOSK,)
):
    """A caller who waits needs something else of the agent than before; see `Ticket`."""

    ticket_id: Id
    needs: Needs


class StatusRequest(
    Request[TicketAnswer], frozen=True, kw_only=True, verb="status", roles=(Role.KIOSK,)
):
    """A kiosk asks where its ticket is (also after a restart)."""

    ticket_id: Id


class LeaveRequest(Request[Done], frozen=True, kw_only=True, verb="leave", roles=(Role.KIOSK,)):
    """The caller leaves the queue."""

    ticket_id: Id


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


class QueueRequest(
    Request[QueueAnswer],
    frozen=True,
    kw_only=True,
    verb="queue",
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """A desk asks for a part of the queue (waiting and running tickets)."""

    offset: int = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 200


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


class SessionAnswer(HubMessage, frozen=True, kw_only=True):
    """The session that was opened."""

    session: SessionFacts


class AcceptRequest(
    Request[SessionAnswer], frozen=True, kw_only=True, verb="accept", roles=(Role.AGENT,)
):
    """An agent takes a waiting ticket. The winner may repeat it."""

    ticket_id: Id


class SessionsAnswer(HubMessage, frozen=True, kw_only=True):
    """Sessions of this agent whose ticket is in_session or wrap_up."""

    sessions: list[SessionFacts]
    states: list[str] = []


class ResumeRequest(
    Request[SessionsAnswer], frozen=True, kw_only=True, verb="resume", roles=(Role.AGENT,)
):
    """An agent who comes back (restart) asks for the sessions that are still its own."""


class HangUpRequest(
    Request[Done], frozen=True, kw_only=True, verb="hang_up", roles=(Role.KIOSK, Role.AGENT)
):
    """Either end ends the conversation; the ticket goes to wrap_up."""

    session_id: Id
    reason: Annotated[str, msgspec.Meta(max_length=60)] = "done"


class CloseRequest(Request[Done], frozen=True, kw_only=True, verb="close", roles=(Role.AGENT,)):
    """The agent has finished the wrap-up. `outcome` is a short code."""

    session_id: Id
    outcome: Annotated[str, msgspec.Meta(max_length=60)] = "done"


# ---- dossier


class DossierAnswer(HubMessage, frozen=True, kw_only=True):
    """The dossier as the store has it now."""

    dossier: Dossier


class DossierRequest(
    Request[DossierAnswer], frozen=True, kw_only=True, verb="dossier", roles=(Role.AGENT,)
):
    """The dossier of the session's caller; or, with `number`, one that the agent names.

    A session has one dossier: another one than its own is opened for a `reason` only, and is the
    session's from then on.
    """

    session_id: Id
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=300, extra=TYPED_REASON)] = ""


class PieceRequest(
    Request[DossierAnswer], frozen=True, kw_only=True, verb="piece", roles=(Role.AGENT,)
):
    """The agent sets a piece's state by hand (accepted, refused with reason, expected again)."""

    session_id: Id
    dossier: str
    piece_id: Id
    state: PieceState
    reason: Annotated[str, msgspec.Meta(max_length=500, extra=TYPED_WORDS)] = ""


class UploadState(HubMessage, frozen=True, kw_only=True):
    """The number of bytes of the upload that the hub holds."""

    upload_id: Id
    received_bytes: int


class UploadBegin(
    Request[UploadState],
    frozen=True,
    kw_only=True,
    verb="upload_begin",
    answer_s=BULK_S,
    roles=(Role.AGENT,),
):
    """A desk announces a document. Repeating the same `upload_id` continues it."""

    session_id: Id
    upload_id: Id
    dossier: str
    piece_id: str
    name: Text
    pages: Annotated[int, msgspec.Meta(ge=1, le=500)]
    size_bytes: Annotated[int, msgspec.Meta(ge=1)]
    sha256: Sha256


class UploadChunk(
    Request[UploadState],
    frozen=True,
    kw_only=True,
    verb="upload_chunk",
    answer_s=BULK_S,
    roles=(Role.AGENT,),
):
    """Bytes of an upload from `offset`; base64 on the wire."""

    upload_id: Id
    offset: int
    data: bytes


class DocumentFiled(HubMessage, frozen=True, kw_only=True):
    """The store has the document and read it back."""

    document: DocumentRecord
    dossier: Dossier


class UploadCommit(
    Request[DocumentFiled],
    frozen=True,
    kw_only=True,
    verb="upload_commit",
    answer_s=BULK_S,
    roles=(Role.AGENT,),
):
    """All bytes are sent: store them, read them back, mark the piece filed."""

    upload_id: Id
    session_id: OptionalId = ""


class DocumentPart(HubMessage, frozen=True, kw_only=True):
    """`data` from `offset`; `size_bytes` is the whole."""

    document_id: Id
    offset: int
    size_bytes: int
    data: bytes


class DocumentRequest(
    Request[DocumentPart],
    frozen=True,
    kw_only=True,
    verb="document",
    answer_s=BULK_S,
    roles=(Role.AGENT,),
):
    """Bytes of a filed document from `offset`."""

    session_id: Id
    document_id: Id
    offset: int = 0


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


MemoText = Annotated[str, msgspec.Meta(max_length=2000)]
"""The text of a memo as it is kept: what masks a number may be longer than the number."""


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    """A few lines from `by` to the agent `to`, "" for the supervisors."""

    memo_id: Id
    at_utc: UtcTime
    by: Id
    by_name: Text
    to: OptionalId
    to_name: Text
    text: MemoText
    from_supervisor: bool = False


class MemoWritten(HubMessage, frozen=True, kw_only=True):
    """To an agent or a supervisor: somebody has written to it."""

    memo: Memo


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


class AuthorityOffered(HubMessage, frozen=True, kw_only=True):
    """To every program that does not believe it yet: the certificate (PEM) of the authority that
    signs the bus's certificates from some day on. A program keeps it beside the one it has.
    """

    certificate: Annotated[str, msgspec.Meta(max_length=8000)]


class ReleaseAnswer(HubMessage, frozen=True, kw_only=True):
    """The release as the operator wrote it: the version, the day until which there is time,
    where to get it; `newest` is "" where nothing was written. No program installs anything by
    itself.
    """

    newest: Annotated[str, msgspec.Meta(max_length=40)] = ""
    by: date | None = None
    where: Text = ""


class ReleaseRequest(
    Request[ReleaseAnswer], frozen=True, kw_only=True, verb="release", roles=PEOPLE
):
    """Which release of the programs shall this network have? Asked after each connection."""


HubEvent = (
    TicketChanged
    | SessionOpened
    | SessionEnded
    | PeerPresence
    | Announcement
    | AgentChanged
    | MemoWritten
    | WorkplaceChanged
    | ServicesChanged
    | RemoteHelpWanted
    | AuthorityOffered
)


REQUESTS: Requests = (
    ServicesRequest,
    TicketRequested,
    StatusRequest,
    NeedsRequest,
    LeaveRequest,
    QueueRequest,
    AcceptRequest,
    ResumeRequest,
    HangUpRequest,
    CloseRequest,
    DossierRequest,
    PieceRequest,
    UploadBegin,
    UploadChunk,
    UploadCommit,
    DocumentRequest,
    ReleaseRequest,
)
