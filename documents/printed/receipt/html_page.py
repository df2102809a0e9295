# SPDX-License-Identifier: GPL-3.0-only
"""The receipt as a page that a screen reader reads in order, with large print:
for callers who do not read the paper.

Plain HTML without script or outside reference; headings, a real table, one language.
Programs keep it next to the PDF.
"""

from __future__ import annotations

from html import escape

from documents.printed.receipt.facts import (
    ReceiptFacts,
    Section,
    Signer,
    kind_words,
    sections,
    title_words,
    verification_text,
)

_STYLE = (
    "body{font:1.5rem/1.5 sans-serif;max-width:40em;margin:2rem auto;padding:0 "
    "1rem;color:#111;background:#fff}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.4rem;border-bottom:2px solid #555}"
    "h1{font-size:2.2rem}h2{font-size:1.7rem}code{font-size:1rem;overflow-wrap:anywhere}"
)


def receipt_page(facts: ReceiptFacts, signer: Signer | None = None) -> str:
    """The whole page, in the language in use;
    with a signer also the code, which `expert-app verify` reads as text.
    """
    title = title_words(facts)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(kind_words(facts))}</p>",
        *map(_section, sections(facts)),
    ]
    if signer is not None:
        parts.append(f"<p><code>{escape(verification_text(facts, signer))}</code></p>")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(facts.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _section(section: Section) -> str:
    """A heading; labelled values as a table, which a screen reader tells row by row; sentences;
    a list.
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{_lines(value)}</td></tr>'
        for name, value in section.rows
    )
    items = "".join(f"<li>{escape(item)}</li>" for item in section.items)
    parts = [
        f"<h2>{escape(section.heading)}</h2>" if section.heading else "",
        f"<ul>{items}</ul>" if items else "",
        f"<table><tbody>{rows}</tbody></table>" if rows else "",
        *(f"<p>{escape(text)}</p>" for text in section.texts),
    ]
    return "\n".join(part for part in parts if part)


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
