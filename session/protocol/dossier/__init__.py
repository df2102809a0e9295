# SPDX-License-Identifier: GPL-3.0-only
"""Messages about dossiers between desk, board and hub; one struct each, JSON on the wire.

`pieces` has procedures and pieces, `deliveries` the copies for agencies' own systems, `exports` the
whole dossier for a supervisor, `identity` finds, makes, numbers and merges dossiers and has the
register of accesses, `library` the agents' documents; each has a table of its verbs.
The structs inside are those of `session.core.dossier_model`. May import `hub`, `conversation` and
`wire`.
"""
