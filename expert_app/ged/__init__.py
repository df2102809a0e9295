# SPDX-License-Identifier: GPL-3.0-only
"""Copies of filed documents for agencies' own document systems (GED).

Entry point: `courier.Courier`, which carries copies to connectors (`cmis`, `paperless`,
`folder_drop`; `kinds.make_connector` chooses); `board_service` answers the supervisor's page.
No Qt. May import `expert_app.runtime`.
"""
