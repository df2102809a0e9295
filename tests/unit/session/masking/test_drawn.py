# SPDX-License-Identifier: GPL-3.0-only
"""Numbers in what a page draws: masked where they can be read, kept in shapes and sizes."""

from __future__ import annotations

import base64

import pytest

from session.masking.drawn import NO_PICTURE, mask_picture, mask_shape, mask_style
from session.masking.numbers import LIVE, MASK, find

NIR = "1 85 05 78 006 048"
STROKES = "M75 38L48 80 27 51 49 68 34 30"
START = "data:image/svg+xml;charset=utf8,"


@pytest.mark.parametrize(
    "style",
    [
        "a{width:116.666666%}",
        "a{color:rgb(189.3375,220.89375,252.45)}",
        ".mr-16w,.mr-32v,.mx-16w,.mx-32v{margin:0}",
        f"a{{background:url(\"{START}<path d='{STROKES}'/>\")}}",
        f'a{{-webkit-mask:url("{START}<path d=\\"{STROKES}\\"/>")}}',
    ],
)
def test_what_nobody_reads_in_a_style_sheet_stays(style: str) -> None:
    assert mask_style(style) == style


def test_that_shape_would_be_a_number_in_a_text() -> None:
    assert find(STROKES, LIVE)
    assert mask_shape(STROKES) == STROKES


@pytest.mark.parametrize(
    "style",
    [
        f'a{{content:"{NIR}"}}',
        f"a{{content:'{NIR}'}}",
        "a{content:'18505' '78006048'}",
        f'/* " */a{{content:"{NIR}"}}',
        f'.a\\"b{{content:"{NIR}"}}',
        f'a{{content:"{START}{NIR}"}}',
        "a{width:1850578006048px}",
        "a{counter-reset:n 1850578006048}",
        "a{width:.1850578006048px}",
        "@keyframes k1850578006048{}",
        ".n-1-85-05-78-006-048{}",
        f"/* {NIR} */",
        f'a{{background:url("{START}<svg><text>{NIR}</text></svg>")}}',
    ],
)
def test_what_can_be_read_or_stands_together_is_masked(style: str) -> None:
    masked = mask_style(style)
    assert MASK in masked or NO_PICTURE in masked
    assert "78 006" not in masked
    assert "78006048" not in masked


@pytest.mark.parametrize(
    "drawing",
    [
        f"<svg><text>{NIR}</text></svg>",
        "<svg><text>1 85 05<tspan dx='3'> 78 00</tspan>6 048</text></svg>",
        f"<svg><text>{NIR.replace(' ', '&#160;')}</text></svg>",
        f"<svg><text><![CDATA[{NIR}]]></text></svg>",
        f"<svg><foreignObject><input value='{NIR}'/></foreignObject></svg>",
        f"<svg><image href='data:image/svg+xml,<svg><text>{NIR}</text></svg>'/></svg>",
    ],
)
def test_a_number_in_the_words_of_a_drawing_takes_the_drawing(drawing: str) -> None:
    assert mask_picture(START + drawing) == NO_PICTURE
    encoded = base64.b64encode(drawing.encode()).decode()
    assert mask_picture("data:image/svg+xml;base64," + encoded) == NO_PICTURE


def test_a_photograph_has_no_words_and_a_false_one_is_a_text() -> None:
    photograph = "data:image/png;base64,FR7630006000011234567890189"
    assert mask_picture(photograph) == photograph
    assert mask_picture(f"data:image/png,{NIR}") == f"data:image/png,{MASK}"


def test_a_hostile_sheet_is_read_in_one_go() -> None:
    for part in ('url("', "<", "/*", '\\"', 'url("data:image/svg+xml,<', "<![CDATA["):
        assert len(mask_style(part * 100_000)) <= len(part) * 100_000
