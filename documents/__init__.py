# SPDX-License-Identifier: GPL-3.0-only
"""Paper: pictures of pages, PDF files, printed documents, and the store of dossiers.

Desks clean and file pages with it, kiosks check what they print, the hub keeps dossiers, the board
prints reports. Entry points: `pages.clean.clean_page`, `pages.outbox.Outbox`,
`pdf.assemble.assemble`, `store.dossier_store.DossierStore`, `workers.Workers`.

Pure Python for the programs: no Qt, no network, no asyncio. Of `session` it may import
`session.core` alone, for the errors and the words of a dossier.
"""
