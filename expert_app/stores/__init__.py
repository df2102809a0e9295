# SPDX-License-Identifier: GPL-3.0-only
"""Opens what a hub or a vault keeps: its JetStream, dossiers, identities and passwords.

Used by the hub, the vault, backups and the operator's commands, each of which may find the hub
running or not. Entry points: `dossiers.open_store`, `jetstream.store_of`, `identities.open_book`;
`report_facts.ReportReader` reads them all for the activity report.
May import the connectors of `expert_app.ged` and `expert_app.runtime`.
"""
