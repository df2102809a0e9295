# SPDX-License-Identifier: GPL-3.0-only
"""Windows that every role has: what stands around the first page, the passphrase of a computer
without a keyring, settings with changeable keys, about the program.

Entry point: `first_bar.py`. Used by the wirings of desk, board and helpdesk. May import
`views.media`, `views.widgets` and `views.words`.
"""
