"""The pitfalls of risk assessments that code can commit, and that this one does not.

Numbered as in the method. The 3rd's other half and the 10th (what is sent to fragile devices) are
held by the tests of discover, the 11th's proof on a whole network by the lab's; whether words are
our own (20) is for people to judge.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from importlib.resources import files
from itertools import product

import pytest
from assess.factories import (
    Said,
    answer,
    device,
    registers,
    scan,
    verdict,
    with_telnet,
)
from assess.pitfall_reading import (
    FULL,
    IDS,
    INSTEAD,
    MET,
    NO_LIGHT_FROM_THE_NETWORK,
    PARTIAL,
    assessed,
    own_words,
    told,
    words_in,
)
from assess.test_acceptances import risk as some_risk
from assess.test_exposure import far, from_zone
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscan.assess import (
    CHECK_TEXTS,
    CHECKS,
    LIKELIHOOD,
    RISK,
    canonical,
    load_checklist,
)
from riskscan.assess.gaps import gaps
from riskscan.assess.scoring import score
from riskscan.assess.statement import overall
from riskscan.model import (
    Acceptance,
    AnswerValue,
    Assessment,
    Confidence,
    ControlStatus,
    Coverage,
    DeviceClass,
    Level,
    PortState,
    Result,
    ScanPower,
    Zone,
)
from riskscan.report import Report

# 1 ------------------------------------------------------------------------------------------------

GRADED = re.compile(
    r"\d\s?(%|percent\b|per cent\b)|\bgrade [A-F]\b|\b(HIPAA|compliance|security|risk) score\b"
    r"|\b(is|are|fully) compliant\b|\b\d+ (of|out of) (10|100)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("by", ["silent", "answered"])
def test_01_no_percentage_and_no_grade(by: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(by)
    texts = (*words_in(json.loads(canonical(made))), *words_in(told(made)))

    assert all(map(GRADED.search, ("87 % of the rule", "HIPAA score", "You are compliant.")))
    assert [text for text in texts if GRADED.search(text)] == []


def test_01_no_field_holds_a_share_or_a_mark() -> None:
    names = {name for kind in _shapes(Assessment, Report) for name in kind}

    assert "level" in names
    assert {
        n for n in names if re.search(r"percent|score|grade|rating|ratio|compliant", n)
    } == set()


def _shapes(*instances: type) -> Iterator[list[str]]:
    """Yield the names of the fields of some kinds, and of all that stands in what they make."""
    known = (assessed(None, *FULL), told(assessed(None, *FULL)))
    seen: set[type] = set(instances)
    open_: list[object] = list(known)
    while open_:
        each = open_.pop()
        if is_dataclass(each):
            seen.add(type(each))
            open_ += [getattr(each, f.name) for f in fields(each)]
        elif isinstance(each, list | tuple):
            open_ += each
    for kind in seen:
        yield [f.name for f in fields(kind)]


# 2 ------------------------------------------------------------------------------------------------


def test_02_a_documented_alternative_is_no_failure() -> None:
    no = answer("P10", AnswerValue.NO)
    made = assessed(None, no, registers=registers(INSTEAD))
    result = next(c for c in made.controls if c.control.id == "P10")

    assert result.status is ControlStatus.MET_ALTERNATIVE
    assert result.lacking == ()
    assert not any("P10" in a.key or result.control.citation in a.how for a in made.actions)
    page = told(made, registers=registers(INSTEAD))
    assert any("The vendor keeps copies" in text for text in words_in(page.addressable))


def test_02_addressable_is_not_optional() -> None:
    made = assessed(None, answer("P10", AnswerValue.NO))
    result = next(c for c in made.controls if c.control.id == "P10")

    assert result.status is PARTIAL
    assert "Decision not documented (164.306(d)(3))" in result.reason
    assert [s for s in own_words() if re.search(r"addressable.{0,30}\boptional", s, re.I)
            and not re.search(r"\b(not|never)\b", s)] == []  # fmt: skip


# 3 ------------------------------------------------------------------------------------------------


def test_03_a_scan_is_no_risk_analysis_and_no_penetration_test(silent: Assessment) -> None:
    assert not silent.complete
    cover = told(silent).cover

    assert cover.title == "Technical scan report"
    assert "not a penetration test" in cover.note
    assert {c.status for c in silent.controls if c.control.scan_power is ScanPower.NONE} <= {
        ControlStatus.NOT_ASSESSED,
        ControlStatus.NOT_APPLICABLE,
    }


def test_03_no_check_calls_what_it_sees_a_breach() -> None:
    called = re.compile(r"\b(is|was|means|has been) (a |an )?(breach|breached|hacked)\b", re.I)
    texts = [w for each in CHECKS.values() for w in words_in(each.check)]

    assert [t for t in texts if called.search(t)] == []


# 4 ------------------------------------------------------------------------------------------------

UDP = [(port, PortState.FILTERED) for port in (69, 161, 623, 5353)]
DUMB = [
    made
    for kind in DeviceClass
    for made in (
        device(device_class=kind, filtered=range(1, 1025), udp=UDP),
        device(device_class=kind, fragile=True),
    )
]
"""A device of each class that answered on no port, and one of which nothing was asked."""

SILENCE_TELLS = {
    "inventory.accepts-every-port": "one port that does not accept is enough",
    "inventory.duplicate-address": "judges who answered ARP for an address, and somebody did",
    "inventory.unidentified": "judges what it was identified as, which is given here",
    "network.management-with-users": "judges who else answered ARP, and any unknown one blinds it",
}


@pytest.mark.parametrize(
    "check", [id for id, each in CHECKS.items() if each.of_device and id not in SILENCE_TELLS]
)
def test_04_what_gave_no_answer_passes_no_check(check: str) -> None:
    passed = [
        (subject.identity.device_class, found.summary)
        for subject in DUMB
        if (found := verdict(check, subject)) is not None and found.result is Result.PASS
    ]

    assert passed == []


@settings(max_examples=30)
@given(st.lists(st.sampled_from(DeviceClass), max_size=5), st.booleans())
def test_04_no_finding_never_gives_met(classes: list[DeviceClass], again: bool) -> None:
    closed = [
        device(f"192.168.50.{n}", kind, closed=range(1, 1025), os=("Debian", "12"))
        for n, kind in enumerate(classes, 20)
    ]
    made = assessed(scan(*closed), previous=scan(*closed) if again else None)

    assert {c.control.id for c in made.controls if c.status is MET} == set()


@pytest.mark.parametrize("gone", [True, False])
def test_04_what_could_not_be_reached_is_not_called_closed(gone: bool) -> None:
    places = [from_zone(z, *(() if gone else (far(),))) for z in (Zone.GUEST, Zone.OFFICE)]
    stopped = [replace(p, site=replace(p.site, scope=replace(p.site.scope, include=())))
               for p in places]  # fmt: skip
    made = assessed(scan(with_telnet("192.168.50.25")), elsewhere=tuple(stopped))
    seen = next(r for r in made.risks if r.check == "cleartext.telnet")

    assert seen.exposure == 0
    assert {row.unreached for row in made.reach if row.zone in ("guest", "office")} == {0}


# 5 ------------------------------------------------------------------------------------------------


def test_05_levels_are_looked_up_and_never_multiplied() -> None:
    for begins, severity, exposure, controls, impact in product(
        Level, Level, range(-2, 2), range(4), Level
    ):
        rated = score(begins, severity, exposure, controls, impact)
        steps = max(0, min(4, severity.rank + exposure - min(controls, 2)))
        assert rated.adverse is Level.at(steps)
        assert rated.likelihood is LIKELIHOOD[begins][rated.adverse]
        assert rated.level is RISK[rated.likelihood][impact]


@pytest.mark.parametrize("module", ["scoring", "matrices", "scenario", "register", "gaps", "worth"])
def test_05_no_rule_of_a_level_holds_a_product_or_a_quotient(module: str) -> None:
    tree = ast.parse((files("riskscan.assess") / f"{module}.py").read_text(encoding="utf-8"))
    forbidden = (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult)

    assert [ast.unparse(n) for n in ast.walk(tree)
            if isinstance(n, ast.BinOp) and isinstance(n.op, forbidden)] == []  # fmt: skip


def test_05_a_safeguard_counts_once_and_in_likelihood_alone(answered: Assessment) -> None:
    for risk in answered.risks:
        again = score(risk.initiation, risk.adverse, 0, 0, risk.impact.level)
        assert (again.likelihood, again.level) == (risk.likelihood, risk.level)


# 6 ------------------------------------------------------------------------------------------------


SEEN = Coverage(254, 5, 4, 1, 10, 2, ())
BORNE = Acceptance("K-00000000", "for now", "Dr. Amy Chen", date(2027, 5, 1))
SOME = some_risk()


@given(st.lists(st.tuples(st.sampled_from(Level), st.booleans()), min_size=1, max_size=12))
def test_06_the_maximum_is_named_in_the_statement(drawn: list[tuple[Level, bool]]) -> None:
    risks = [
        replace(SOME, level=level, best=level, worst=level, acceptance=BORNE if accepted else None)
        for level, accepted in drawn
    ]
    said = overall(risks, (), SEEN)

    for accepted in {a for _, a in drawn}:
        levels = [level for level, a in drawn if a is accepted]
        assert f": {levels.count(max(levels))} {max(levels)}" in said


# 7 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", CHECK_TEXTS)
def test_07_a_finding_maps_to_three_controls_at_most_each_with_its_reason(id: str) -> None:
    cited = CHECK_TEXTS[id].citations

    assert 1 <= len(cited) <= 3
    assert len({c.control for c in cited}) == len({c.reason for c in cited}) == len(cited)
    assert {c.control for c in cited} <= set(IDS)
    assert all(len(c.reason) > 20 and c.reason.endswith(".") for c in cited)


def test_07_no_reason_is_a_stamp() -> None:
    """One sentence for more than a family of checks would say nothing of any of them."""
    reasons = [c.reason for check in CHECK_TEXTS.values() for c in check.citations]

    assert max(reasons.count(reason) for reason in reasons) <= 3
    assert set(gaps()) <= set(CHECK_TEXTS)


# 8 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("control", NO_LIGHT_FROM_THE_NETWORK)
def test_08_some_controls_are_never_met_from_the_network(control: str) -> None:
    rule = load_checklist().sufficiency[control]
    subject = scan(
        device("192.168.50.5", DeviceClass.NAS_STORAGE, closed=range(1, 1025)),
        device("192.168.50.6", DeviceClass.LAPTOP, closed=range(1, 1025),
               says=[("snmp.sysdescr", "BitLocker, Veeam Backup, Duo two factor", 161)]),
    )  # fmt: skip
    guest = from_zone(Zone.GUEST)
    made = assessed(subject, previous=subject, elsewhere=(guest,))
    found = next(c for c in made.controls if c.control.id == control)

    assert rule.positive == ()
    assert found.status in (ControlStatus.NOT_ASSESSED, ControlStatus.NOT_MET)
    assert not any(e.polarity.value == "supports" for e in found.evidence)


# 9 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("banner", ["Apache/2.4.49 (Unix)", "Apache/2.4.49"])
def test_09_a_flaw_that_only_a_banner_tells_is_a_guess_and_moderate_at_most(banner: str) -> None:
    says: list[Said] = [("http.server", banner, 80)]
    made = assessed(scan(device(says=says, open=(80,))))
    found = next(f for f in made.findings if f.check == "lifecycle.known-exploited")
    risks = [r for r in made.risks if found.id in r.findings]
    action = next(a for a in made.actions if found.id in a.findings)

    assert (found.result, found.confidence) == (Result.FAIL, Confidence.LOW)
    assert found.severity <= Level.MODERATE
    assert risks and all(r.severity <= Level.MODERATE for r in risks)
    assert not any(found.id in c.findings for c in made.controls)
    assert action.how.startswith("First confirm what the scan could only infer.")
    assert "distributor's list of repairs" in action.how
