# SPDX-License-Identifier: GPL-3.0-only
"""The conformance program is tried: kiosks that keep to the protocol, and some that do not."""
