# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers from an organisation's own system, its register (the "référentiel").

Entry points: `csv_file.read_csv` and `importing.import_rows` for a file of dossiers;
`kinds.open_registers` for the live look-up (`lookup.RegisterLookup` over `rest` or `cmis`);
`matching.ProvisionalMatcher`, which finds the true dossiers of those made while a register was
away. No Qt. May import `expert_app.ged` and `expert_app.runtime`.
"""
