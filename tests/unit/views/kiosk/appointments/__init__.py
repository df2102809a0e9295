# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's pages of an appointment."""
