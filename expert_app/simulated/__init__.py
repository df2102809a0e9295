# SPDX-License-Identifier: GPL-3.0-only
"""Devices that are not there: a scanner and a printer for the demo and the tests.

`escl_scanner` and `ipp_printer` are programs that speak the real protocols; `program` has what
both need to start and stop. `pages` lays invented papers on the flatbed of the scanner:
`sheets` and `sheet_*` draw them, `handwriting` fills them in, `flatbed` lays them askew.
May import `session`; in the product only `expert_app.demo` uses it.
"""
