# SPDX-License-Identifier: GPL-3.0-only
"""Every verb has one method that answers it, with the request and the answer of the protocol."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import get_type_hints

import pytest

import session.hub
from session.hub.access.handlers import Asker, handled_verbs, handlers_of, handles
from session.hub.vault.server import CERTIFY
from session.hub.vault.server import VERBS as VAULT_DOOR_VERBS
from session.protocol.hub.requests import Done, LeaveRequest, type_of
from session.protocol.verbs import ALL_VERBS
from tests.support.askers import a_kiosk

VAULT = "session.hub.vault."


def rules() -> Iterator[type]:
    """Every class of the hub with a method that answers a verb."""
    for module in pkgutil.walk_packages(session.hub.__path__, "session.hub."):
        found = vars(importlib.import_module(module.name)).values()
        for kind in found:
            if inspect.isclass(kind) and kind.__module__ == module.name and handled_verbs(kind):
                yield kind


RULES = list(rules())
HANDLED = [(kind, verb) for kind in RULES for verb in handled_verbs(kind) if verb != CERTIFY]


def test_every_verb_is_answered_by_one_method_of_the_hub() -> None:
    verbs = [verb for kind, verb in HANDLED if not kind.__module__.startswith(VAULT)]
    assert sorted(verbs) == sorted(ALL_VERBS)


@pytest.mark.parametrize(("kind", "verb"), HANDLED)
def test_a_handler_takes_the_request_and_gives_the_answer_of_its_verb(
    kind: type, verb: str
) -> None:
    request = VAULT_DOOR_VERBS[verb]
    method = getattr(kind, handled_verbs(kind)[verb])
    hints = list(get_type_hints(method).values())
    assert inspect.iscoroutinefunction(method)
    assert hints[0] is Asker
    assert type_of(hints[1]) == type_of(request)
    assert hints[2] is request.answer
    assert request.roles


class Twice:
    @handles(LeaveRequest)
    async def leave(self, asker: Asker, request: LeaveRequest) -> Done:
        return Done()

    async def other(self, asker: Asker, request: LeaveRequest) -> Done:
        return Done()


async def test_the_table_is_made_of_the_objects_own_methods() -> None:
    table = handlers_of(Twice(), object())
    assert list(table) == ["leave"]
    assert await table["leave"](a_kiosk(), LeaveRequest(ticket_id="t1")) == Done()


def test_two_methods_for_one_verb_are_refused() -> None:
    with pytest.raises(ValueError, match="leave"):
        handlers_of(Twice(), Twice())
