# SPDX-License-Identifier: GPL-3.0-only
"""Sentences about files of dossiers and about registers: what happened, and what to do.
Used by the commands of the hub.
"""

from __future__ import annotations

from expert_app.register.csv_file import CsvRefused, RefusedLine
from resources.texts import N_, _

FILES: dict[str, str] = {
    "too_large": N_("The file has more than {most_mb} MB. Divide it, and import its parts."),
    "empty": N_("The file is empty."),
    "is_utf16": N_(
        "The file is UTF-16. Save it as “CSV UTF-8”, or say --encoding utf-16. Nothing was "
        "imported."
    ),
    "not_utf8": N_(
        "The file is not UTF-8: line {line} cannot be read. Save it as “CSV UTF-8”, or, when it "
        "comes from an older Windows program, say --encoding cp1252. Nothing was imported."
    ),
    "other_encoding": N_(
        "The file is not {encoding}: line {line} cannot be read. Nothing was imported."
    ),
    "is_utf8": N_(
        "The file is UTF-8, not {encoding}: its accents would be lost. Say no --encoding. Nothing "
        "was imported."
    ),
    "head_line": N_("The first line cannot be read. It must name the columns."),
    "heads_missing": N_(
        "The first line must name the columns; these are missing: {columns}. The handbook "
        "lists the names (dossiers). Nothing was imported."
    ),
    "head_twice": N_("Two columns are “{column}”. Take one away. Nothing was imported."),
}
"""Why nothing of a file is taken."""

LINES: dict[str, str] = {
    "missing": N_("This is empty, and is needed."),
    "formula": N_("This begins with =, +, - or @: a spreadsheet would run it."),
    "control": N_("This has a character that cannot be shown."),
    "twice_encoded": N_("The accents are broken (“Ã©” for “é”): export the file again as UTF-8."),
    "too_long": N_("This is too long."),
    "line_too_long": N_("The line is too long."),
    "quotation_mark": N_("A quotation mark is open or stands in the wrong place."),
    "too_many_cells": N_("There are more cells than columns."),
    "number_wrong": N_("This is not the number of a dossier."),
    "date_wrong": N_("This is not a date of birth: 1980-02-29 or 29/02/1980."),
    "caller_number_wrong": N_("This is not a number of a caller of this organisation."),
    "twice": N_("This stands in line {line} already."),
    "number_taken": N_(
        "Taken in without the caller's number, which another dossier has: a supervisor merges the "
        "two."
    ),
    "merged": N_("Left as it is: a supervisor has merged this dossier into another one."),
}
"""Why a line is not taken, or not wholly."""

AWAY: dict[str, str] = {
    "unreachable": N_("It does not answer: is the address right, and does its server run?"),
    "timeout": N_("It takes too long to answer (answer_s)."),
    "certificate": N_("Its certificate is not trusted: name its authority with ca_file."),
    "access": N_("It refuses our secret: expert-app hub secret {secret}"),
    "address": N_("There is nothing at this address, or it sends us elsewhere, which is refused."),
    "busy": N_("It has a trouble of its own."),
    "not_understood": N_(
        "It answers something that we do not understand: look at records and fields."
    ),
    "refused": N_("It refuses the question: look at the addresses."),
}
"""Why a register counts as away."""


STORE: dict[str, str] = {
    "SQLITE_FULL": N_("its disk is full"),
    "ENOSPC": N_("its disk is full"),
    "SQLITE_READONLY": N_("its folder cannot be written"),
    "EROFS": N_("its folder cannot be written"),
    "EACCES": N_("its folder cannot be written"),
    "SQLITE_BUSY": N_("another program has been writing for too long"),
}
"""Why the store takes nothing, by what the system calls it."""


def store_words(why: str) -> str:
    """Why an import stopped half way, and what to do."""
    words = _(
        "The store of dossiers takes nothing ({why}). What was taken before is in; run the same "
        "command again for the rest."
    )
    return words.format(why=_(STORE[why]) if why in STORE else why)


def file_words(error: CsvRefused) -> str:
    """Why nothing of a file is taken, and what to do."""
    return _(FILES[error.code]).format(**error.detail)


def line_words(line: RefusedLine) -> str:
    """Why a line is not taken."""
    return _(LINES[line.reason]).format(line=line.other_line)


def away_words(reason: str, organisation: str) -> str:
    """Why a register did not answer, and what to do."""
    template = AWAY.get(reason)
    if template:
        return _(template).format(secret=f"register.{organisation}")
    return reason
