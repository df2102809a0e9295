# SPDX-License-Identifier: GPL-3.0-only
"""A vault's server: sealed questions of desks and kiosks, opened, answered by a handler, sealed
again. Used by the vault.

The other end is `session.bus.sealing.vault_client`. Who asks is what the server has proved (the
subject); a desk must also sign its hello with the key that the organisation knows for this person,
so whoever runs the server cannot invent an agent.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.rate_limits import RateLimits
from session.bus.request_context import (
    RequestContext,
    answered_request,
    answering,
    read_context,
)
from session.bus.sealing.box import SEAL_HEADER, SealBox, Stamp, public_text, shared
from session.bus.sealing.certificates import VaultSecret
from session.bus.sealing.vault_client import (
    ANSWERED,
    ASKED,
    HELLO_HEADER,
    PROOF,
    REFUSED_HEADER,
    UNKNOWN,
    Caller,
    hello_text,
    vault_box,
)
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.computer import printable_name
from session.core.errors import (
    BusUnreachable,
    DeskNotAdmitted,
    MessageMalformed,
    NotAllowed,
    RateLimited,
    SealBroken,
    SealKeyOld,
    SessionError,
)
from session.core.field_types import NOT_DECODED
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker, Handler, answer_bytes
from session.hub.access.request_server import (
    BULK,
    BULK_BURST,
    BULK_PER_S,
    BURST,
    FINISH_S,
    PER_S,
    REFUSED_BURST,
    REFUSED_PER_S,
    AnsweredRequest,
)
from session.protocol.codec import decode_request, encode
from session.protocol.hub.requests import Refusal
from session.protocol.sealing import (
    VAULT_REQUESTS,
    Part,
    VaultCall,
    VaultHello,
    VaultWelcome,
)
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import is_own_inbox, sender_of

log = logging.getLogger(__name__)

GUESTS = 4096
"""Common keys kept at once: those least used are forgotten, and their holders say hello again."""

HELLOS_PER_S, HELLOS_BURST = 2.0, 20.0
"""Of one asker: a hello costs two key agreements."""

CERTIFY = "certify"
VERBS = {**ALL_VERBS, **{request.verb: request for request in VAULT_REQUESTS}}

Listen = Callable[[str, Callable[[Incoming], None]], Awaitable[Callable[[], None]]]
Answer = Callable[[Incoming, bytes, Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True)
class VaultPeer:
    """A desk or kiosk that has said hello."""

    asker: Asker
    key: str
    box: SealBox


@dataclass(frozen=True)
class VaultOwner:
    """The owner of a vault, and which secrets and desks it accepts now.

    Attributes:
        organisation: whose vault it is.
        secrets: those that hold now.
        admitted: the nkeys of a person at a desk.
    """

    organisation: str
    secrets: Callable[[], Sequence[VaultSecret]]
    admitted: Callable[[Role, str], frozenset[str]]


class VaultServer:
    """Answers on the subjects of some parts.

    Args:
        handlers: verb -> who answers it, of all parts.
        listen, answer: how to subscribe, and how to answer.

    Attributes:
        answered_call: each question that could be opened, once its answer is known.
        dropped: messages beyond every limit, which cost no more than being counted.
        late: not begun, because nobody waited for the answer any more.
        odd_headers: which could not be a trace id or seconds, and were left aside.
    """

    def __init__(
        self,
        owner: VaultOwner,
        handlers: Mapping[Part, Mapping[str, Handler]],
        *,
        listen: Listen,
        answer: Answer,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.answered = self.refused = self.dropped = self.late = self.odd_headers = 0
        self.answered_call: Signal[AnsweredRequest] = Signal()
        self._owner = owner
        self._handlers = handlers
        self._clock = clock
        self._listen = listen
        self._send_answer = answer
        self._tasks = tasks
        self._peers: OrderedDict[tuple[Part, Caller, str], VaultPeer] = OrderedDict()
        self._hellos = RateLimits(clock, HELLOS_PER_S, burst=HELLOS_BURST)
        self._rates = RateLimits(clock, BULK_PER_S, burst=BULK_BURST)
        self._refused_rates = RateLimits(clock, REFUSED_PER_S, burst=REFUSED_BURST)
        self._clicks = RateLimits(clock, PER_S, burst=BURST)
        self._answering: set[asyncio.Task[None]] = set()
        self._unsubscribe: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Begins to answer."""
        for part in self._handlers:
            subject = subjects.VAULT_HEARS.format(part=part)
            self._unsubscribe.append(await self._listen(subject, partial(self._take, part)))

    async def stop(self) -> None:
        """Takes no more questions; returns once those taken are answered."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        if self._answering:
            await asyncio.wait(self._answering, timeout=FINISH_S)

    def _take(self, part: Part, message: Incoming) -> None:
        """Counts a message before anything is done for it; the server has proved whose it is."""
        who = message.subject.rpartition(".")[0]
        within = self._rates.take(who)
        may_answer = self._may_answer(message)
        if not may_answer or (not within and not self._refused_rates.take(who)):
            self.dropped += 1
            return
        context, odd_headers = read_context(message.headers)
        self.odd_headers += odd_headers
        task = self._tasks.start(
            self._serve(part, message, context, within), name=f"vault answers for {part}"
        )
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def _may_answer(self, message: Incoming) -> bool:
        """True when the answer goes to the asker's own inbox. Of another account the server shows
        no reply subject, and takes no answer on to a third account.
        """
        sender = sender_of(message.subject)
        if sender is None or not message.reply:
            return False
        is_home = sender.organisation == self._owner.organisation
        return not is_home or is_own_inbox(sender, message.reply)

    async def _serve(
        self, part: Part, message: Incoming, context: RequestContext, within: bool
    ) -> None:
        if context.is_late:
            self.late += 1
            return
        with answering(context):
            await self._answer_to(part, message, within)

    async def _answer_to(self, part: Part, message: Incoming, within: bool) -> None:
        _, home, letter, user, _ = message.subject.split(".")
        try:
            if not within:
                raise RateLimited
            caller = Caller(home, Role(letter), user)
            if HELLO_HEADER in message.headers:
                payload, headers = self._welcome(part, caller, message)
            else:
                payload, headers = await self._answer(part, caller, message)
        except SessionError as error:  # nothing was opened, so there is no key to say it with
            self.refused += 1
            self.answered_call.emit(
                AnsweredRequest(
                    "hello" if HELLO_HEADER in message.headers else "sealed", 0.0, error.code
                )
            )
            log.info(
                "a question to the vault is refused: %s %s, trace %s",
                error.code,
                error.detail.get("why", ""),
                answered_request().trace,
            )
            payload, headers = b"", {REFUSED_HEADER: error.code}
        except (KeyError, ValueError):
            payload, headers = b"", {REFUSED_HEADER: UNKNOWN}
        try:
            await self._send_answer(message, payload, headers)
        except BusUnreachable:
            log.info("an answer of the vault is lost; the same question may be repeated")

    # ---- hello

    def _welcome(
        self, part: Part, caller: Caller, message: Incoming
    ) -> tuple[bytes, dict[str, str]]:
        if not self._hellos.take(f"{caller.home}.{caller.role}.{caller.user}"):
            raise RateLimited
        hello = decode_request(VaultHello, message.payload)
        organisation = self._owner.organisation
        secret = next(
            (candidate for candidate in self._owner.secrets() if candidate.key == hello.vault_key),
            None,
        )
        if secret is None:
            raise SealKeyOld(organisation=organisation)
        text = hello_text(organisation, part, caller, vault_key=hello.vault_key, key=hello.key)
        if not is_signed(hello.signer, text, hello.signature):
            raise SealBroken(why="hello")
        if caller.role is not Role.KIOSK:
            self._check_desk(caller, hello.signer)
        mine = X25519PrivateKey.generate()
        agreed = (shared(secret.exchange, hello.key), shared(mine, hello.key))
        keys = (hello.vault_key, hello.key, public_text(mine))
        box = vault_box(agreed, keys, organisation, part, asks=False)
        asker = Asker(caller.home, caller.role, caller.user)
        self._remember((part, caller, box.epoch), VaultPeer(asker, hello.signer, box))
        stamp, proof = box.seal(HELLO_HEADER, b"", PROOF)
        return encode(VaultWelcome(key=keys[2], proof=proof)), {SEAL_HEADER: str(stamp)}

    def _check_desk(self, caller: Caller, key: str) -> None:
        if caller.home != self._owner.organisation or key not in self._owner.admitted(
            caller.role, caller.user
        ):
            raise DeskNotAdmitted(key=key)

    def _remember(self, name: tuple[Part, Caller, str], peer: VaultPeer) -> None:
        self._peers[name] = peer
        while len(self._peers) > GUESTS:
            self._peers.popitem(last=False)

    # ---- questions

    async def _answer(
        self, part: Part, caller: Caller, message: Incoming
    ) -> tuple[bytes, dict[str, str]]:
        stamp = Stamp.read(message.headers.get(SEAL_HEADER, ""))
        name = (part, caller, stamp.epoch)
        peer = self._peers[name]
        if caller.role is not Role.KIOSK:  # sent away since its hello: at once
            self._check_desk(caller, peer.key)
        self._peers.move_to_end(name)
        question = peer.box.open(ASKED, stamp, message.payload)
        answer = await self._answer_open(part, peer, question)
        stamp, sealed = peer.box.seal(ANSWERED, answer, stamp.number)
        return sealed, {SEAL_HEADER: str(stamp)}

    async def _answer_open(self, part: Part, peer: VaultPeer, question: bytes) -> bytes:
        since_s, verb, code = self._clock.monotonic_s(), "", ""
        try:
            call = _call(question)
            verb = call.verb
            answer = await self._handle(part, peer, call)
            self.answered += 1
        except SessionError as error:
            self.refused += 1
            code = error.code
            answer = encode(Refusal(code=code, detail=error.detail))
        except Exception:  # the boundary: whoever asks gets an answer, and the vault goes on
            self.refused += 1
            code = "unexpected"
            log.exception("a question to the vault failed, trace %s", answered_request().trace)
            answer = encode(Refusal(code=code))
        self.answered_call.emit(
            AnsweredRequest(
                verb if verb in self._handlers[part] else "unknown",
                self._clock.monotonic_s() - since_s,
                code,
            )
        )
        return answer

    async def _handle(self, part: Part, peer: VaultPeer, call: VaultCall) -> bytes:
        handler = self._handlers[part].get(call.verb)
        if handler is None:
            raise NotAllowed(why="unknown verb")
        who = f"{peer.asker.organisation}.{peer.asker.writer}"
        if call.verb not in BULK and not self._clicks.take(who):
            raise RateLimited
        kind = VERBS[call.verb]
        if peer.asker.role not in kind.roles:
            raise NotAllowed(why="role")
        request: Any = decode_request(kind, bytes(call.body))
        asker = replace(peer.asker, computer=printable_name(call.computer))
        answer = await handler(asker, peer.key if call.verb == CERTIFY else request)
        return answer_bytes(request, answer)


def _call(question: bytes) -> VaultCall:
    try:
        return msgspec.json.decode(question, type=VaultCall)
    except NOT_DECODED as error:
        raise MessageMalformed(why=str(error)[:200]) from error
