# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's questions: which conversations there were, what failed in them,
help from afar.

Begin with `log_list`: a list of conversations without one personal value, asked from whoever
keeps the logs, the hub or an organisation's vault. May import `session.core` and the other
packages of `session.protocol`.
"""
