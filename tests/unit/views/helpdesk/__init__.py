# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's window, part by part."""
