# SPDX-License-Identifier: GPL-3.0-only
from __future__ import annotations

import pickle

import pytest

from documents.workers import WorkerLost
from session.core.device_errors import FileLocked
from session.core.error_codes import error_classes, from_code
from session.core.errors import PageUnreadable, SessionError


def test_a_code_stands_for_the_class_that_names_it_not_for_its_children() -> None:
    assert error_classes()["page_unreadable"] is PageUnreadable
    assert error_classes()["file_locked"] is FileLocked
    assert WorkerLost.code == "page_unreadable"


def test_a_code_that_is_not_known_is_an_error_all_the_same() -> None:
    error = from_code("of_a_later_version", {"why": "new"})
    assert type(error) is SessionError
    assert error.detail == {"why": "new"}


@pytest.mark.parametrize("kind", [PageUnreadable, WorkerLost])
def test_errors_cross_from_a_worker_process_with_their_values(kind: type[SessionError]) -> None:
    copy = pickle.loads(pickle.dumps(kind(why="truncated", size_bytes=7)))
    assert type(copy) is kind
    assert copy.detail == {"why": "truncated", "size_bytes": 7}
