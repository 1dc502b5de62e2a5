"""The report as a PDF, laid out by WeasyPrint from the same HTML that a browser gets."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from riskscan.errors import OutputError
from riskscan.report.document import Report
from riskscan.report.exporters.json import digest
from riskscan.report.templates import render

_log = logging.getLogger(__name__)
logging.getLogger("fontTools").addHandler(logging.NullHandler())

_clock = Lock()
"""Held while SOURCE_DATE_EPOCH is ours: the environment belongs to the whole process."""


def export(report: Report) -> bytes:
    """Render the report for US Letter.

    The PDF is not tagged: that would take a third longer and make it more than twice as large,
    and the HTML export serves screen readers better. Raises OutputError if pango is missing.
    """
    page = render(report, digest(report), paper=True)
    return laid_out(page, int(report.created_at.timestamp()))


def laid_out(page: str, seconds: int) -> bytes:
    """Lay one of our own pages out; ``seconds`` since 1970 is the time inside its fonts.

    Raises OutputError if pango is missing.
    """
    with _epoch(seconds), _quietly():
        weasyprint = _weasyprint()
        made: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher(weasyprint)).write_pdf()
    return made


def fetcher(weasyprint: Any) -> Any:
    """Return the fetcher that lets ``data:`` in and nothing else: no file, no network."""
    return weasyprint.urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False)


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


@contextmanager
def _quietly() -> Iterator[None]:
    """Log what weasyprint warns of, such as a machine without fonts: ours come with the report."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        _log.debug("weasyprint: %s", warning.message)
