# SPDX-License-Identifier: GPL-3.0-only
"""Commands about the logs of conversations that a hub or a vault keeps.

Begin with `index`: `expert-app hub logs rebuild`. Used by `expert_app.__main__`; may import
what `expert_app.commands` may.
"""
