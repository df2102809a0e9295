# SPDX-License-Identifier: GPL-3.0-only
"""Documents drawn for paper: receipts, slips, reports, lists of missing pieces, the export
file.

Each module makes one document from a struct of facts and returns its bytes;
`sheet.PrintedSheet` is the pen that all of them draw with. May import `documents.pdf` and
`documents.imaging`.
"""
