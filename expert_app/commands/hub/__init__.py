# SPDX-License-Identifier: GPL-3.0-only
"""The commands of `expert-app hub`; `expert_app.services` runs the hub itself.

Begin with `context`: the settings and folders that a command works on. Used by `__main__`, whose
table names each command's function; may import what `expert_app.commands` may, no window.
"""
