# SPDX-License-Identifier: GPL-3.0-only
"""The program `expert-app hub --serve`: an organisation's own dossiers and logs, sealed.

Entry point: `program.run`. `own_part` reads the organisation's part of the convention, `watch` says
whether the vault can work, `backup` saves and restores it. No Qt. May import `expert_app.hub`,
`backup`, `stores`, `ged` and `runtime`.
"""
