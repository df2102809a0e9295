# SPDX-License-Identifier: GPL-3.0-only
"""The rules of the house that no linter knows: folders, names, docstrings, mirrors, wiring."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.private_names import parsed
from tests.unit.source_files import PRODUCT, ROOT, name_of, sources

MOST_MODULES, MOST_TEST_MODULES = 20, 25
SHORTEST_DOCSTRING, LONGEST_DOCSTRING = 3, 10
MOST_OF_ONE_WORD = 5
"""Modules of a folder whose names begin with the same word: more of them are a folder."""
LONGEST_WIRING = 40
LONGEST_FUNCTION, LONGEST_VIEW = 60, 300
"""Lines of a function, and of a class of `views`."""

TWINS = ("session/desk", "session/kiosk")
"""The two ends of one conversation: a class here may have its twin's name there."""

MESSAGES = ("session/protocol", "session/log")
"""What is sent, and the event of the log that says so, have one name."""


def packages(*folders: str) -> list[Path]:
    return sorted({path.parent for path in sources(*folders)})


def modules_of(package: Path) -> list[str]:
    return sorted(path.stem for path in package.glob("*.py") if path.stem != "__init__")


def test_a_folder_is_read_at_a_glance() -> None:
    full = {name_of(one): len(modules_of(one)) for one in packages(*PRODUCT, "tests")}
    assert len(full) > 60
    too_full = {
        name: count
        for name, count in full.items()
        if count > (MOST_TEST_MODULES if name.startswith("tests") else MOST_MODULES)
    }
    assert too_full == {}


def test_no_name_repeats_its_folder_or_the_folder_beside() -> None:
    repeating = []
    for package in packages(*PRODUCT):
        beside = [one.name for one in package.iterdir() if (one / "__init__.py").exists()]
        for module in modules_of(package):
            if module == package.name:
                repeating.append(name_of(package / module))
            repeating += [
                f"{name_of(package / module)} beside {name}"
                for name in [package.name, *beside]
                if module.startswith(f"{name}_")
            ]
    assert repeating == []


def test_a_prefix_that_many_share_is_a_folder() -> None:
    shared = {
        f"{name_of(package)}/{word}_*": count
        for package in packages(*PRODUCT)
        for word, count in Counter(
            module.partition("_")[0] for module in modules_of(package)
        ).items()
        if count > MOST_OF_ONE_WORD
    }
    assert shared == {}


@pytest.mark.parametrize("package", packages(*PRODUCT), ids=name_of)
def test_a_package_says_what_it_is_for(package: Path) -> None:
    if package.name in ("migrations", "versions"):
        return  # Alembic's own folders
    docstring = ast.get_docstring(parsed(package / "__init__.py")) or ""
    lines = docstring.splitlines()
    assert SHORTEST_DOCSTRING <= len(lines) <= LONGEST_DOCSTRING


def test_every_unit_test_has_its_module() -> None:
    alone = []
    for path in sources("tests/unit"):
        package = path.relative_to(ROOT / "tests/unit").parent
        if not path.name.startswith("test_") or package == Path():
            continue
        place = ROOT / ("tests" if package.parts[0] in ("benchmarks", "faults") else "") / package
        subject = path.stem.removeprefix("test_")
        modules = modules_of(place) if place.is_dir() else []
        if not any(subject == one or subject.startswith(f"{one}_") for one in modules):
            alone.append(name_of(path))
    assert alone == []


def public_classes() -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sources(*PRODUCT):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name_of(path))
    return found


def may_share(places: list[str]) -> bool:
    if len(places) == len(TWINS):
        first, second = sorted(places)
        if first.startswith(TWINS[0]) and first.replace(*TWINS) == second:
            return True
    return all(place.startswith(MESSAGES) for place in places)


def test_no_test_imports_from_another_test() -> None:
    """What several tests share stands in a module of its own, named after what it holds."""
    shared = [
        f"{name_of(path)}: {node.module}"
        for path in sources("tests")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("tests.")
        and (node.module or "").rpartition(".")[2].startswith("test_")
    ]
    assert shared == []


def test_no_public_class_name_stands_twice() -> None:
    twice = {name: places for name, places in public_classes().items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if not may_share(places)} == {}


def functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each function with the number of its parameters that may be given by position."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            yield node, len(given) - (given[:1] in (["self"], ["cls"]))


def test_constructors_take_keywords_from_the_third_parameter_on() -> None:
    by_position = [
        f"{name_of(path)}:{function.lineno}"
        for path in sources(*PRODUCT)
        for function, count in functions(parsed(path))
        if function.name in ("__init__", "build") and count > 2
    ]
    assert by_position == []


def test_wiring_is_read_at_a_glance() -> None:
    long = [
        f"{name_of(path)}: {function.name}"
        for path in sources(*PRODUCT)
        if "wiring" in path.as_posix() or path.stem == "composition"
        for function, _count in functions(parsed(path))
        if function.name.startswith("build")
        and (function.end_lineno or 0) - function.lineno >= LONGEST_WIRING
    ]
    assert long == []


def lines_of(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_a_function_is_read_on_one_screen() -> None:
    long = [
        f"{name_of(path)}: {function.name}, {lines_of(function)} lines"
        for path in sources(*PRODUCT)
        for function, _count in functions(parsed(path))
        if lines_of(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_a_view_has_one_purpose() -> None:
    """What grows beyond this shows several things: each of them is a class with its own name."""
    long = [
        f"{name_of(path)}: {view.name}, {lines_of(view)} lines"
        for path in sources("views")
        for view in ast.walk(parsed(path))
        if isinstance(view, ast.ClassDef) and lines_of(view) > LONGEST_VIEW
    ]
    assert long == []


def test_no_condition_stands_in_another() -> None:
    """Of `a if b else c` in one line, a, b and c are no such thing again."""
    nested = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.IfExp)
        and any(isinstance(part, ast.IfExp) for part in (node.test, node.body, node.orelse))
    ]
    assert nested == []


def test_no_method_is_hung_onto_another_object() -> None:
    """What an object calls is given to its constructor, or connected to its signal."""
    hung = []
    for path in sources(*PRODUCT):
        for owner in ast.walk(parsed(path)):
            if not isinstance(owner, ast.ClassDef):
                continue
            methods = {
                one.name
                for one in owner.body
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                and not any(getattr(mark, "id", "") == "property" for mark in one.decorator_list)
            }
            hung += [
                f"{name_of(path)}:{node.lineno}"
                for node in ast.walk(owner)
                if isinstance(node, ast.Assign) and hangs(node, methods)
            ]
    assert hung == []


def hangs(node: ast.Assign, methods: set[str]) -> bool:
    value = node.value
    is_callable = isinstance(value, ast.Lambda) or (
        isinstance(value, ast.Attribute)
        and isinstance(value.value, ast.Name)
        and value.value.id == "self"
        and value.attr in methods
    )
    return is_callable and any(
        isinstance(target, ast.Attribute)
        and not (isinstance(target.value, ast.Name) and target.value.id == "self")
        for target in node.targets
    )


def test_the_pilot_imports_nothing_of_the_product() -> None:
    """It knows the commands, the files and the names of widgets, as a person does."""
    product = ("expert_app", "views", "session", "documents", "resources")
    found = [
        f"{path.name}: {name}"
        for path in (ROOT / "tests" / "pilot").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.partition(".")[0] in product
    ]
    assert found == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
