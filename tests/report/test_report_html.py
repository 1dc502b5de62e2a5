"""The HTML export: one file, nothing outside it, nothing hostile inside it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import report_factories as factories

from riskscan.model import Observation
from riskscan.report import EXPORTERS, Report, charts, netmap
from riskscan.report.templates import EVIDENCE_ROWS, folder, render

HOSTILE = (
    "<script>alert(1)</script>{{7*7}}{% raw %}\x1b[31m\u202e"
    '"\'><img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/hostname">'
)


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if tag == "a":
            self.links.append(found["href"] or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(report: Report) -> Page:
    return Page(EXPORTERS["html"](report).decode())


def hostile() -> Report:
    base = factories.scan()
    devices = tuple(
        replace(d, identity=replace(d.identity, vendor=HOSTILE, product=HOSTILE))
        for d in base.devices
    )
    scan = replace(base, devices=devices, site=replace(base.site, practice=HOSTILE))
    known = factories.assessment(scan)
    findings = tuple(
        replace(
            f,
            summary=HOSTILE,
            evidence=tuple(
                replace(e, observation=Observation.of("http.title", HOSTILE), says=HOSTILE)
                for e in f.evidence
            ),
        )
        for f in known.findings
    )
    return factories.report(scan, replace(known, findings=findings, statement=HOSTILE))


@pytest.mark.parametrize(
    "report", [factories.report(), factories.empty(), hostile()], ids=["clinic", "empty", "hostile"]
)
def test_nothing_outside_the_file_is_asked_for(report: Report) -> None:
    html = EXPORTERS["html"](report).decode()
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    seen = Page(html)

    assert style is not None
    assert all(u.startswith("data:") for u in re.findall(r'url\("?([^")]+)', style.group(1)))
    assert "@import" not in style.group(1)
    assert not {"script", "img", "link", "iframe", "object", "embed"} & {t for t, _ in seen.tags}
    assert all(link.startswith("#") for link in seen.links)
    assert not [a for _, a in seen.tags if "src" in a or "onerror" in a or "onclick" in a]


@pytest.mark.parametrize("report", [factories.report(), factories.empty()], ids=["clinic", "empty"])
def test_every_link_leads_somewhere_and_every_id_is_unique(report: Report) -> None:
    seen = page(report)

    assert len(seen.ids) == len(set(seen.ids))
    assert {link.removeprefix("#") for link in seen.links} <= set(seen.ids)


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    html = EXPORTERS["html"](hostile()).decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}{% raw %}\\x1b[31m\\u202e" in html
    assert "<script" not in html
    assert "\x1b" not in html and "\u202e" not in html


def test_a_finding_that_is_no_failure_is_named_but_not_linked() -> None:
    known = factories.assessment()
    first = replace(known.controls[0], findings=("F-00000000",))
    report = factories.report(by=replace(known, controls=(first, *known.controls[1:])))

    seen = page(report)

    assert "F-00000000" in "".join(seen.text)
    assert "#F-00000000" not in seen.links


def test_the_page_reads_in_sections_and_fits_a_phone() -> None:
    seen = page(factories.report())

    assert {
        "summary", "changes", "seen", "inventory", "findings", "register", "plan", "rule",
        "method", "appendix",
    } <= set(seen.ids)  # fmt: skip
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in (
        seen.tags
    )


def test_the_manager_reads_no_percentage_and_no_grade() -> None:
    html = EXPORTERS["html"](factories.report()).decode()
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)

    assert not re.search(r"\d ?%", body)
    assert "compliant" not in body.lower()


def test_same_report_same_bytes() -> None:
    assert EXPORTERS["html"](factories.report()) == EXPORTERS["html"](factories.report())


def test_the_print_says_how_much_evidence_it_leaves_out() -> None:
    report = factories.report()
    many = report.appendix.evidence * 50
    long = replace(report, appendix=replace(report.appendix, evidence=many))

    printed = render(long, "0" * 64, paper=True)
    whole = render(long, "0" * 64)

    assert f"{len(many) - EVIDENCE_ROWS} further lines are left out" in printed
    assert "left out of this print" not in whole
    assert whole.count("it answered so") == len(many)


def test_charts_are_well_formed_and_speak_to_a_screen_reader() -> None:
    report = factories.report()

    drawn = (
        charts.levels(report.summary.counts),
        charts.groups(report.inventory),
        charts.statuses(report.rule.counts),
        charts.groups(()),
        *(netmap.draw(network) for network in report.networks),
    )

    for svg in drawn:
        root = ElementTree.fromstring(svg)  # noqa: S314
        assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
        assert root.attrib["role"] == "img"


def test_the_font_ships_with_its_licence() -> None:
    licence = (folder() / "fonts" / "OFL-1.1.txt").read_text("utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence
