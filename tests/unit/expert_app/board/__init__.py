# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's jobs and the programs of board and site."""
