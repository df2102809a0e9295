# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers erased by right of erasure, and dossiers kept from it.

Entry point: `dossiers.DossierErasures`, a part of `documents.store.dossier_store.DossierStore`.
`files` removes what no row names any more. May import `documents.store`'s tables and rows.
"""
