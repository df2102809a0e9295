# SPDX-License-Identifier: GPL-3.0-only
"""A fresh conversation for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.device_ends import Talk


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    conversation = Talk(tmp_path)
    yield conversation
    await conversation.close()
