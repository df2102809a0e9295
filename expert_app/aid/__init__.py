# SPDX-License-Identifier: GPL-3.0-only
"""Help from afar: what a machine says of itself, and what a desk lets the helpdesk do.

Entry point: `desk_help.DeskHelpJob`, for a desk whose person agrees on the screen; `machine` is
what kiosk and desk say alike. An idle kiosk's job is `expert_app.kiosk.remote_help`. May import
`expert_app.runtime`, `session` and no window.
"""
