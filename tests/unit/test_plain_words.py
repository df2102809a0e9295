# SPDX-License-Identifier: GPL-3.0-only
"""Words of strangers are plain text: no window makes a label, a button, a tool tip or a menu past
`views/widgets/plain_words.py`, and nothing in it can show rich text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.private_names import sources

RICH = {
    "AutoText",
    "MarkdownText",
    "QErrorMessage",
    "QInputDialog",
    "QMessageBox",
    "QStatusBar",
    "QSystemTrayIcon",
    "QTextBrowser",
    "QTextDocument",
    "RichText",
    "insertHtml",
    "setMarkdown",
    "setWhatsThis",
    "toHtml",
}
"""What guesses a text's format, or shows rich text."""

LABELS = {"QLabel"}
BUTTONS = {"QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QCommandLinkButton"}
MAKER = "views/widgets/plain_words.py"

TIPS, MENU_LINES = {"setToolTip", "showText"}, {"QAction", "addAction", "addMenu", "addTab"}
LIST_LINES = {"QListWidgetItem", "QStandardItem", "addItem"}


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name, "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls_of(node: ast.expr) -> set[str]:
    """Return the names of all that is called within an expression."""
    return {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def is_tip(call: ast.Call) -> bool:
    return any(isinstance(arg, ast.Call) and name_of(arg.func) == "tip_words" for arg in call.args)


def is_written(call: ast.Call) -> bool:
    """True when the words of a menu's line are our own, or given as they were written."""
    for arg in call.args:
        if isinstance(arg, ast.JoinedStr | ast.BinOp) or "format" in calls_of(arg):
            if not calls_of(arg) & {"face_words"}:
                return False
        elif isinstance(arg, ast.Name) and arg.id in {"words", "text", "name", "title"}:
            return False
    return True


def is_plain(call: ast.Call) -> bool:
    """True when the words of a list's line are our own, or cannot turn what stands beside them."""
    made = {name_of(arg.func) for arg in call.args if isinstance(arg, ast.Call)}
    return "plain_text" in made or not any(
        isinstance(arg, ast.JoinedStr | ast.BinOp | ast.IfExp)
        or (isinstance(arg, ast.Attribute) and arg.attr in {"name", "text", "title", "words"})
        or (isinstance(arg, ast.Call) and name_of(arg.func) in {"format", "join"})
        for arg in call.args
    )


def rich_words(path: str, tree: ast.Module) -> Iterator[str]:
    """Find what could show a stranger's words otherwise than they were written."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        place = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Name | ast.Attribute):
            name = name_of(node)
            if name in RICH or (name in TIPS and id(node) not in called):
                yield f"{place}: {name}"
        elif isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in LABELS | BUTTONS and path != MAKER:
                yield f"{place}: {name}() instead of a part of ours"
            elif name in TIPS and not is_tip(node):
                yield f"{place}: {name} without tip_words"
            elif name in LIST_LINES and not is_plain(node):
                yield f"{place}: {name} without plain_text"
            elif name in MENU_LINES and not is_written(node):
                yield f"{place}: {name} without face_words"
        elif isinstance(node, ast.ClassDef):
            bases = {name_of(base) for base in node.bases}
            if (bases & LABELS and path != MAKER) or (bases & BUTTONS and "PlainFace" not in bases):
                yield f"{place}: class {node.name}"


def test_nothing_shows_words_otherwise_than_they_were_written() -> None:
    windows = sorted(path for path in sources() if path.startswith(("views/", "expert_app/")))
    assert len(windows) > 300
    flaws = [flaw for path in windows for flaw in rich_words(path, sources()[path])]
    assert not flaws, "\n".join(flaws)


@pytest.mark.parametrize(
    "line",
    [
        "QLabel(name)",
        "QPushButton(name)",
        "part.setToolTip(page.title)",
        "box.currentTextChanged.connect(box.setToolTip)",
        "QToolTip.showText(place, title)",
        "text.setTextFormat(Qt.TextFormat.RichText)",
        "menu.addAction(f'{name} ({count})')",
        "menu.addAction(_('{name}').format(name=name))",
        "menu.addAction(words, act)",
        "QAction(icon('bell'), words, self)",
        "class Words(QLabel): pass",
        "class Button(QPushButton): pass",
        "QMessageBox.warning(window, title, words)",
        "QListWidgetItem(icon('bell'), f'{name} ({count})')",
        "box.addItem(site.name, site.id)",
        "box.addItem(_('{name}').format(name=name), site.id)",
    ],
)
def test_the_rule_sees(line: str) -> None:
    assert list(rich_words("views/desk/invented.py", ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "part.setToolTip(tip_words(page.title))",
        "item.setToolTip(column, tip_words(name))",
        "menu.addAction(face_words(words), act)",
        "menu.addAction(f'&{place}  {face_words(words)}')",
        "menu.addAction(action)",
        "menu.addAction(_('No condition'), clear)",
        "class Button(PlainFace, QPushButton): pass",
        "QListWidgetItem(plain_text(f'{name} ({count})'))",
        "box.addItem(plain_text(site.name), site.id)",
        "box.addItem(item)",
    ],
)
def test_the_rule_lets_pass(line: str) -> None:
    assert not list(rich_words("views/desk/invented.py", ast.parse(line)))
