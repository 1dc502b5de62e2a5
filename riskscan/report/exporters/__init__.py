"""One exporter per file: each turns a :class:`~riskscan.report.document.Report` into bytes.

To add one, write ``exporters/x.py`` with ``export(report) -> bytes`` and add its line here. The
same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from riskscan.report.document import Report
from riskscan.report.exporters import csv, html, json, pdf

EXPORTERS: dict[str, Callable[[Report], bytes]] = {
    "csv": csv.export,
    "html": html.export,
    "json": json.export,
    "pdf": pdf.export,
}
"""Format to exporter; the names are also the suffixes of the files."""
