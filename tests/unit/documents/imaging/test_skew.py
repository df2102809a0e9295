# SPDX-License-Identifier: GPL-3.0-only
"""Which way is up, where lines do not tell:
signs as they were measured on printed pages (`make bench-paper`).
"""

from __future__ import annotations

import pytest

from documents.imaging.skew import _lies_down


@pytest.mark.parametrize(
    ("acrossness", "upness", "side", "lies"),
    [
        (3.8, 0.37, -0.2, False),  # running text
        (0.27, -0.21, -0.43, True),  # the same, turned
        (0.41, 0.335, -0.057, False),  # a table that has only columns of figures
        (2.44, -0.057, -0.335, True),
        # a small picture of a page: the letters are not plain, the lines decide
        (0.5, -0.09, -0.23, True),
        (1.92, 0.23, 0.42, False),
    ],
)
def test_letters_decide_where_lines_of_text_do_not(
    acrossness: float, upness: float, side: float, lies: bool
) -> None:
    assert _lies_down(acrossness, upness, side) is lies
