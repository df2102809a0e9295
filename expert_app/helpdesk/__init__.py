# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's jobs, without Qt: reading the logs of conversations that are over, and the signed
file that goes to a vendor.

Entry points: `reading.read_records` (from the keeper, for a reason), `bundle.write_bundle` and
`bundle.read_bundle` (a conversation as one ZIP). The window is put together in `wiring`.
May import `views.words`, `session`, `documents` and `expert_app.runtime`.
"""
