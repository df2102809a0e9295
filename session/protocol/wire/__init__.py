# SPDX-License-Identifier: GPL-3.0-only
"""The basics that everything on the wire shares:
subjects, roles, ids and the protocol's version.

May import nothing of the protocol.
"""
