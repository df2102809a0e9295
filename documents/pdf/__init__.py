# SPDX-License-Identifier: GPL-3.0-only
"""PDF files: checked, assembled, read and sealed.

Entry points: `assemble.assemble` makes a PDF/A of cleaned pages, `check.print_safe` refuses what a
kiosk must not print, `given_pdf.flatten` makes a caller's file harmless, `provenance.seal` and
`provenance.verify` tell where a document comes from. May import `documents.imaging`.
"""
