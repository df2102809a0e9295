# SPDX-License-Identifier: GPL-3.0-only
"""The bus with a real nats-server: who may do what, connections that break, several hubs."""
