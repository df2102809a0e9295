# SPDX-License-Identifier: GPL-3.0-only
"""The activity report of a period, for operators and supervisors.

Entry points: `pdf.report` and `csv_file.report_csv`, from chapters of `words.ReportFigures`;
`masking.masked` hides counts so small that they would name somebody.
May import what `documents.printed` may.
"""
