# SPDX-License-Identifier: GPL-3.0-only
"""Tests of the package `expert_app.rdv_service_public`."""
