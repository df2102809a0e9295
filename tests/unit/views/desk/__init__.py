# SPDX-License-Identifier: GPL-3.0-only
"""The agent's desk: window, queue, offer, call, wrap-up."""
