"""The report as one HTML file with nothing outside it: for a browser, a phone and the PDF."""

from __future__ import annotations

from riskscan.report.document import Report
from riskscan.report.exporters.json import digest
from riskscan.report.templates import render


def export(report: Report) -> bytes:
    """Render the whole report."""
    return render(report, digest(report)).encode("utf-8")
