# SPDX-License-Identifier: GPL-3.0-only
"""The catalogues of screen texts: collect from the code, compile, and check that French and English
are complete.

`python installers/catalogues.py` collects and compiles; `--compile` only compiles;
`--check` is what `make lint` runs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from hatch_build import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
DOMAIN = "expert_app"
LANGUAGES = ("fr", "en")
FOLDERS = ("expert_app", "views", "documents")
KEYWORDS = {"_": None, "N_": None}
HEADER = "# SPDX-License-Identifier: GPL-3.0-only"
UNUSED_FIELDS = (
    r'"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator'
    r"|Language-Team|Generated-By)"
)
PLACEHOLDER = re.compile(r"\{[a-z_]*[^}]*\}|%[sd]")


def collect() -> Catalog:
    """Every marked text of the code, with the files that say it (no line numbers:
    they change too often).
    """
    catalog = Catalog(project="Poste Expert", copyright_holder="", msgid_bugs_address="")
    for folder in FOLDERS:
        found = extract_from_dir(str(ROOT / folder), [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, comments, _context in found:
            if isinstance(message, str) and message:
                catalog.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments)
    return catalog


def po_path(language: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def load(language: str) -> Catalog:
    """A language's catalogue as it is in the repository."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(template: Catalog) -> None:
    """Brings new texts into each language; English is its own translation."""
    for language in LANGUAGES:
        old = load(language)
        fresh = Catalog(locale=language, project="Poste Expert", fuzzy=False, header_comment=HEADER)
        for message in sorted(template, key=lambda m: str(m.id)):
            if not message.id:
                continue
            known = old.get(message.id)
            text = known.string if known else ""
            if language == "en":
                text = message.id
            places = sorted({(name, 0) for name, _line in message.locations})
            fresh.add(message.id, text, locations=places)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(
                file, fresh, width=110, include_lineno=False, omit_header=False, sort_output=False
            )
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(UNUSED_FIELDS + r':.*\\n"\n', "", text), encoding="utf-8")


def faults(template: Catalog) -> list[str]:
    """What is wrong with the catalogues, one line each; nothing when they are complete."""
    wrong = []
    wanted = {str(m.id) for m in template if m.id}
    for language in LANGUAGES:
        have = {str(m.id): str(m.string or "") for m in load(language) if m.id}
        wrong += [
            f"{language}: not translated: {text!r}" for text in sorted(wanted) if not have.get(text)
        ]
        wrong += [f"{language}: no longer used: {text!r}" for text in sorted(set(have) - wanted)]
        for text in sorted(wanted & set(have)):
            if have[text] and sorted(PLACEHOLDER.findall(text)) != sorted(
                PLACEHOLDER.findall(have[text])
            ):
                wrong.append(f"{language}: other placeholders than the source: {text!r}")
    return wrong


def main(arguments: list[str]) -> int:
    """See the module's docstring."""
    if "--compile" in arguments:
        compile_catalogues(LOCALE)
        return 0
    template = collect()
    if "--check" not in arguments:
        update(template)
        compile_catalogues(LOCALE)
    wrong = faults(template)
    for line in wrong:
        print(line)
    if wrong:
        print("Run `make translations`, then fill resources/locale/fr/LC_MESSAGES/expert_app.po")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
