"""Finds ``report_templates/`` and renders the one template with its styles and fonts inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from riskscan.errors import OutputError
from riskscan.report import charts, netmap, words
from riskscan.report.document import Report

_PAPER = ("fonts.css", "base.css", "print.css")
_STYLES = (*_PAPER, "screen.css")
_FORM = ("fonts.css", "form.css")

EVIDENCE_ROWS = 500
"""Rows of the evidence appendix that are printed: layout takes about 7 ms for each."""


def folder() -> Traversable:
    """Return the templates of the installed package, or those of the checkout.

    A wheel carries them inside ``riskscan/report``; in a checkout they stand beside it.
    """
    shipped = files("riskscan.report") / "report_templates"
    checkout = Path(__file__).resolve().parents[2] / "report_templates"
    for place in (shipped, checkout):
        if (place / "report.html").is_file():
            return place
    raise OutputError("the report templates are missing", "install riskscan again")


@cache
def _environment() -> Environment:
    place = folder()
    names = [entry.name for entry in place.iterdir() if entry.name.endswith(".html")]
    loader = DictLoader({name: (place / name).read_text("utf-8") for name in names})
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = words.day
    environment.globals["charts"] = charts
    environment.globals["netmap"] = netmap
    return environment


@cache
def _styles(names: tuple[str, ...]) -> Markup:
    """Join the style sheets; they are ours, so they enter unescaped."""
    place = folder()
    css = "\n".join((place / name).read_text("utf-8") for name in names)
    for font in (place / "fonts").iterdir():
        if font.name.endswith(".woff2"):
            encoded = base64.b64encode(font.read_bytes()).decode("ascii")
            css = css.replace(f"fonts/{font.name}", f"data:font/woff2;base64,{encoded}")
    return Markup(css)  # noqa: S704


def render(report: Report, digest: str, *, paper: bool = False) -> str:
    """Render the report as one HTML page without any reference to the outside.

    ``digest`` is printed on every page. For paper the screen's styles are left out, and the
    appendix of evidence is cut to :data:`EVIDENCE_ROWS`, saying so.
    """
    evidence = report.appendix.evidence
    printed = evidence[:EVIDENCE_ROWS] if paper else evidence
    template = _environment().get_template("report.html")
    return template.render(
        report=report,
        digest=digest,
        anchors=_anchors(report),
        styles=_styles(_PAPER if paper else _STYLES),
        evidence=printed,
        evidence_left_out=len(evidence) - len(printed),
        paper=paper,
        fixes=_fixes(report),
    )


def render_form(parts: Sequence[object], practice: str) -> str:
    """Render the form to fill in by hand; ``parts`` are its sections, made safe to show already."""
    template = _environment().get_template("form.html")
    return template.render(parts=parts, practice=practice, styles=_styles(_FORM))


def _fixes(report: Report) -> dict[str, tuple[str, ...]]:
    """Return the actions in which a check's advice is printed in full, by check."""
    return {
        weakness.check: tuple(
            action.id
            for action in report.plan
            if weakness.fix
            and weakness.fix in action.how
            and {case.finding for case in weakness.cases} & set(action.findings)
        )
        for weakness in report.weaknesses
    }


def _anchors(report: Report) -> frozenset[str]:
    """Return the ids that a link may lead to."""
    return frozenset(
        [case.finding for weakness in report.weaknesses for case in weakness.cases]
        + [control.id for group in report.rule.groups for control in group.controls]
        + [risk.id for risk in report.register]
        + [action.id for action in report.plan]
    )
