"""Each chapter of a whole risk analysis, traced to the noun it is about."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import analysis_factories as whole
import jsonschema
import pytest
import report_factories as factories
from pypdf import PdfReader

from riskscan.model import (
    ActionStatus,
    ControlStatus,
    Entry,
    Level,
    Registers,
    Vendor,
)
from riskscan.report import EXPORTERS, Report, schema
from riskscan.report.clean import visible

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e\"'>"


@pytest.fixture(scope="module")
def report() -> Report:
    return whole.whole()


@pytest.fixture(scope="module")
def printed(report: Report) -> list[str]:
    pages = PdfReader(io.BytesIO(EXPORTERS["pdf"](report))).pages
    return [squeezed(page.extract_text()) for page in pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words(html: bytes) -> str:
    return re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", html.decode(), flags=re.DOTALL)


# ------------------------------------------------------------------ front


def test_the_cover_names_edition_fingerprint_and_who_took_part(report: Report) -> None:
    facts = {f.label: f.value for f in report.cover.facts}

    assert report.cover.edition == "Initial: no earlier one is on file"
    assert facts["Fingerprint of the analysis"] == whole.FINGERPRINT
    assert report.cover.took_part == (
        "J. Whitfield, Northshore IT Services, assessor",
        "Dana Lake, security official",
        "Maria Núñez, owner",
    )


def test_a_later_analysis_names_the_one_it_replaces() -> None:
    made = whole.whole(before=factories.assessment())

    assert made.cover.edition == (
        "Subsequent: replaces that of November 21, 2026 (scan S-20261121-215500-3f9a)"
    )


def test_only_a_complete_assessment_calls_itself_a_risk_analysis() -> None:
    technical = whole.whole()
    complete = whole.whole(replace(whole.assessment(), complete=True))

    assert technical.cover.title == "Technical scan report"
    assert technical.cover.status.startswith("Draft")
    assert complete.cover.title == "Security risk analysis"
    assert complete.cover.status.startswith("Final, with ")


def test_three_decisions_are_asked_of_the_manager_one_of_each_kind(report: Report) -> None:
    risk, agreement, contradiction = report.summary.needed

    assert risk.what.endswith(
        "accept the risk in writing: Close the image archive to all but the devices that need it."
    )
    assert risk.refs == ("R-001", "ACT-01")
    assert "from Northlight Imaging, or end" in agreement.what
    assert contradiction.what.startswith("Settle 1 answer that does not agree")


def test_what_is_settled_needs_no_decision() -> None:
    calm = replace(
        whole.assessment(),
        conflicts=(),
        vendors=(),
        risks=tuple(replace(r, level=Level.MODERATE) for r in whole.assessment().risks),
    )

    assert whole.whole(calm, registers=Registers()).summary.needed == ()


def test_an_accepted_risk_is_neither_a_top_risk_nor_a_decision(report: Report) -> None:
    known = whole.assessment()
    accepted = known.risks[1]
    alone = replace(known, risks=(accepted,), conflicts=(), vendors=())

    made = whole.whole(alone, registers=Registers())

    assert made.summary.top == () and made.summary.needed == ()
    assert "R-002" not in {r for top in report.summary.top for r in top.risks}


def test_the_managers_page_is_one_page_with_decisions_and_top_risks(
    report: Report, printed: list[str]
) -> None:
    page = printed[1]

    for each in report.summary.needed:
        assert squeezed(each.what) in page
    for risk in report.summary.top:
        assert squeezed(risk.to_do) in page
    assert squeezed(report.summary.rest) in page
    assert "Forthepracticemanager" not in printed[2]


def test_what_became_of_risks_and_actions_is_told_by_key() -> None:
    known = whole.assessment()
    before = replace(
        known,
        risks=(*known.risks[1:], replace(known.risks[0], key="K-0000gone")),
        content_revision="older",
    )
    late = replace(known.actions[0], due=known.made_at.date() - timedelta(days=1))
    told = whole.whole(replace(known, actions=(late, *known.actions[1:])), before=before).since

    assert told[0].startswith("1 risk new (R-001) and 1 no longer in the register")
    assert "change of method" in told[1]
    assert "Overdue: ACT-01." in told
    assert "Done and shown to be: ACT-05." in told


def test_other_fingerprint_rules_are_a_change_of_method_too() -> None:
    known = whole.assessment()

    def told(rules: str) -> str:
        return " ".join(whole.whole(known, before=replace(known, rules_revision=rules)).since)

    assert "change of method" in told("older")
    assert "change of method" not in told(known.rules_revision)


# ------------------------------------------------------------------ scope and patient data


def test_the_estimate_is_told_as_the_least_there_is(report: Report) -> None:
    assert "24 are known" in report.scope.estimate
    assert "hardly more than 26" in report.scope.estimate
    assert "the least there is" in report.scope.estimate
    assert "cannot be estimated" in factories.report().scope.estimate


def test_open_questions_stand_with_what_they_would_settle(report: Report) -> None:
    (row,) = report.scope.open

    assert (row.question, row.text, row.narrows, row.put_off) == (
        "E12", "Was a restore tried out this year?", 3, True,
    )  # fmt: skip
    assert report.scope.vantages == ("server closet (2026-11-21)", "guest Wi-Fi (2026-11-20)")


def test_systems_flows_and_vendors_come_from_the_registers(report: Report) -> None:
    held = report.holdings

    assert [(s.name, s.kind, s.patients, s.restored) for s in held.systems] == [
        ("Chart Cloud", "cloud", "4,200", "May 2, 2026")
    ]
    assert [(f.source, f.target, f.encrypted) for f in held.flows] == [
        ("Ultrasound", "Image archive", "no")
    ]
    assert (held.no_systems, held.no_flows, held.no_vendors) == ("", "", "")


def test_a_vendor_stands_with_its_agreement_and_one_only_seen_stands_too(report: Report) -> None:
    rows = {v.name: v for v in report.holdings.vendors}

    assert rows["Northlight Imaging"].status == "no agreement on file"
    assert rows["Northlight Imaging"].agreement == "none on file"
    assert rows["Chart Cloud Inc."].agreement == "March 1, 2025"
    assert rows["Glow Support"].entry == ""
    assert rows["Glow Support"].status == "seen, to be clarified"


def test_without_registers_each_chapter_says_so_in_a_sentence() -> None:
    bare = factories.report()
    html = words(EXPORTERS["html"](bare))

    for sentence in (
        bare.holdings.no_systems, bare.holdings.no_flows, bare.holdings.no_vendors,
        bare.borne.none, bare.conflicts.none,
    ):  # fmt: skip
        assert sentence and sentence in html
    assert "A guess from what was seen" in html
    assert "A guess from what was seen" not in words(EXPORTERS["html"](whole.whole()))


# ------------------------------------------------------------------ threats, register, plan


def test_threats_stand_considered_or_put_aside_with_the_reason(report: Report) -> None:
    assert [(t.id, t.considered, t.reason) for t in report.threats] == [
        ("T04", True, "Raised to high."),
        ("T13", False, "Put aside by Dana Lake: the house stands on rock."),
    ]


def test_safeguards_are_sorted_by_strength_of_proof(report: Report) -> None:
    met = {c.control.title for c in whole.assessment().controls if c.status is ControlStatus.MET}

    assert [row.assurance for row in report.safeguards] == ["document seen"]
    assert set(report.safeguards[0].controls) == met


def test_a_risk_asks_nothing_that_has_been_answered() -> None:
    answered = replace(whole.assessment(), open_questions=())

    assert not any(row.asks for row in whole.whole(answered).register)


def test_gaps_and_weaknesses_stand_alike_in_the_register(report: Report) -> None:
    gap = next(r for r in report.register if r.id == "R-099")

    assert gap.from_answers and not report.register[0].from_answers
    assert gap.group == "Whole practice"
    assert (gap.best, gap.worst, gap.asks) == (Level.LOW, Level.HIGH, ("E12",))
    assert gap.because == ("Raised, because a power cut was named.",)
    assert report.register[1].acceptance == (
        "Accepted by Dr. Maria Núñez until March 31, 2027: a new server comes in March"
    )


def test_gaps_in_the_rule_and_advice_are_told_apart(report: Report) -> None:
    plan = {a.id: a for a in report.plan}

    assert plan["ACT-01"].by_rule
    assert plan["ACT-01"].source == "164.312(a)(2)(i), 164.312(e)(2)(i)"
    assert (plan["ACT-07"].by_rule, plan["ACT-07"].source) == (False, "the practice")
    assert plan["ACT-07"].interim == "Guest Wi-Fi is off at night"


def test_advice_names_the_practice_that_gives_it() -> None:
    known = whole.assessment()
    met = tuple(
        replace(c, status=ControlStatus.MET) if c.status is ControlStatus.NOT_MET else c
        for c in known.controls
    )
    tls = replace(known.actions[5], key="tls.expired/device")
    calm = tuple(
        replace(c, status=ControlStatus.MET) if c.status is ControlStatus.NOT_ASSESSED else c
        for c in met
    )

    (row,) = whole.whole(replace(known, controls=calm, actions=(tls,))).plan

    assert (row.by_rule, row.source) == (False, "HICP 2.S.A")


def test_only_what_was_shown_is_called_verified(report: Report) -> None:
    done = {a.id: a.verified_by for a in report.plan if a.status == ActionStatus.VERIFIED.value}

    assert done == {"ACT-05": "S-20261120-100000-0001"}


def test_an_acceptance_that_holds_is_told_from_one_whose_risk_is_gone(report: Report) -> None:
    holds, gone = report.borne.accepted

    assert (holds.risk, holds.holds, holds.until) == ("R-002", True, date(2027, 3, 31))
    assert holds.approver == "Dr. Maria Núñez"
    assert (gone.risk, gone.holds, gone.says) == (
        "K-ffffffff", False, "The risk is no longer in the register.",
    )  # fmt: skip


def test_an_exception_stands_with_its_test(report: Report) -> None:
    (row,) = report.borne.excepted

    assert not row.holds
    assert row.tested == "Port 23 was reached from the guest Wi-Fi."
    assert (row.control, row.approver) == ("only the pump server reaches it", "Dr. Maria Núñez")


# ------------------------------------------------------------------ the rule, sets, sign-off


def test_a_standard_stands_with_the_counts_of_its_parts(report: Report) -> None:
    (row,) = report.standards

    assert (row.citation, row.status) == ("164.312(a)(1)", "Not met")
    assert [(c.label, c.count) for c in row.counts] == [
        ("Not met", 2), ("Met", 1), ("Met otherwise", 1),
    ]  # fmt: skip


def test_open_contradictions_stand_before_closed_ones(report: Report) -> None:
    assert [(c.control, c.is_open) for c in report.conflicts.rows] == [
        ("A13", True),
        ("T08", False),
    ]
    assert report.conflicts.rows[1].closed_by.startswith("false positive")


def test_decisions_on_addressable_safeguards_stand_to_be_signed(report: Report) -> None:
    (row,) = report.addressable.rows

    assert (row.control, row.decision) == ("T03", "Something else in its place")
    assert row.alternative == "badges lock the screen"
    assert not [u for u in report.addressable.undecided if row.citation in u]
    assert str(len(report.addressable.undecided)) in report.addressable.says


def test_recognized_practices_are_for_hhs_to_consider_and_no_protection(report: Report) -> None:
    page = next(s for s in report.sets if s.id == "hicp-2023")

    assert page.kind == "recognized"
    assert "for HHS to consider" in page.lead
    assert "harbor" not in words(EXPORTERS["html"](report)).lower()


def test_the_proposed_rule_is_headed_as_not_in_force_with_its_day_and_clocks(
    report: Report, printed: list[str]
) -> None:
    page = next(s for s in report.sets if s.kind == "proposed")

    assert page.head == "PROPOSED - NOT IN FORCE, checked on November 19, 2026"
    assert page.rows[0].clock == "every 6 months"
    shown = next(text for text in printed if "Titleofhipaa-nprm-2025" in text and "Today" in text)
    assert squeezed(page.head) in shown and "every6months" in shown


def test_the_readiness_map_stands_in_its_phases(report: Report) -> None:
    page = next(s for s in report.sets if s.kind == "map")

    assert [(row.phase, row.title) for row in page.rows] == [("1", "Know"), ("3", "Watch")]


def test_the_next_review_is_the_first_day_on_which_something_ends(report: Report) -> None:
    assert report.review.next == date(2027, 3, 31)
    assert report.review.why == "On that day the acceptance of a risk ends."
    assert factories.report().review.next == date(2027, 11, 21)


def test_there_is_a_line_to_sign_for_each_role(report: Report) -> None:
    rows = [(row.role, row.person) for row in report.review.signatures]

    assert rows == [("security official", "Dana Lake"), ("assessor", ""), ("owner", "")]


# ------------------------------------------------------------------ appendix


def test_every_answer_stands_with_who_and_when_and_none_hides_another(report: Report) -> None:
    assert [(a.question, a.answer, a.person) for a in report.appendix.answers] == [
        ("S01", "1 to 10", "Dana Lake, practice manager"),
        ("A05", "no", "Dana Lake, practice manager"),
        ("A05", "yes", "Maria Núñez, owner"),
    ]
    assert report.appendix.answers[2].document == "Security policy, February 1, 2026"


def test_the_matrix_of_segments_and_the_nine_elements_stand_in_the_appendix(
    report: Report,
) -> None:
    (row,) = report.appendix.reach

    assert (row.place, row.reached, row.unreached, row.untested) == (
        "waiting room (guest)",
        1,
        1,
        1,
    )
    assert [(e.number, e.present, e.lacking) for e in report.appendix.elements] == [
        (1, True, ""), (2, False, "the register of systems is empty"),
    ]  # fmt: skip


def test_everything_that_the_chapters_hold_is_printed(report: Report, printed: list[str]) -> None:
    text = "".join(printed)
    expected = [s.name for s in report.holdings.systems] + [f.how for f in report.holdings.flows]
    expected += [v.name for v in report.holdings.vendors] + [
        v.contact for v in report.holdings.vendors
    ]
    expected += [t.reason for t in report.threats] + [r.key for r in report.register]
    expected += [x for r in report.register for x in r.because]
    expected += [a.statement for a in report.borne.accepted]
    expected += [e.tested for e in report.borne.excepted]
    expected += [c.seen for c in report.conflicts.rows] + [c.said for c in report.conflicts.rows]
    expected += [r.rationale for r in report.addressable.rows] + list(report.addressable.undecided)
    expected += [row.title for s in report.sets for row in s.rows]
    expected += list(report.review.triggers) + [a.note for a in report.appendix.answers]
    expected += [e.lacking for e in report.appendix.elements]

    assert [e for e in expected if squeezed(e) not in text] == []


# ------------------------------------------------------------------ the whole


def test_the_export_of_a_whole_analysis_keeps_to_the_schema(report: Report) -> None:
    made = json.loads(EXPORTERS["json"](report))

    jsonschema.Draft202012Validator(schema()).validate(made)
    assert made["holdings"]["systems"][0]["entry"] == "SYS-01"


def test_nothing_claims_to_satisfy_the_law_and_there_is_no_percentage(report: Report) -> None:
    for each in (report, factories.report(), factories.empty()):
        text = words(EXPORTERS["html"](each))
        assert "complian" not in text.lower()
        assert not re.search(r"\d ?%", text)


def test_hostile_entries_and_answers_are_shown_cut_and_not_obeyed() -> None:
    entries = tuple(
        Entry(e.register, e.id, _poisoned(e.content), HOSTILE, e.made_at)
        for e in whole.registers().entries
    )
    answers = tuple(replace(a, person=HOSTILE, note=HOSTILE * 200) for a in whole.ANSWERS)
    endless = Entry("vendors", "VEN-09", Vendor("x" * 9000, "y" * 9000), "Z", factories.END)

    made = whole.whole(registers=Registers((*entries, endless)), answers=answers)
    html = EXPORTERS["html"](made).decode()

    assert visible(HOSTILE).replace("<", "&lt;").split("\\x1b")[0].split(">")[0] in html
    assert "<script" not in html and "\x1b" not in html and "\u202e" not in html
    assert "x" * 100 not in html and "y" * 300 not in html
    EXPORTERS["pdf"](made)


def _poisoned(content: Any) -> Any:
    """Put hostile text into every field of an entry that is free text."""
    assert is_dataclass(content) and not isinstance(content, type)
    kept = {"control", "risk", "device"}
    free = {
        f.name: HOSTILE
        for f in fields(content)
        if type(getattr(content, f.name)) is str and f.name not in kept
    }
    return replace(content, **free)


def test_every_row_of_counts_has_as_many_cells_as_its_head(report: Report) -> None:
    html = EXPORTERS["html"](report).decode()
    table = html[html.index('id="rule"') :].partition("</table>")[0]
    cells = [len(re.findall("<t[hd]", row)) for row in re.findall("<tr>.*?</tr>", table, re.DOTALL)]
    shown = [count for count in report.rule.counts if count.count]

    assert cells == [len(shown) + 1] * (len(report.rule.groups) + 2)


def test_the_managers_page_stays_one_page_when_every_text_is_as_long_as_can_be() -> None:
    known = whole.assessment()
    endless = "A long word and another one. " * 60
    long = replace(
        known,
        statement=endless,
        risks=tuple(replace(r, statement=endless, level=Level.VERY_HIGH) for r in known.risks),
        actions=tuple(
            replace(a, title=endless, owner=endless, cost=endless) for a in known.actions
        ),
    )
    checks = {id: replace(c, title=endless) for id, c in factories.checks().items()}

    made = EXPORTERS["pdf"](whole.whole(long, checks=checks, before=known))

    pages = [squeezed(p.extract_text()) for p in PdfReader(io.BytesIO(made)).pages]
    assert "Forthepracticemanager" in pages[1]
    assert "furtherrisk" in pages[1]
    assert "Whatchanged" in pages[2]


def test_the_cover_calls_it_what_it_is() -> None:
    known = whole.assessment()
    whole_one = whole.whole(replace(known, complete=True)).cover
    technical = whole.whole(replace(known, complete=False)).cover

    assert (whole_one.title, technical.title) == ("Security risk analysis", "Technical scan report")
    assert whole_one.note.startswith("This is a risk analysis")
    assert technical.note.startswith("A scan report describes")
