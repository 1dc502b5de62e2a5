"""The PDF export, read back with pypdf."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import report_factories as factories
from pypdf import PdfReader
from pypdf.generic import Destination

from riskscan.report import EXPORTERS
from riskscan.report.exporters.json import digest


@pytest.fixture(scope="module")
def clinic() -> PdfReader:
    return PdfReader(io.BytesIO(EXPORTERS["pdf"](factories.report())))


@pytest.fixture(scope="module")
def text(clinic: PdfReader) -> str:
    return squeezed(" ".join(page.extract_text() for page in clinic.pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def titles(outline: list[object]) -> list[str]:
    found: list[str] = []
    for entry in outline:
        if isinstance(entry, list):
            found += titles(entry)
        else:
            assert isinstance(entry, Destination)
            found.append(str(entry.title))
    return found


def test_every_device_finding_risk_action_and_control_is_printed(text: str) -> None:
    report = factories.report()

    expected = [d.address for g in report.inventory for d in g.devices]
    expected += [d.mac for g in report.inventory for d in g.devices]
    expected += [c.finding for w in report.weaknesses for c in w.cases]
    expected += [r.id for r in report.register] + [r.statement for r in report.register]
    expected += [a.id for a in report.plan] + [a.criterion for a in report.plan]
    expected += [c.citation for g in report.rule.groups for c in g.controls]
    expected += [q.question for q in report.appendix.questions]
    expected += list(report.seen.limits)
    assert [e for e in expected if squeezed(e) not in text] == []


def test_the_managers_page_is_one_page_and_stands_after_the_cover(clinic: PdfReader) -> None:
    report = factories.report()
    page = squeezed(clinic.pages[1].extract_text())

    assert squeezed(report.summary.statement) in page
    for risk in report.summary.top:
        assert squeezed(risk.to_do) in page
        assert squeezed(risk.owner) in page
        assert squeezed(risk.cost) in page
    assert "Whatchanged" in squeezed(clinic.pages[2].extract_text())


def test_every_page_names_practice_scan_report_and_its_own_number(clinic: PdfReader) -> None:
    report = factories.report()
    total = len(clinic.pages)

    for number, page in enumerate(clinic.pages, start=1):
        words = squeezed(page.extract_text())
        assert f"Page{number}of{total}" in words
        assert report.cover.scan_id in words
        assert digest(report)[:16] in words
        assert squeezed(report.cover.practice) in words


def test_bookmarks_lead_to_the_sections(clinic: PdfReader) -> None:
    marks = titles(clinic.outline)

    for title in ("For the practice manager", "Devices on the network", "What was found",
                  "Risk register", "Plan of action", "How risk was rated", "Appendix"):  # fmt: skip
        assert title in marks
    assert "Medical devices (6)" in marks


def test_the_pages_are_us_letter(clinic: PdfReader) -> None:
    assert {(p.mediabox.width, p.mediabox.height) for p in clinic.pages} == {(612, 792)}


def test_the_metadata_names_title_author_and_time(clinic: PdfReader) -> None:
    about = clinic.metadata

    assert about is not None
    assert about.title == "Technical scan report: Lakeside Family Clinic"
    assert about.author == "J. Whitfield, Northshore IT Services"
    assert about.creation_date == factories.report().created_at
    assert clinic.root_object["/Lang"] == "en-US"


def test_all_fonts_are_ours_and_embedded(clinic: PdfReader) -> None:
    for page in clinic.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert "Source-Sans-3" in inner["/BaseFont"]
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())


def test_nothing_is_attached(clinic: PdfReader) -> None:
    assert dict(clinic.attachments) == {}


def test_same_report_same_bytes_even_at_another_time_and_place(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, report_factories as f\n"
        "from riskscan.report import EXPORTERS\n"
        "pathlib.Path(sys.argv[1]).write_bytes(EXPORTERS['pdf'](f.empty()))\n"
    )
    bare = tmp_path / "fonts.conf"
    bare.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    made = tmp_path / "made.pdf"

    done = subprocess.run(
        [sys.executable, "-c", script, str(made)],
        env={
            "PYTHONPATH": ":".join([str(Path(__file__).parent), *sys.path]),
            "FONTCONFIG_FILE": str(bare),
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
        },
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert made.read_bytes() == EXPORTERS["pdf"](factories.empty())


def test_a_file_on_this_machine_is_never_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import weasyprint

    from riskscan.report.exporters.pdf import fetcher

    secret = tmp_path / "secret.txt"
    secret.write_text("never to be seen")
    attack = (
        f'<link rel="attachment" href="{secret.as_uri()}"><img src="{secret.as_uri()}">'
        f'<style>@import url("{secret.as_uri()}"); p {{ background: url("{secret.as_uri()}") }}'
        "</style><p>text</p>"
    )

    made = weasyprint.HTML(string=attack, url_fetcher=fetcher(weasyprint)).write_pdf()

    assert dict(PdfReader(io.BytesIO(made)).attachments) == {}
    assert b"never to be seen" not in made
    assert caplog.text.count("disallowed protocol") >= 3
