# SPDX-License-Identifier: GPL-3.0-only
"""A thinned matrix keeps every case, and marks those that only the long run tries."""

from __future__ import annotations

import pytest

from tests.support.matrix import thinned


def test_what_is_not_kept_is_long() -> None:
    cases = thinned([("a", 1), ("b", 2)], [("b", 2)])
    assert cases[1] == ("b", 2)
    assert cases[0].values == ("a", 1)
    assert [mark.name for mark in cases[0].marks] == ["long"]


def test_a_kept_value_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        thinned(["a"], ["b"])
