# SPDX-License-Identifier: GPL-3.0-only
"""The store of dossiers: tables in SQLite or PostgreSQL, documents as files beside them.

Entry point: `dossier_store.DossierStore`. `procedures` reads what each procedure asks for, `copy`
makes backups, `blobs` and `remote_blobs` hold the files' bytes, `layout` brings older tables up to
date. Nothing is called filed before its bytes were read back. May import `documents.pdf`.
"""
