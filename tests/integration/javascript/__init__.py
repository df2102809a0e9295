# SPDX-License-Identifier: GPL-3.0-only
"""The client of `resources/pages/client` in real browsers, against a real hub."""
