# SPDX-License-Identifier: GPL-3.0-only
"""A region of three machines over PostgreSQL and S3, killed, upgraded and restored: `__main__`."""
