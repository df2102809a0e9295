# SPDX-License-Identifier: GPL-3.0-only
"""What the stories of shown documents need:
the loop of both ends, a worker that draws, and a stage.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from documents.workers import Workers
from tests.support.qt_loop import QtLoop, qt_loop
from tests.support.shown_documents import ShowStage

__all__ = ["qt_loop"]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """The bounded process in which documents are opened."""
    with Workers() as started:
        yield started


@pytest.fixture
def stage(qt_loop: QtLoop, workers: Workers) -> Iterator[ShowStage]:
    """Both ends with their real windows, joined in memory."""
    made = qt_loop.run(ShowStage.build(workers))
    yield made
    qt_loop.run(made.close())
