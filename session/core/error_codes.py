# SPDX-License-Identifier: GPL-3.0-only
"""Every error that a person is told about, by its code.
Used where a code comes from the wire, and by the sentences.
"""

from __future__ import annotations

from session.core import device_errors
from session.core.errors import Detail, SessionError

_MODULES = (device_errors,)
"""Modules with errors of their own, which are known once they are loaded."""


def _family(base: type[SessionError]) -> list[type[SessionError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in _family(child))]


def error_classes() -> dict[str, type[SessionError]]:
    """Return every class by its code; where a class has its parent's, the parent. The table of
    sentences must cover exactly these.
    """
    classes: dict[str, type[SessionError]] = {}
    for kind in _family(SessionError):
        classes.setdefault(kind.code, kind)
    return classes


def from_code(code: str, detail: Detail | None = None) -> SessionError:
    """The error that a code on the wire stands for; unknown codes become `SessionError`."""
    return error_classes().get(code, SessionError)(**(detail or {}))
