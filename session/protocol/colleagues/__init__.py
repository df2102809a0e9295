# SPDX-License-Identifier: GPL-3.0-only
"""What the people of an organisation tell each other: who is there, and memos of a few lines.

Begin with `memos`. May import `session.core` and the other packages of `session.protocol`.
"""
