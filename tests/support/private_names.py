# SPDX-License-Identifier: GPL-3.0-only
"""Finds where a module of the product uses a private name of somebody else, by its syntax tree."""

from __future__ import annotations

import ast
import gc
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("expert_app", "views", "session", "documents", "resources")

_PRIVATE = re.compile(r"_(?!_)\w+")
_MANGLED = re.compile(r"_[A-Za-z]\w*?__\w+(?<!__)")
_BY_NAME = {"getattr", "setattr", "hasattr", "delattr", "_get", "_set"}
"""Functions that take an attribute's name as their second argument."""


@cache
def parsed(path: Path) -> ast.Module:
    """Return the tree of a file.

    All trees are kept and are millions of objects: no later search for garbage goes through them.
    """
    tree = ast.parse(path.read_text("utf-8"))
    gc.freeze()
    return tree


@cache
def sources() -> dict[str, ast.Module]:
    """The product's modules by their path from the repository's root."""
    return {
        path.relative_to(ROOT).as_posix(): parsed(path)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def private_names(tree: ast.Module) -> list[str]:
    """The private names of others that a module uses, in order, each as often as it is used."""
    nodes = list(ast.walk(tree))  # a walk takes longer than all that is looked for in it
    own, others = _own_names(nodes), _third_party_modules(nodes)
    return [name for node in nodes for name in _used(node, own, others)]


def _own_names(nodes: list[ast.AST]) -> set[str]:
    """What the module's classes and functions define, and their bases in the product."""
    found, seen = _defined(nodes), set[str]()
    bases = _bases(nodes)
    while bases:
        name = bases.pop()
        if name not in seen:
            seen.add(name)
            for defined, further in _classes().get(name, []):
                found |= defined
                bases += further
    return found


def _bases(nodes: list[ast.AST]) -> list[str]:
    """The names of all base classes, without the modules that they are in."""
    bases = [
        base.value if isinstance(base, ast.Subscript) else base
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    ]
    return [ast.unparse(base).rpartition(".")[2] for base in bases]


@cache
def _classes() -> dict[str, list[tuple[set[str], list[str]]]]:
    """What each class of the product defines, and its bases, by its name."""
    found: dict[str, list[tuple[set[str], list[str]]]] = defaultdict(list)
    for tree in sources().values():
        for one in tree.body:
            if isinstance(one, ast.ClassDef):
                nodes = list(ast.walk(one))
                found[one.name].append((_defined(nodes), _bases(nodes)))
    return found


def _defined(nodes: list[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return {name for name in found if not _MANGLED.fullmatch(name)}


def _third_party_modules(nodes: list[ast.AST]) -> set[str]:
    """The names under which whole modules of others were imported."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] not in PACKAGES
    }


def _used(node: ast.AST, own: set[str], others: set[str]) -> Iterator[str]:
    match node:
        case ast.Attribute(value=ast.Name(id=module), attr=name, ctx=ast.Store()) if (
            module in others
        ):
            yield name  # a module's name is replaced
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            if _PRIVATE.fullmatch(name):
                yield name  # what the base has; a base of our own is not called so
        case ast.Attribute(attr=name):
            if _PRIVATE.fullmatch(name) and name not in own:
                yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            if _MANGLED.fullmatch(name):
                yield name
        case ast.Call(func=ast.Name(id=called), args=[holder, ast.Constant(value=str(name)), *_]):
            if called in _BY_NAME and (
                (_PRIVATE.fullmatch(name) and name not in own)
                or (called in ("setattr", "_set") and _is_module(holder, others))
            ):
                yield name
        case ast.ImportFrom() | ast.Import():
            yield from (part for part in _imported(node) if _PRIVATE.fullmatch(part))


def _imported(node: ast.ImportFrom | ast.Import) -> list[str]:
    """The parts of names that come from others' packages."""
    if isinstance(node, ast.Import):
        return [part for alias in node.names for part in alias.name.split(".")]
    module = node.module or ""
    if module.partition(".")[0] in PACKAGES:
        return []
    return [*module.split("."), *(alias.name for alias in node.names)]


def _is_module(holder: ast.expr, others: set[str]) -> bool:
    return isinstance(holder, ast.Name) and holder.id in others


def imports_ctypes(tree: ast.Module) -> bool:
    """Whether a C library is called in the module."""
    return any(
        alias.name.partition(".")[0] == "ctypes"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    )
