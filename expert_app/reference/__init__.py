# SPDX-License-Identifier: GPL-3.0-only
"""The reference for builders of another kiosk or desk: schemas, vectors, pages.

All of it is made from the program's own types and tables and lies in `docs`; `make schemas`
writes it, `make lint` compares. Entry point: `python -m expert_app.reference`. May import
everything below `expert_app.commands`; nothing imports it.
"""
