# SPDX-License-Identifier: GPL-3.0-only
"""An end with a true identity that sends far too much, in a conversation with a real program.

Entry point: `bench` (`python -m tests.faults.hostile`). May import what tests may.
"""
