"""5. Tell someone: ``Assessment -> Report -> bytes``.

:func:`compose` arranges a scan and its assessment as one :class:`Report`; an exporter turns that
into bytes and reads nothing else, so PDF, HTML, JSON and CSV cannot disagree. May import:
:mod:`riskscan.model`, :mod:`riskscan.errors`, and alone of all packages jinja2 and weasyprint.
One decision: hostile text is made safe once, in :mod:`riskscan.report.clean`, on its way into the
Report; exporters only add the escaping of their own format.
"""

from riskscan.report.compose import compose
from riskscan.report.document import Report
from riskscan.report.exporters import EXPORTERS
from riskscan.report.exporters.json import schema
from riskscan.report.form import blank_form

__all__ = ["EXPORTERS", "Report", "blank_form", "compose", "schema"]
