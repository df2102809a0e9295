# SPDX-License-Identifier: GPL-3.0-only
"""Appointments from RDV Service Public, the French State's booking service: a door for its
notifications, off until the hub's settings open it.

Entry point: `door.NotificationDoor`, built by `expert_app.hub.program`. `notification` reads what
comes, `taking_in` makes appointments of it by the convention. May import `documents.store`,
`session.hub.convention` and `expert_app.stores`.
"""
