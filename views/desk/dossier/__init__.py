# SPDX-License-Identifier: GPL-3.0-only
"""The caller's dossier beside the conversation: documents, expected pieces, notes, history.

Entry point: `view.DossierView`. `correct_panel` renames and replaces a filed document,
`compared_pages` shows two pages that may be the same. May import `views.widgets` and `views.words`.
"""
