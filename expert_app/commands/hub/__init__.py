# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub` and its commands: one module for each that is longer than a few lines.

Begin with `arguments` (what the command line takes; it loads nothing of the hub, for every program
reads it) and `command` (what each word does). Used by `__main__`; may import what
`expert_app.commands` may, no window.
"""
