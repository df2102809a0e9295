# SPDX-License-Identifier: GPL-3.0-only
"""Which agent gets which caller.

Entry points: `dispatch.Dispatch` offers callers of "push" services to free agents, in one hub at a
time; `routing.Routing` answers agents who choose themselves. Who may serve whom is decided in
`session.hub.queue.eligibility`. May import `queue`, `dossier`, `vault` and what stands below them.
"""
