# SPDX-License-Identifier: GPL-3.0-only
"""A diagonal of a matrix in every run, the whole of it in `make test-long`. Used by tests that try
many values of the same kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def thinned(values: Iterable[Any], kept: Collection[Any]) -> list[Any]:
    """Return the values for `parametrize`; those that are not in `kept` are `long`.

    Args:
        values: one for each case; a tuple where a case has several arguments.

    Raises:
        ValueError: one of `kept` is no value.
    """
    cases = list(values)
    if unknown := [value for value in kept if value not in cases]:
        raise ValueError(f"no values: {unknown}")
    return [value if value in kept else _long(value) for value in cases]


def _long(value: Any) -> Any:
    arguments = value if isinstance(value, tuple) else (value,)
    return pytest.param(*arguments, marks=pytest.mark.long)
