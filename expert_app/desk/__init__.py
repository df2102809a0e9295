# SPDX-License-Identifier: GPL-3.0-only
"""The agent's program. Its jobs know no Qt: taking tickets, holding the conversation, filing pages,
printing receipts. Only `wiring` knows windows.

Entry points: `wiring.program.build_desk` makes the window, `app.DeskApp` holds the conversation,
`jobs.build_jobs` makes all jobs from `parts.DeskParts`.
May import `expert_app.runtime`, `views` (in `wiring`), `session` and `documents`.
"""
