# SPDX-License-Identifier: GPL-3.0-only
"""The walk over a program's objects finds what is held in any of the usual ways, and counts it."""

from __future__ import annotations

from functools import partial

from session.core.signals import Signal
from session.core.tasks import Tasks
from tests.support.object_graph import classes_that_exist_twice, objects_of


class Holder:
    __module__ = "session.invented"

    def __init__(self, *parts: object) -> None:
        self.parts = parts


class Part:
    __module__ = "session.invented"

    def act(self) -> None:
        return None

    def take(self, number: int) -> None:
        return None


def test_an_object_held_twice_is_counted_once() -> None:
    part = Part()
    assert classes_that_exist_twice(Holder(part, [part], {"again": part})) == {}


def test_two_objects_of_a_class_are_found_in_a_method_and_in_a_closure() -> None:
    first, second, third = Part(), Part(), Part()
    root = Holder(first.act, lambda: second.act(), partial(Part.act, third))
    assert classes_that_exist_twice(root) == {"session.invented.Part": 3}


def test_a_listener_of_a_signal_is_found() -> None:
    changed: Signal[int] = Signal()
    changed.connect(Part().take)
    assert [type(each).__name__ for each in objects_of(Holder(changed))] == [
        "Holder",
        "Signal",
        "Part",
    ]


def test_classes_that_may_be_many_are_not_reported() -> None:
    assert classes_that_exist_twice(Holder(Tasks(), Tasks()), may_be_many={Tasks}) == {}
