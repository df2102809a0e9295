# SPDX-License-Identifier: GPL-3.0-only
"""What is kept of a page's style sheets."""

from __future__ import annotations

import re
import time

import pytest

from session.log.style_structure import Names, StyleStructure, bars
from tests.support.matrix import thinned

SHEETS = {
    "content": '.a::after { content: "Quentin" }',
    "escaped content": r'.a::after { content: "\51uentin" }',
    "custom property": ':root { --nom: Quentin; --tel: "Quentin" }',
    "name of a custom property": ":root { --Quentin: red }",
    "address": '.a { background: url("https://x.example/Quentin") }',
    "address without quotes": ".a { background: url(https://x.example/Quentin) }",
    "set of pictures": '.a { background: image-set("Quentin.png" 1x) }',
    "class": ".Quentin { color: red }",
    "id": "#Quentin { color: red }",
    "element": "x-quentin { color: red }",
    "value of an attribute": 'a[href*="Quentin"] { color: red }',
    "attribute": "a[data-quentin] { color: red }",
    "comment": "/* Quentin */ .a { color: red }",
    "comment without an end": ".a { color: red } /* Quentin",
    "font": '@font-face { font-family: Quentin; src: url(Quentin) } .a { font-family: "Quentin" }',
    "import": '@import "Quentin.css";',
    "unknown rule": "@Quentin x { .a { color: red } }",
    "media": "@media (Quentin: 1px) { .a { color: red } }",
    "key frames": "@keyframes Quentin { from { top: 0 } } .a { animation: Quentin 1s }",
    "unknown property": ".a { Quentin: red }",
    "unknown value": ".a { color: Quentin }",
    "pseudo class": ".a:Quentin { color: red }",
    "pseudo function": ".a:lang(Quentin) { color: red }",
    "areas of a grid": '.a { grid-template-areas: "Quentin b" }',
    "counter": ".a { counter-reset: Quentin 4; content: counter(Quentin) }",
    "nested": ".a { color: red; .Quentin & { color: blue } }",
    "no end": '.a { content: "Quentin',
    "brackets without an end": '.a { width: calc((1px + "Quentin"',
    "left open": ".a { color: red; --x: { Quentin",
}

NUMBERS = {
    "number of a person": ".a { width: 1850578006084px; --nir: 1850578006084 }",
    "number in words": ":root { --nir: 1 85 05 78 006 084 }",
    "date": ":root { --ne: 14/05/1988 }",
    "telephone": ':root { --tel: 06 12 34 56 78; } .a::after { content: "06 12 34 56 78" }',
    "code": ":root { --code: 839172 }",
    "counter": ".a { counter-reset: c 4071 }",
    "in a name": ".c1850578006084, #d839172 { color: red }",
}


@pytest.mark.parametrize("place", SHEETS)
def test_no_word_of_the_page_is_kept_in(place: str) -> None:
    kept = StyleStructure(Names()).sheet(SHEETS[place])
    assert "uentin" not in kept.lower()
    assert kept.count("{") == kept.count("}")


@pytest.mark.parametrize("place", NUMBERS)
def test_no_number_of_the_page_is_kept_in(place: str) -> None:
    kept = StyleStructure(Names()).sheet(NUMBERS[place])
    digits = re.sub(r"[^0-9]", "", re.sub(r"99999|n[0-9]+", "", kept))
    assert digits == ""


def test_what_gives_a_page_its_look_is_kept() -> None:
    style = StyleStructure(Names())
    kept = style.sheet(
        "@media (min-width: 48em) and (prefers-color-scheme: dark) {"
        " .card > a:hover, .card:not(.big)::before { color: #1a2b3c; margin: -1px auto !important;"
        " width: calc(100% - var(--gap)); transform: translateX(50%) } }"
        " input[type=checkbox] + label { left: .25rem } :root { --gap: 1.5rem }"
    )
    assert kept == (
        "@media (min-width: 48em) and (prefers-color-scheme: dark){"
        ".n0 > a:hover, .n0:not(.n1)::before{color:#1a2b3c;margin:-1px auto !important;"
        "width:calc(100% - var(--n2));transform:translatex(50%);}}"
        'input[type="checkbox"] + label{left:0.25rem;}:root{--n2:1.5rem;}'
    )


def test_rules_keep_their_places() -> None:
    """The page changes rules by their numbers."""
    style = StyleStructure(Names())
    kept = style.sheet(
        "@import url(a); @font-face { src: url(b) } .a { top: 0 } @x { .b { top: 0 } }"
    )
    assert kept == ":not(*){}:not(*){}.n0{top:0;}:not(*){}"
    assert style.rule("@font-face { src: url(b) }") == ":not(*){}"
    assert style.rule("") == ":not(*){}"


def test_escaped_names_are_those_of_the_elements() -> None:
    names = Names()
    name = names.of("md:flex")
    assert (
        StyleStructure(names).sheet(r".md\:flex { display: flex }") == f".{name}{{display:flex;}}"
    )


def test_words_become_bars_that_tell_no_letter_and_no_digit() -> None:
    assert bars("1 85 05") == bars("M. de la")
    assert bars("Née le 14/05/1988") == bars("Vue la 99-99-9999")
    assert bars("  a\n\n b ") == " ▆▆\n▆▆ "
    assert len(bars("x" * 500)) == 16


HOSTILE = {
    "quotes": '"' * 1_000_000,
    "escaped quotes": '\\"' * 500_000,
    "round brackets": "(" * 1_000_000,
    "square brackets": "[" * 1_000_000,
    "blocks": "{" * 300_000,
    "comments": "/*" * 500_000,
    "one word": "a" * 1_000_000,
    "one number": "1" * 1_000_000,
    "dashes": "-" * 1_000_000,
    "back slashes": "\\" * 1_000_000,
    "addresses": "url(" * 300_000,
    "functions": ":x(" * 300_000,
    "spaces": " " * 1_000_000,
}


@pytest.mark.parametrize(
    "kind", thinned(HOSTILE, kept=["quotes", "round brackets", "comments", "addresses"])
)
def test_a_hostile_sheet_costs_time_that_grows_with_its_length_only(kind: str) -> None:
    style = StyleStructure(Names())

    def cost_s(text: str) -> float:
        began = time.thread_time()
        style.sheet(text)
        return time.thread_time() - began

    text = HOSTILE[kind]
    assert cost_s(text) < 20 * cost_s(text[: len(text) // 4]) + 0.5
