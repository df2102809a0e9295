# SPDX-License-Identifier: GPL-3.0-only
"""An agent's work on the caller's dossier, without Qt.

Entry points: `finding.DossierFinding` (searched, opened, created, numbered) and `pieces.DeskPieces`
(procedures, states, what is missing). May import `expert_app.desk.app` and
`expert_app.desk.filing`.
"""
