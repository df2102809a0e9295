# SPDX-License-Identifier: GPL-3.0-only
"""Rules between desks and the store: what agents and supervisors may do with dossiers.

Entry point: `service.DossierService`, which opens only the dossier of the caller an agent is in
session with; `pieces`, `deliveries` and `exports` build on it, `log_keeper` keeps session logs,
`library` the documents that agents put before callers. The store itself is given
(`store.DossierStoreLike`). May import `access`, `convention`, `opening_hours` and `storage`.
"""
