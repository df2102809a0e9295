# SPDX-License-Identifier: GPL-3.0-only
"""The sealed way to an organisation's vault: hello, then questions and answers.
Used through `BusClient`.

The other end is `session.hub.vault.server`. The common key comes from our fresh key, the vault's
signed key (only the vault can answer) and a fresh key of the vault's (nothing recorded opens later,
nothing is taken twice, whatever the clocks say). A vault that was restarted says that it knows no
such key; then hello again, and the same question again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.request_context import RequestContext, context_for, new_trace
from session.bus.sealing.box import SEAL_HEADER, SealBox, Stamp, public_text, shared
from session.bus.transport.connection import Connection, Incoming
from session.bus.transport.nkeys import public_key, sign
from session.core.computer import computer_name
from session.core.error_codes import from_code
from session.core.errors import (
    DeskNotAdmitted,
    HubUnreachable,
    MessageMalformed,
    RateLimited,
    SealBroken,
    SealKeyOld,
    SessionError,
    VaultAway,
)
from session.protocol.codec import decode_answer, decode_request, encode
from session.protocol.hub.requests import HubMessage, Request
from session.protocol.hub.seal_keys import SealKey
from session.protocol.sealing import Part, VaultCall, VaultHello, VaultWelcome
from session.protocol.wire import subjects
from session.protocol.wire.roles import PEOPLE, Role

HELLO_HEADER = "Seal-Hello"
REFUSED_HEADER = "Seal-Refused"
"""What the vault sends in clear: a code of `session.core.errors`, or `UNKNOWN`."""

UNKNOWN = "unknown"
"""The vault has no such key (any more): nothing was done."""

SAID_IN_CLEAR = frozenset(
    {
        UNKNOWN,
        *(
            error.code
            for error in (RateLimited, SealBroken, SealKeyOld, DeskNotAdmitted, MessageMalformed)
        ),
    }
)
"""All that a vault refuses without a common key. Anybody on the way may write it, so no other word
counts: "the log is full" or "this session is unknown" would have an end throw away what it keeps.
"""

HELLO_S = 5.0
PROOF = 1
"""Number of the vault's proof in its welcome;
an answer has the number of its question, so those begin behind it.
"""

ANSWERED, ASKED = "answer", "question"


@dataclass(frozen=True)
class Caller:
    """Our identity on the bus: `home` is our account."""

    home: str
    role: Role
    user: str


def hello_text(organisation: str, part: str, caller: Caller, *, vault_key: str, key: str) -> bytes:
    """Return the text that a hello's signature covers."""
    who = (organisation, part, caller.home, caller.role.value, caller.user, vault_key, key)
    return "\n".join(("poste-expert vault hello 1", *who)).encode()


def vault_box(
    secrets: Sequence[bytes], keys: Sequence[str], organisation: str, part: str, *, asks: bool
) -> SealBox:
    """The box of a client and a vault. `keys`: (vault's, client's, vault's fresh one), public."""
    purpose = f"vault\n{organisation}\n{part}"
    return SealBox(
        b"".join(secrets), "\n".join(keys), purpose=purpose, opens_first=asks, used=PROOF
    )


def _refused_in_clear(answer: Incoming) -> str:
    """The code, "" for an answer. Raises `SealBroken` for a word that no vault says in clear."""
    code = answer.headers.get(REFUSED_HEADER, "")
    if code and code not in SAID_IN_CLEAR:
        raise SealBroken(why="refusal")
    return code


class VaultClient:
    """To one part of one organisation's vault.

    Args:
        keys: the organisation's valid keys, the newest first.
            Raises `SealKeyRefused`, `SealKeyOld`.
        seed: our nkey, which signs our hello.
    """

    def __init__(
        self,
        connection: Connection,
        organisation: str,
        *,
        part: Part,
        caller: Caller,
        seed: bytes,
        keys: Callable[[], Sequence[SealKey]],
    ) -> None:
        self._connection = connection
        self._organisation = organisation
        self._part = part
        self._caller = caller
        self._seed = seed
        self._keys = keys
        who = (caller.role, caller.user, part.value)
        is_home = organisation == caller.home
        if is_home:
            self._subject = subjects.vault_in(organisation, *who)
        else:
            self._subject = subjects.vault_out(organisation, *who)
        self._box: SealBox | None = None
        self._greeting = asyncio.Lock()

    async def ask[Answer: HubMessage](self, request: Request[Answer], *, trace: str = "") -> Answer:
        """Ask the vault, as `BusClient.ask_once` asks the hub.

        Raises:
            VaultAway: no answer; the outcome is unknown, the same request may be repeated.
            DeskNotAdmitted, SealKeyRefused, SealKeyOld:
            it does not know us, or we do not believe it.
            SealBroken: the answer was changed on the way.
                SessionError: what the vault refused, by its class.
        """
        if self._caller.role in PEOPLE:
            computer = computer_name()
        else:
            computer = ""
        call = VaultCall(verb=request.verb, body=msgspec.Raw(encode(request)), computer=computer)
        payload = msgspec.json.encode(call)
        context = context_for(request.answer_s, trace or new_trace())
        for attempt in (1, 2):
            box = self._box or await self._hello()
            stamp, sealed = box.seal(ASKED, payload)
            answer = await self._request(sealed, {SEAL_HEADER: str(stamp)}, context)
            code = _refused_in_clear(answer)
            if code == UNKNOWN and attempt == 1:
                if self._box is box:
                    self._box = None
                continue
            if code:
                raise from_code(code) if code != UNKNOWN else VaultAway(part=self._part.value)
            if Stamp.read(answer.headers.get(SEAL_HEADER, "")) != stamp:
                raise SealBroken(why="another answer")
            opened: Answer = decode_answer(
                request.answer, box.open(ANSWERED, stamp, answer.payload)
            )
            return opened
        raise VaultAway(part=self._part.value)

    async def _request(
        self, payload: bytes, headers: dict[str, str], context: RequestContext
    ) -> Incoming:
        headers |= context.headers()
        try:
            return await self._connection.request(self._subject, payload, context.left_s, headers)
        except HubUnreachable as error:
            raise VaultAway(part=self._part.value) from error

    async def _hello(self) -> SealBox:
        async with self._greeting:
            if self._box is None:
                self._box = await self._greet()
            return self._box

    async def _greet(self) -> SealBox:
        """Tries the organisation's keys, the newest first:
        a vault may not have the newest one yet.
        """
        refused: SessionError = VaultAway(part=self._part.value)
        for key in self._keys():
            mine = X25519PrivateKey.generate()
            ours = public_text(mine)
            signature = sign(
                self._seed,
                hello_text(
                    self._organisation, self._part, self._caller, vault_key=key.key, key=ours
                ),
            )
            hello = VaultHello(
                vault_key=key.key, key=ours, signer=public_key(self._seed), signature=signature
            )
            answer = await self._request(
                encode(hello), {HELLO_HEADER: "1"}, context_for(HELLO_S, "")
            )
            if code := _refused_in_clear(answer):
                refused = from_code(code, {"key": hello.signer, "organisation": self._organisation})
                if code == "seal_key_old":
                    continue
                raise refused
            welcome = decode_request(VaultWelcome, answer.payload)
            secrets = (shared(mine, key.key), shared(mine, welcome.key))
            keys = (key.key, ours, welcome.key)
            box = vault_box(secrets, keys, self._organisation, self._part, asks=True)
            box.open(HELLO_HEADER, Stamp.read(answer.headers.get(SEAL_HEADER, "")), welcome.proof)
            return box
        raise refused
