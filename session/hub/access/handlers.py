# SPDX-License-Identifier: GPL-3.0-only
"""Which method answers which verb: a rule's method says it itself. Used by every part of the hub.

```python
class Calls:
    @handles(LeaveRequest)
    async def leave(self, asker: Asker, request: LeaveRequest) -> Done: ...

handlers = handlers_of(calls, sessions)  # {"leave": calls.leave, ...}
```

The verb, the roles that may ask it and the answer stand at the class of the request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from session.core.dossier_model import Dossier
from session.protocol.codec import encode
from session.protocol.dossier.long_dossier import shortened
from session.protocol.hub.requests import HubMessage, ListAnswer, ListRequest, Request, page_of
from session.protocol.wire.roles import Role

VERB = "handled_verb"
"""The attribute of a method that `handles` sets."""


@dataclass(frozen=True)
class Asker:
    """The identity that asks, as the server has proved it; which of an agent's computers it is
    (`desk`), and what that one calls itself, "" where it does not.
    """

    organisation: str
    role: Role
    user: str
    desk: str = field(default="", compare=False)
    computer: str = field(default="", compare=False)

    @property
    def writer(self) -> str:
        """ "<role letter>.<user>"."""
        return f"{self.role}.{self.user}"


Handler = Callable[[Asker, Any], Awaitable[HubMessage]]
"""(who asks, the request) -> the answer. May raise a session error, which refuses the request."""


def handles[Method: Callable[..., Awaitable[HubMessage]]](
    request: type[Request[Any]],
) -> Callable[[Method], Method]:
    """Let the decorated method (self, asker, request) answer `request`."""

    def mark(method: Method) -> Method:
        setattr(method, VERB, request.verb)
        return method

    return mark


def handlers_of(*rules: object) -> dict[str, Handler]:
    """Verb -> method, of all methods of these objects that are decorated with `handles`.

    Raises:
        ValueError: two methods for one verb.
    """
    handlers: dict[str, Handler] = {}
    for rule in rules:
        for verb, name in handled_verbs(type(rule)).items():
            if verb in handlers:
                raise ValueError(f"two handlers for the verb {verb!r}")
            handlers[verb] = getattr(rule, name)
    return handlers


def handled_verbs(kind: type) -> dict[str, str]:
    """Verb -> name of the method that answers it, of one class."""
    methods = {name: getattr(kind, name) for name in dir(kind)}
    return {
        getattr(method, VERB): name for name, method in methods.items() if hasattr(method, VERB)
    }


def answer_bytes(request: HubMessage, answer: HubMessage) -> bytes:
    """Encode an answer; of one that comes in pages, the page that was asked for, and of a long
    dossier its newest documents.

    Raises:
        MessageTooLarge: it has more than a message can hold.
    """
    if isinstance(request, ListRequest) and isinstance(answer, ListAnswer):
        answer = page_of(answer, request.after)
    dossier = getattr(answer, "dossier", None)
    if isinstance(dossier, Dossier):
        answer = msgspec.structs.replace(answer, dossier=shortened(dossier))
    return encode(answer)
