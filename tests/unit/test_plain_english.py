# SPDX-License-Identifier: GPL-3.0-only
"""The language of the code: names are nouns, docstrings begin with a verb or a noun, statements are
preferred to expressions that choose. CONTRIBUTING.md says why.
"""

from __future__ import annotations

import ast

import pytest

from tests.support.private_names import parsed
from tests.unit.source_files import PRODUCT, name_of, sources

VAGUE_NAMES = {
    *("about", "again", "asked", "done", "found", "given", "held", "its", "kept", "known", "left"),
    *("made", "one", "own", "said", "seen", "shown", "taken", "there", "told", "wanted", "whole"),
}
"""Participles and pronouns: as the name of a variable they do not say what it holds."""
QUESTION_WORDS = {
    *("as", "for", "from", "how", "of", "so", "that", "those", "what", "when", "where", "who"),
    *("whoever", "whose", "whether"),
}
MOST_VAGUE_NAMES = 0.01
"""Share of all bound names: fields of messages are names on the wire and stay."""
MOST_QUESTIONS = 0.02
"""Share of all docstrings."""
MOST_CHOICES = 8.0
"""Conditional expressions for a thousand lines of code."""
MOST_TUPLE_ASSIGNMENTS = 60


def bound_names(tree: ast.Module) -> list[tuple[str, int]]:
    """Variables and parameters with their lines."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append((node.id, node.lineno))
        elif isinstance(node, ast.arg):
            names.append((node.arg, node.lineno))
    return names


def first_words(tree: ast.Module) -> list[tuple[str, int]]:
    """The first word of each docstring, in small letters, with its line."""
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                words.append((text.split()[0].lower().strip(",:.`"), node.body[0].lineno))
    return words


def assigns_attributes_together(node: ast.AST) -> bool:
    """True for `self.a, self.b = a, b`."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
        return False
    return all(isinstance(target, ast.Attribute) for target in node.targets[0].elts)


def share_and_places(
    pairs: dict[str, list[tuple[str, int]]], words: set[str]
) -> tuple[float, list[str]]:
    total = sum(len(found) for found in pairs.values())
    places = [
        f"{path}:{line} {word}"
        for path, found in pairs.items()
        for word, line in found
        if word in words
    ]
    return len(places) / total, places


def test_a_name_says_what_it_holds() -> None:
    names = {name_of(path): bound_names(parsed(path)) for path in sources(*PRODUCT)}
    share, places = share_and_places(names, VAGUE_NAMES)
    assert share <= MOST_VAGUE_NAMES, places


def test_a_docstring_begins_with_a_verb_or_a_noun() -> None:
    words = {name_of(path): first_words(parsed(path)) for path in sources(*PRODUCT)}
    share, places = share_and_places(words, QUESTION_WORDS)
    assert share <= MOST_QUESTIONS, places


def test_what_decides_is_a_sentence() -> None:
    choices = lines = 0
    for path in sources(*PRODUCT):
        text = path.read_text("utf-8").splitlines()
        lines += sum(1 for line in text if line.strip() and not line.strip().startswith("#"))
        choices += sum(isinstance(node, ast.IfExp) for node in ast.walk(parsed(path)))
    assert 1000 * choices / lines <= MOST_CHOICES


def test_each_attribute_has_its_own_line() -> None:
    places = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*PRODUCT)
        for node in ast.walk(parsed(path))
        if assigns_attributes_together(node) and isinstance(node, ast.Assign)
    ]
    assert len(places) <= MOST_TUPLE_ASSIGNMENTS, places


@pytest.mark.parametrize(
    ("source", "together"),
    [("self.a, self.b = 1, 2", True), ("a, b = 1, 2", False), ("self.a = 1", False)],
)
def test_only_attributes_count_as_assigned_together(source: str, together: bool) -> None:
    assert assigns_attributes_together(ast.parse(source).body[0]) is together
