# SPDX-License-Identifier: GPL-3.0-only
"""The codes that a verb is refused with, as the docstrings of its handler say. Used by `tables`."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache

import session.hub.composition  # every rule, so that each handler is known
import session.hub.vault.server
from session.core.error_codes import error_classes
from session.hub.access.handlers import handled_verbs

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


@cache
def _methods() -> dict[str, tuple[type, str]]:
    """Verb -> the class and the method that answer it."""
    return {
        verb: (kind, method)
        for name, module in sorted(sys.modules.items())
        if name.startswith("session.hub.")
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == name
        for verb, method in handled_verbs(kind).items()
    }


def _raised(kind: type, method: str, depth: int = _DEPTH) -> set[str]:
    """Return the codes that a docstring says it raises, also by "raises as `other`"."""
    function = getattr(kind, method, None) or getattr(sys.modules[kind.__module__], method, None)
    _before, *rest = re.split("[Rr]aises", inspect.getdoc(function) or "", maxsplit=1)
    text = "".join(rest)
    codes = {_BY_CLASS[word] for word in re.findall(r"\w+", text) if word in _BY_CLASS}
    if depth:
        for other in re.findall(r"`(?:\w+\.)?(\w+)`", text):
            if other not in _BY_CLASS:
                codes |= _raised(kind, other, depth - 1)
    return codes


def codes_of(verb: str) -> list[str]:
    """Return the codes of a verb's own, beside those of every verb."""
    if verb not in _methods():
        return []
    return sorted(_raised(*_methods()[verb]) - {*EVERY_VERB})
