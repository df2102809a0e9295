# SPDX-License-Identifier: GPL-3.0-only
"""The receipt as a page that a screen reader reads in order, with large print: for callers who do not read the paper.

Plain HTML without script or outside reference; headings, a real table, one language. Used by programs beside the PDF.
"""

from __future__ import annotations

from html import escape

from documents.dates import hour, long_date
from documents.receipt import ReceiptFacts, control_code, decision_words, kind_words, legal_words, rights_words
from resources.texts import _

_STYLE = (
    "body{font:1.5rem/1.5 sans-serif;max-width:40em;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:2px solid #555}"
    "h1{font-size:2.2rem}h2{font-size:1.7rem}"
)


def receipt_page(facts: ReceiptFacts) -> str:
    """The whole page, in the language in use."""
    title = _("Receipt for pieces – dossier {number}").format(number=facts.dossier_number)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(kind_words(facts))}</p>",
        _facts(facts),
        *_pieces(facts),
        *_missing(facts),
        f"<h2>{escape(_('What happens next'))}</h2>",
        *(f"<p>{escape(text)}</p>" for text in (*decision_words(facts), legal_words(facts), rights_words()) if text),
        f"<h2>{escape(_('Verification'))}</h2>",
        f"<p>{escape(_('Control code: {code}').format(code=control_code(facts)))}</p>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(facts.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )


def _facts(facts: ReceiptFacts) -> str:
    service = facts.service
    received = _("{date}, {hour}").format(date=long_date(facts.received_at), hour=hour(facts.received_at))
    rows = [
        (_("Organisation"), facts.organisation),
        (_("Received on"), received),
        (_("Dossier number"), facts.dossier_number),
        (_("Procedure"), facts.procedure),
        (_("Caller"), facts.caller_name),
        (_("Caller number"), facts.caller_number),
        (_("Service in charge of the dossier"), service.name),
        (_("Postal address"), service.postal_address),
        (_("Telephone"), service.phone),
        (_("E-mail"), service.email),
    ]
    lines = (f"<dt><strong>{escape(name)}</strong></dt><dd>{_lines(value)}</dd>" for name, value in rows if value)
    return f"<dl>{''.join(lines)}</dl>"


def _pieces(facts: ReceiptFacts) -> list[str]:
    heading = _("Pieces received ({count})").format(count=len(facts.pieces))
    if not facts.pieces:
        return [f"<h2>{escape(heading)}</h2>", f"<p>{escape(_('No piece was received.'))}</p>"]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (_("Piece"), _("Pages")))
    rows = "".join(
        f'<tr><th scope="row">{escape(piece.name)}</th><td>{piece.pages}</td></tr>' for piece in facts.pieces
    )
    return [f"<h2>{escape(heading)}</h2>", f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"]


def _missing(facts: ReceiptFacts) -> list[str]:
    if not facts.missing:
        return []
    heading = _("Pieces still to be supplied")
    if facts.missing_by is not None:
        heading = _("Pieces to be supplied before {date}").format(date=long_date(facts.missing_by))
    listed = "".join(f"<li>{escape(name)}</li>" for name in facts.missing)
    return [f"<h2>{escape(heading)}</h2>", f"<ul>{listed}</ul>"]


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
