# SPDX-License-Identifier: GPL-3.0-only
"""A database is closed after those who use it, and nobody uses it then."""

from __future__ import annotations

import threading

import pytest

from session.core.database_users import DatabaseUsers
from session.core.errors import StoreUnreachable
from tests.support.waiting import LONGEST_S


def test_the_end_waits_for_who_is_inside_and_lets_nobody_in() -> None:
    users = DatabaseUsers()
    inside, leave = threading.Event(), threading.Event()
    order: list[str] = []

    def use() -> None:
        with users.one_more():
            inside.set()
            leave.wait(LONGEST_S)
            order.append("left")

    def end() -> None:
        users.end()
        order.append("ended")

    using, ending = threading.Thread(target=use), threading.Thread(target=end)
    using.start()
    assert inside.wait(LONGEST_S)
    ending.start()
    leave.set()
    for thread in (using, ending):
        thread.join(LONGEST_S)
    assert order == ["left", "ended"]
    with pytest.raises(StoreUnreachable), users.one_more():
        pass


def test_the_end_does_not_wait_for_ever() -> None:
    users = DatabaseUsers()
    with users.one_more():
        users.end(wait_s=0.01)


def test_who_fails_has_left_too() -> None:
    users = DatabaseUsers()
    with pytest.raises(KeyError), users.one_more():
        raise KeyError
    users.end()
