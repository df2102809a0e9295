# SPDX-License-Identifier: GPL-3.0-only
"""Lists that are long, and answers that do not come."""
