# SPDX-License-Identifier: GPL-3.0-only
"""Setting a hub up: its first files, where its settings are found, who is invited and enrolled.

Begin with `new_hub.py` (`expert-app hub init`). Used by `expert_app.__main__` and
`expert_app.commands.hub`; imports what `expert_app.commands` may, no window.
"""
