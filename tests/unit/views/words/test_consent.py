# SPDX-License-Identifier: GPL-3.0-only
"""The words of the caller's questions: what is asked is what is given, in every language."""

from __future__ import annotations

import itertools

import pytest

from resources.texts import CALLER_LANGUAGES, _, language, use_language
from session.kiosk.call.consent import SHEET, Question, needed_for, questions_for
from session.protocol.conversation.messages import Grant
from views.words.consent import QUESTIONS, SWITCHES, sentence_of, text_version

MOST_WORDS = 12
THIS = ("cette", "esta", "questa", "această", "этой", "эту", "цій", "цю", "bu ", "this", "هذه")


def parts_of(question: Question) -> set[Question]:
    """What "Choose" may leave of a question: a power over the page falls with the page."""
    parts = set()
    for size in range(1, len(question) + 1):
        for part in itertools.combinations(question, size):
            if all(
                each in part for grant in part for each in needed_for(grant) if each in question
            ):
                parts.add(part)
    return parts


def test_every_question_that_can_be_asked_or_left_over_has_a_sentence_of_its_own() -> None:
    reached: set[Question] = set()
    for size in range(1, len(Grant) + 1):
        for grants in itertools.combinations(Grant, size):
            for question in questions_for(grants):
                reached |= parts_of(question)
    assert reached | {SHEET} == set(QUESTIONS)
    titles = [words.title for words in QUESTIONS.values()]
    assert len(set(titles)) == len(titles), "two sets of powers are never asked in the same words"


@pytest.mark.parametrize("spoken", CALLER_LANGUAGES)
def test_a_sentence_is_short_and_says_this_page_only_when_it_is_seen(spoken: str) -> None:
    use_language(spoken)
    for question, words in QUESTIONS.items():
        title = _(words.title)
        if spoken.startswith("fr"):
            assert len(title.replace("?", "").split()) <= MOST_WORDS, title
        if Grant.SEE_PAGE in question:
            assert not any(this in title for this in THIS), title
    assert not any(this in _(SWITCHES[Grant.SEE_PAGE]) for this in THIS)


def test_the_proof_leads_back_to_the_sentence_that_was_read() -> None:
    use_language("fr")
    question = (Grant.SEE_PAGE, Grant.POINT)
    version = text_version(question)
    assert version.startswith("fr_")
    assert len({text_version(each) for each in QUESTIONS}) == len(QUESTIONS)
    use_language("en")
    words = "Votre conseiller peut-il voir la page et vous montrer où regarder\u00a0?"
    assert sentence_of(question, version) == words
    assert language() == "en"
    assert sentence_of((Grant.SEE_PAGE,), version) == "", "the words of another question"
    assert sentence_of(question, "xx_0") == ""
