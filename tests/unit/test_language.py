# SPDX-License-Identifier: GPL-3.0-only
"""The language of the screen; no test is told in the language of the one before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resources.texts import (
    CALLER_LANGUAGES,
    LANGUAGES,
    _,
    correct_texts,
    in_language,
    language,
    language_tag,
    ngettext,
    on_paper,
    texts_of,
    use_language,
)


@pytest.fixture(autouse=True)
def no_corrections() -> Iterator[None]:
    yield
    correct_texts({})


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_in_english(turn: int) -> None:
    assert (language(), _("Cancel")) == ("en", "Cancel")
    use_language("fr")
    assert (language(), _("Cancel")) == ("fr", "Annuler"), turn


@pytest.mark.parametrize("spoken", sorted(set(CALLER_LANGUAGES) - set(LANGUAGES)))
def test_what_callers_do_not_see_is_said_in_french(spoken: str) -> None:
    use_language(spoken)
    assert _("Accept") == "Accepter"
    assert _("Listen") in texts_of(spoken)
    assert _("Listen") != "Listen"


def test_each_number_has_its_form() -> None:
    def ahead(count: int) -> str:
        return ngettext(
            "There is one person before you.", "There are {count} people before you.", count
        ).format(count=count)

    use_language("ru")
    assert [ahead(1), ahead(3), ahead(5), ahead(21)] == [
        "Перед вами 1 человек.",
        "Перед вами 3 человека.",
        "Перед вами 5 человек.",
        "Перед вами 21 человек.",
    ]
    use_language("ar")
    assert [ahead(1), ahead(2), ahead(3), ahead(11)] == [
        "شخص واحد قبلك.",
        "شخصان قبلك.",
        "3 أشخاص قبلك.",
        "11 شخصًا قبلك.",
    ]


def test_an_organisation_says_a_text_in_its_own_words() -> None:
    correct_texts({"es": {"Sí": "¡Sí!"}})
    use_language("es")
    assert _("Yes") == "¡Sí!"
    use_language("fr")
    assert _("Yes") == "Oui"


def test_a_sheet_is_in_french_where_letters_join() -> None:
    use_language("ar")
    with on_paper():
        assert _("Yes") == "Oui"
    assert _("Yes") == "نعم"
    use_language("ru")
    with on_paper():
        assert _("Yes") == "Да"


def test_one_persons_texts_are_in_the_language_of_that_person() -> None:
    with in_language("es"):
        assert (language(), _("Yes")) == ("es", "Sí")
    with in_language("de"):
        assert (language(), _("Yes")) == ("fr", "Oui")
    assert (language(), _("Yes")) == ("en", "Yes")


def test_easy_french_is_french_for_pages_and_voices() -> None:
    assert [language_tag(each) for each in ("fr_easy", "ar")] == ["fr", "ar"]
