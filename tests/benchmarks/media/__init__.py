# SPDX-License-Identifier: GPL-3.0-only
"""The media bench: two ends, a shaped line between them, and peers to compare with."""
