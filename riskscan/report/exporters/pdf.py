"""The report as a PDF, laid out by WeasyPrint from the same HTML that a browser gets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from riskscan.errors import OutputError
from riskscan.report.document import Report
from riskscan.report.exporters.json import digest
from riskscan.report.templates import render

_clock = Lock()


def export(report: Report) -> bytes:
    """Render the report for US Letter.

    The PDF is not tagged: that would take a third longer and make it more than twice as large,
    and the HTML export serves screen readers better. Raises OutputError if pango is missing.
    """
    page = render(report, digest(report), paper=True)
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    with _epoch(int(report.created_at.timestamp())):
        made: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf()
    return made


def _weasyprint() -> Any:
    """Import weasyprint when it is needed: it takes half a second, and it needs pango."""
    try:
        import weasyprint
    except OSError as error:
        raise OutputError(
            f"the PDF needs the pango library, which this machine lacks ({error})",
            "install it (Debian: libpango-1.0-0 libpangoft2-1.0-0), or write html instead",
        ) from error
    return weasyprint


@contextmanager
def _epoch(seconds: int) -> Iterator[None]:
    """Stamp the fonts inside the PDF with the report's time: fontTools reads it from here."""
    with _clock:
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = str(seconds)
        try:
            yield
        finally:
            if before is None:
                del os.environ["SOURCE_DATE_EPOCH"]
            else:
                os.environ["SOURCE_DATE_EPOCH"] = before
