# SPDX-License-Identifier: GPL-3.0-only
"""Collects what a page of a window says that its person does. Used by the tests of views."""

from __future__ import annotations

from typing import Any, Protocol


class ActingPage(Protocol):
    """A page with one signal for all acts."""

    acted: Any


def acts_of[Act](page: ActingPage, kind: type[Act]) -> list[Act]:
    """The acts of this kind from now on, in their order."""
    acts: list[Act] = []

    def on_act(act: object) -> None:
        if isinstance(act, kind):
            acts.append(act)

    page.acted.connect(on_act)
    return acts
