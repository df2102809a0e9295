# SPDX-License-Identifier: GPL-3.0-only
"""Appointments in the dossiers' database: taken, moved, kept, counted, erased.

Entry point: `appointment_rows.Appointments`, a part of
`documents.store.dossier_store.DossierStore`.
May import `documents.store`'s tables and transactions.
"""
