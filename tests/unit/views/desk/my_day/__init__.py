# SPDX-License-Identifier: GPL-3.0-only
"""The layouts of a conversation at the desk."""
