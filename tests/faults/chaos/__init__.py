# SPDX-License-Identifier: GPL-3.0-only
"""Real programs are killed at random while they work: `python -m tests.faults.chaos`."""
