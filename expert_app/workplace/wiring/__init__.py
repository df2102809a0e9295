# SPDX-License-Identifier: GPL-3.0-only
"""Connects the windows that every role has with what they are about: support, settings, about.

Entry point: `support.py`. Used by the wirings of desk, board and helpdesk. May import `views` and
`expert_app.runtime`.
"""
