# SPDX-License-Identifier: GPL-3.0-only
"""The page of verbs: request, answer, roles, codes; and what the hub tells unasked.
Used by `expert_app.reference`.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from typing import Any, get_args

import session.hub.composition  # every rule, so that each handler is known
import session.hub.vault.server
from expert_app.reference.files import Documents
from expert_app.reference.markdown import code, codes, first_words, page, table
from session.core.error_codes import error_classes
from session.hub.access.handlers import handled_verbs
from session.hub.access.request_server import BULK
from session.protocol.hub.requests import HubEvent, Request, type_of
from session.protocol.sealing import VAULT_PARTS, VAULT_REQUESTS
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role

EVERY_VERB = (
    "message_malformed",
    "message_too_large",
    "protocol_version_unknown",
    "not_allowed",
    "rate_limited",
    "store_unreachable",
    "unexpected",
)
"""What any request may be refused with."""

_DEPTH = 3
_BY_CLASS = {kind.__name__: kind.code for kind in error_classes().values()}
_IMPORTED = (session.hub.composition, session.hub.vault.server)


def _methods() -> dict[str, tuple[type, str]]:
    """Verb -> the class and the method that answer it."""
    methods = {}
    for name, module in sorted(sys.modules.items()):
        if not name.startswith("session.hub."):
            continue
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == name:
                methods.update(
                    {verb: (kind, method) for verb, method in handled_verbs(kind).items()}
                )
    return methods


def raised(kind: type, method: str, depth: int = _DEPTH) -> set[str]:
    """The codes that a method's docstring says it raises, also by "raises as `other`"."""
    function = getattr(kind, method, None) or getattr(sys.modules[kind.__module__], method, None)
    text = inspect.getdoc(function) or ""
    _before, separator, after = text.partition("Raises")
    if not separator:
        _before, separator, after = text.partition("raises")
    codes = {_BY_CLASS[word] for word in re.findall(r"\w+", after) if word in _BY_CLASS}
    if separator and depth:
        for other in re.findall(r"`(?:\w+\.)?(\w+)`", after):
            if other not in _BY_CLASS:
                codes |= raised(kind, other, depth - 1)
    return codes


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(f"{role.name.lower()} `{role.value}`" for role in Role if role in roles)


_SIGN_ON = ("sign_on_refused", "sign_on_no_role", "sign_on_away", "sign_on_not_offered")


def codes_of(verb: str) -> list[str]:
    """The codes of a verb's own, beside those of every verb."""
    methods = _methods()
    if verb not in methods:
        return []
    return sorted(raised(*methods[verb]) - set(EVERY_VERB))


def _rows(requests: Iterable[type[Request[Any]]]) -> list[list[str]]:
    return [
        [
            code(request.verb),
            _roles(request.roles),
            code(type_of(request)),
            code(request.answer.__name__),
            codes(codes_of(request.verb)),
            first_words(request),
        ]
        for request in sorted(requests, key=lambda request: request.verb)
    ]


def documents() -> Documents:
    """The page."""
    head = ("verb", "roles", "request", "answer", "own codes", "what")
    events = [[code(kind.__name__), first_words(kind)] for kind in get_args(HubEvent)]
    parts = [[code(verb), part.value] for verb, part in sorted(VAULT_PARTS.items())]
    text = page(
        "Verbs",
        "A request goes to `svc.<role letter>.<user>.<verb>`, as JSON of the type in "
        "*request*; its "
        "answer is the type in *answer* or `Refusal` (`code`, `detail`). Schemas: "
        "[hub.json](../schemas/hub.json). Every request may be repeated; the hub does it once.",
        f"Any verb may be refused with {codes(EVERY_VERB)}. What each code means: "
        "[errors.md](errors.md); how many requests are answered: [limits.md](limits.md) "
        f"({codes(sorted(BULK))} have the limits of parts).",
        table(head, _rows(ALL_VERBS.values())),
        "## A newcomer",
        "On `svc.enrol`, by the enrolment identity: `EnrolRequest` -> `EnrolAnswer` or `Refusal` "
        f"({codes(['enrolment_refused', 'enrolment_elsewhere', 'rate_limited'])}). Desks of an "
        "organisation with a provider: `SignOnOffersRequest` -> `SignOnOffersAnswer`, "
        "`SignOnRequest` -> `SignOnAnswer` or `Refusal` "
        f"({codes(_SIGN_ON)}), "
        "`SignOffRequest` -> `Done`.",
        "## What the hub tells unasked",
        "On `evt.u.<role letter>.<user>.hub`, with the header `From-Hub`. A client ignores types "
        "that it does not know.",
        table(("event", "what"), events),
        "Beside these: `Ticket` on `evt.q.<ticket>` and `QueueBeat` on `evt.hb`, for agents and "
        "supervisors; `LineSample` may be in a sign of life (`hb.<role letter>.<user>`), for the "
        "hub.",
        "## Where an organisation has a vault",
        "These verbs go to the vault; the hub refuses them with `not_allowed` (`why` `sealed`).",
        table(("verb", "part"), parts),
        "The vault alone answers:",
        table(head, _rows(VAULT_REQUESTS)),
    )
    return {"reference/verbs.md": text}
