# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's jobs."""
