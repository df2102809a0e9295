# SPDX-License-Identifier: GPL-3.0-only
"""Any number of each kind in any spelling is found; prose without one never is.

The numbers are made by chance; the spellings put anything between their digits that people, pages
and programs put there.
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from session.masking.checks import ACCOUNT_LENGTHS, is_card
from session.masking.numbers import LIVE, MASK, mask, mask_each

tried = settings(max_examples=150, deadline=None, database=None, derandomize=True)

SEPARATORS = [" ", "  ", "\u00a0", "\u202f", "\t", "\n", *".-_/:,;•·*|+'()[]–—\u2028", " - ", " / "]
UNSEEN = ["", "", "\u00ad", "\u200b", "\u200e", "\u200f", "\u2060", "\ufeff", "\ufe0f", "\u0301"]
DIGITS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "⁰¹²³⁴⁵⁶⁷⁸⁹"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digits(count: int) -> some.SearchStrategy[str]:
    return some.text("0123456789", min_size=count, max_size=count)


@some.composite
def nirs(draw: some.DrawFn) -> list[str]:
    month = draw(some.sampled_from(["01", "09", "12", "20", "31", "42", "50", "99"]))
    place = draw(
        some.sampled_from(
            ["01", "78", "95", "99", "2A", "2b", *(f"97{n}" for n in "1234568"), "987"]
        )
    )
    town = draw(digits(5 - len(place)))
    key = draw(some.one_of(some.just([]), digits(2).map(lambda text: [text])))
    return [
        draw(some.sampled_from("123478")),
        draw(digits(2)),
        month,
        place,
        town,
        draw(digits(3)),
        *key,
    ]


@some.composite
def accounts(draw: some.DrawFn) -> list[str]:
    country = draw(some.sampled_from(sorted(ACCOUNT_LENGTHS)))
    body = "".join(
        draw(
            some.lists(
                some.sampled_from("0123456789" * 3 + LETTERS),
                min_size=ACCOUNT_LENGTHS[country] - 4,
                max_size=ACCOUNT_LENGTHS[country] - 4,
            )
        )
    )
    value = int("".join(str(int(sign, 36)) for sign in body + country + "00"))
    number = f"{country}{98 - value % 97:02}{body}"
    return [number[at : at + 4] for at in range(0, len(number), 4)]


@some.composite
def cards(draw: some.DrawFn) -> list[str]:
    start = draw(some.sampled_from(["4", "51", "55", "2221", "6011", "37"]))
    length = 15 if start == "37" else 16
    body = start + draw(digits(length - 1 - len(start)))
    number = next(body + last for last in "0123456789" if is_card(body + last))
    cuts = [0, 4, 10, 15] if length == 15 else [0, 4, 8, 12, 16]
    return [number[a:b] for a, b in pairwise(cuts)]


@some.composite
def ribs(draw: some.DrawFn) -> list[str]:
    bank, branch, account = draw(digits(5)), draw(digits(5)), draw(digits(11))
    rest = (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    return (
        [bank, "1" + branch[1:], account, f"{97 - rest:02}"]
        if branch[0] == "1"
        else [
            bank,
            branch,
            account,
            f"{97 - rest:02}",
        ]
    )


@some.composite
def spelled(draw: some.DrawFn, groups: list[str]) -> str:
    """The number as somebody may write it."""
    how = draw(some.sampled_from(["grouped", "together", "mixed", "single"]))
    script = draw(some.sampled_from(DIGITS))
    unseen = draw(some.lists(some.sampled_from(UNSEEN), min_size=1, max_size=4))
    if how == "single":
        groups = list("".join(groups))
    one = draw(some.sampled_from(SEPARATORS)) if how != "together" else ""
    text = groups[0]
    for group in groups[1:]:
        text += (draw(some.sampled_from(SEPARATORS)) if how == "mixed" else one) + group
    if draw(some.booleans()):
        text = text.lower()
    text = "".join(script[int(sign)] if sign in "0123456789" else sign for sign in text)
    return "".join(
        sign + unseen[at % len(unseen)] if at < len(text) - 1 else sign
        for at, sign in enumerate(text)
    )


AROUND = some.sampled_from([("", ""), ("avant ", " après"), ("n° ", "."), ("(", ")"), ("« ", " »")])


def found_in(text: str, around: tuple[str, str]) -> None:
    masked = mask(f"{around[0]}{text}{around[1]}", LIVE)
    assert masked == f"{around[0]}{MASK}{around[1]}", ascii(text)


@tried
@given(nirs().flatmap(spelled), AROUND)
def test_a_social_security_number_is_found_in_any_spelling(
    text: str, around: tuple[str, str]
) -> None:
    found_in(text, around)


@tried
@given(accounts().flatmap(spelled), AROUND)
def test_an_account_number_of_any_country_is_found_in_any_spelling(
    text: str, around: tuple[str, str]
) -> None:
    found_in(text, around)


@tried
@given(cards().flatmap(spelled), AROUND)
def test_a_payment_card_is_found_in_any_spelling(text: str, around: tuple[str, str]) -> None:
    found_in(text, around)


@tried
@given(ribs().flatmap(spelled), AROUND)
def test_a_french_account_without_country_is_found_in_any_spelling(
    text: str, around: tuple[str, str]
) -> None:
    found_in(text, around)


WORDS = some.one_of(
    some.sampled_from(
        ["le", "dossier", "du", "mois", "aide", "versement", "Paris", "2026", "janvier"]
    ),
    some.integers(0, 9999).map(str),
    some.tuples(some.integers(0, 99), some.integers(0, 99)).map(
        lambda two: f"{two[0]},{two[1]:02} €"
    ),
    some.tuples(some.integers(0, 23), some.integers(0, 59)).map(
        lambda two: f"{two[0]} h {two[1]:02}"
    ),
)


@tried
@given(some.lists(WORDS, max_size=3), some.lists(some.sampled_from(["ou", "de", "et"]), min_size=3))
def test_prose_with_a_few_numbers_stays(words: list[str], between: list[str]) -> None:
    text = " ".join(f"{word} {link}" for word, link in zip(words, between, strict=False))
    assert mask(text, LIVE) == text


SPELLED = some.one_of(nirs(), accounts(), cards(), ribs()).flatmap(spelled)


@tried
@given(some.lists(some.one_of(SPELLED, WORDS, some.text(max_size=20)), max_size=80))
def test_many_texts_are_masked_as_each_alone(texts: list[str]) -> None:
    """Also the halves of a number in two texts are two texts."""
    halves = [half for text in texts for half in (text[: len(text) // 2], text[len(text) // 2 :])]
    assert mask_each([*texts, *halves]) == [mask(text) for text in [*texts, *halves]]
