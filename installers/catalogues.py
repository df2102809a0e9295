# SPDX-License-Identifier: GPL-3.0-only
"""The catalogues of screen texts: collect from the code, compile, and check that they are complete:
French and English for every text, the other languages for what a caller sees at the kiosk.

`python installers/catalogues.py` collects and compiles; `--compile` only compiles;
`--check` is what `make lint` runs.
"""

from __future__ import annotations

import gettext
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from hatch_build import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
DOMAIN, CALLER_DOMAIN = "expert_app", "kiosk"
LANGUAGES = ("fr", "en")
CALLER_LANGUAGES = ("fr_easy", "ar", "es", "it", "pt", "ro", "ru", "tr", "uk")
"""Languages that have only what a caller sees: `resources.texts.CALLER_LANGUAGES` without the
above.
"""
FOLDERS = ("expert_app", "views", "documents")
CALLER_SOURCES = (
    "documents/printed/appointment_slip.py",
    "documents/printed/dates.py",
    "documents/printed/slip.py",
    "expert_app/kiosk/wiring/reading.py",
    "expert_app/kiosk/wiring/visit.py",
    "expert_app/messages/texts.py",
    "views/kiosk/",
    "views/words/accessibility.py",
    "views/words/caller_errors.py",
    "views/words/consent.py",
    "views/words/opening.py",
)
"""Files and folders whose texts a caller sees at the kiosk, on paper or in a message."""
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
HEADER = "# SPDX-License-Identifier: GPL-3.0-only"
UNUSED_FIELDS = (
    r'"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator'
    r"|Language-Team|Generated-By)"
)
PLACEHOLDER = re.compile(r"\{[a-z_]*[^}]*\}|%[sd]")
COUNTS = range(1, 1000)
"""Numbers by which a plural form is tried: which of them it stands for."""


def collect() -> Catalog:
    """Every marked text of the code, with the files that say it (no line numbers:
    they change too often).
    """
    catalog = Catalog(project="Poste Expert", copyright_holder="", msgid_bugs_address="")
    for folder in FOLDERS:
        found = extract_from_dir(str(ROOT / folder), [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, comments, _context in found:
            if message:
                catalog.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments)
    return catalog


def is_for_callers(message: Message) -> bool:
    """True for a text that a caller sees at the kiosk."""
    return any(name.startswith(CALLER_SOURCES) for name, _line in message.locations)


def wanted(template: Catalog, language: str) -> list[Message]:
    """The texts that a language must have, in the order of the file."""
    texts = [message for message in template if message.id]
    if language not in LANGUAGES:
        texts = [message for message in texts if is_for_callers(message)]
    return sorted(texts, key=lambda message: source(message))


def source(message: Message) -> str:
    """The source of a text; of one with plural forms, that for one thing."""
    return str(message.id) if isinstance(message.id, str) else str(message.id[0])


def forms(message: Message) -> list[str]:
    """The translation in all its forms; one for a text that counts nothing."""
    string = message.string or ""
    return [string] if isinstance(string, str) else [str(form) for form in string]


def po_path(language: str) -> Path:
    """Where a language's catalogue is."""
    domain = DOMAIN if language in LANGUAGES else CALLER_DOMAIN
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def load(language: str) -> Catalog:
    """A language's catalogue as it is in the repository."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(template: Catalog) -> None:
    """Brings new texts into each language; English is its own translation."""
    for language in (*LANGUAGES, *CALLER_LANGUAGES):
        old = load(language)
        fresh = Catalog(locale=language, project="Poste Expert", fuzzy=False, header_comment=HEADER)
        for message in wanted(template, language):
            known = old.get(message.id)
            empty = "" if isinstance(message.id, str) else ("",) * fresh.num_plurals
            text = message.id if language == "en" else (known.string if known else empty)
            if isinstance(text, str) != isinstance(message.id, str):
                text = empty
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


def placeholders(text: str) -> list[str]:
    """The places of a text that are filled in, in one order."""
    return sorted(PLACEHOLDER.findall(text))


def wrong_forms(message: Message, catalog: Catalog) -> list[str]:
    """What is wrong with the forms of a translation. A form may leave out the number only where it
    stands for one number.
    """
    have = forms(message)
    if isinstance(message.id, str):
        same = placeholders(have[0]) == placeholders(message.id)
        return [] if same else ["other placeholders than the source"]
    if len(have) != catalog.num_plurals:
        return [f"{len(have)} plural forms instead of {catalog.num_plurals}"]
    form_of = gettext.c2py(catalog.plural_expr)  # type: ignore[attr-defined]
    chosen = [form_of(count) for count in COUNTS]
    everything = placeholders(message.id[-1])
    wrong = []
    for number, text in enumerate(have):
        left_out = set(everything) - set(placeholders(text))
        if set(placeholders(text)) - set(everything) or (left_out and chosen.count(number) > 1):
            wrong.append(f"other placeholders than the source in plural form {number}")
    return wrong


def faults(template: Catalog) -> list[str]:
    """What is wrong with the catalogues, one line each; nothing when they are complete."""
    wrong = []
    for language in (*LANGUAGES, *CALLER_LANGUAGES):
        catalog = load(language)
        have = {source(message): message for message in catalog if message.id}
        texts = {source(message): message for message in wanted(template, language)}
        wrong += [
            f"{language}: no longer used: {text!r}" for text in sorted(set(have) - set(texts))
        ]
        for text in sorted(texts):
            known = have.get(text)
            if known is None or known.id != texts[text].id or not all(forms(known)):
                wrong.append(f"{language}: not translated: {text!r}")
                continue
            wrong += [f"{language}: {what}: {text!r}" for what in wrong_forms(known, catalog)]
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
        print("Run `make translations`, then fill resources/locale/*/LC_MESSAGES/*.po")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
