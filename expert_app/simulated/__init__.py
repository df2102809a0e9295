# SPDX-License-Identifier: GPL-3.0-only
"""Devices that are not there: a scanner and a printer for the demo and the tests, as programs of
their own.
"""
