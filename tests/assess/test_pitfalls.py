"""The pitfalls of risk assessments that code can commit, and that this one does not.

Numbered as in the method. The 3rd's other half and the 10th (what is sent to fragile devices) are
held by the tests of discover, the 11th's proof on a whole network by the lab's; whether words are
our own (20) is for people to judge.
"""

from __future__ import annotations

import ast
import json
import re
import sqlite3
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
from assess.factories import (
    KNOWLEDGE,
    NOW,
    Said,
    answer,
    clinic,
    device,
    registers,
    scan,
    verdict,
    with_telnet,
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
    SETS,
    assess,
    canonical,
    load_checklist,
    load_set,
    method_changes,
    questions,
)
from riskscan.assess.gaps import gaps
from riskscan.assess.scoring import score
from riskscan.assess.statement import overall
from riskscan.model import (
    OBSERVATION_KEYS,
    Acceptance,
    AddressableDecision,
    Answer,
    AnswerValue,
    Assessment,
    Choice,
    Confidence,
    ControlStatus,
    Coverage,
    Decision,
    DeviceClass,
    Entry,
    Level,
    ListedDevice,
    PortState,
    Result,
    Scan,
    ScanPower,
    SetStatus,
    System,
    SystemKind,
    Zone,
)
from riskscan.report import EXPORTERS, Report, compose
from riskscan.store import Store

MET, PARTIAL = ControlStatus.MET, ControlStatus.PARTIAL
NO_LIGHT_FROM_THE_NETWORK = ("T04", "T07", "A17", "A12", "A23")
"""Encryption at rest, second factors, backups, training, agreements."""
IDS = [c.id for c in load_checklist().controls]
ROOT = Path(__file__).parents[2]
FULL = tuple(
    Answer(id, AnswerValue.CHOICE, "Dana Lee", NOW.date(), document="Paper", choice=q.choices[0])
    if q.choices
    else Answer(id, q.favorable, "Dana Lee", NOW.date(), "So it is.", q.document or "Paper",
                approver="Dr. Amy Chen")
    for id, q in questions().items()
)  # fmt: skip


def assessed(subject: Scan | None = None, *said: Answer, **given_: object) -> Assessment:
    arguments = {"answers": said, "knowledge": KNOWLEDGE, "now": NOW} | given_
    return assess(subject or clinic(), **arguments)


def told(by: Assessment, subject: Scan | None = None, **given_: object) -> Report:
    arguments = {"checks": CHECK_TEXTS, "knowledge_as_of": KNOWLEDGE.as_of} | given_
    return compose(subject or clinic(), by, asked=questions(), **arguments)


@pytest.fixture(scope="module")
def silent() -> Assessment:
    return assessed()


@pytest.fixture(scope="module")
def answered() -> Assessment:
    return assessed(None, *FULL)


@pytest.fixture(scope="module", params=["silent", "answered"])
def html(request: pytest.FixtureRequest) -> str:
    page = EXPORTERS["html"](told(request.getfixturevalue(request.param))).decode()
    return re.sub(r"(?s)<style.*?</style>", "", page)


def words_in(thing: object) -> Iterator[str]:
    """Yield every text in a document, however deep."""
    if isinstance(thing, str):
        yield str(thing)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from words_in(getattr(thing, each.name))
    elif isinstance(thing, dict):
        for name, value in thing.items():
            yield from words_in(name)
            yield from words_in(value)
    elif isinstance(thing, list | tuple):
        for each in thing:
            yield from words_in(each)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.:;?!])\s+", " ".join(text.split()))


@cache
def own_words() -> tuple[str, ...]:
    """Every sentence that riskscan itself can write: content, checks, code and templates.

    Without the proposed rule, which is said to be proposed where it stands.
    """
    written: list[str] = []
    content = files("riskscan.assess")
    for folder in (content, content / "checklists"):
        for file in folder.iterdir():
            if file.name.endswith(".toml") and "nprm" not in file.name:
                written += words_in(tomllib.loads(file.read_text(encoding="utf-8")))
    for package in ("assess", "report", "cli", "model"):
        for path in (ROOT / "riskscan" / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            nodes = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
            written += [value for value in nodes if isinstance(value, str)]
    for path in (ROOT / "report_templates").glob("*.html"):
        written.append(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")))
    return tuple(s for text in written for s in sentences(text))


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

INSTEAD = AddressableDecision(
    "P10", Choice.ALTERNATIVE, "Small, and all data is with the vendor", "The vendor keeps copies",
    "Dr. Amy Chen", date(2026, 11, 2), date(2027, 11, 2),
)  # fmt: skip


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


# 11 -----------------------------------------------------------------------------------------------

PAYLOAD = re.compile(
    r"payload|pcap|patient.?name|message.?(body|content|text)|file.?name|pixel|password"
)


def test_11_there_is_no_place_for_a_payload(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    Store.open(path).close()
    with sqlite3.connect(path) as database:
        tables = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        columns = [
            (table, name, kind)
            for table in tables
            for _, name, kind, *_ in database.execute(f"PRAGMA table_info('{table}')")
        ]
    database.close()

    assert len(columns) > 50
    assert [c for c in columns if PAYLOAD.search(c[1])] == []
    assert [c for c in columns if "BLOB" in c[2].upper()] == []
    assert [key for key in OBSERVATION_KEYS if PAYLOAD.search(key)] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# 12 -----------------------------------------------------------------------------------------------


def test_12_who_scans_is_asked_for_an_agreement_of_their_own_and_for_permission() -> None:
    subject = replace(clinic(), site=replace(clinic().site, assessor="Sam Reed, Harborline IT"))
    made = assessed(subject)
    asked = next(v for v in made.vendors if v.name == "Sam Reed, Harborline IT")
    facts = {f.label: f.value for f in told(made, subject).cover.facts}

    assert asked.status == "seen, to be clarified"
    assert "its agreement comes before its first scan" in asked.says
    assert facts["Permission to scan"] == "Not recorded"
    assert "IT provider" in questions()["A23"].text + questions()["A23"].good


# 13 -----------------------------------------------------------------------------------------------


def test_13_content_that_nobody_checked_for_90_days_is_said_to_be_stale() -> None:
    checked = min(load_checklist().checked_on, *(load_set(s).checked_on for s in SETS))
    age = timedelta(days=90) - (NOW.date() - checked)
    fresh, stale = (assessed(now=NOW + age + timedelta(days=d)) for d in (0, 1))

    assert not any("held against its sources" in limit for limit in fresh.coverage.limits)
    [said] = [limit for limit in stale.coverage.limits if "held against its sources" in limit]
    for words in ("HIPAA Security Rule", str(checked), "91 days ago"):
        assert words in said
    assert said in told(stale).seen.limits


def test_13_the_proposal_is_called_proposed_wherever_it_appears(html: str) -> None:
    proposal = load_set("hipaa-nprm-2025")
    mentioned = [s for s in own_words() if re.search(r"\bNPRM\b|2025 proposal|new HIPAA rule", s)]

    assert proposal.status is SetStatus.PROPOSED
    assert [s for s in mentioned if not re.search(r"proposed|proposal", s, re.I)] == []
    shown = html.split('<section id="set-hipaa-nprm-2025"')[1].split("</section>")[0]
    assert "PROPOSED - NOT IN FORCE, checked on" in shown
    assert "Nothing on this page is law" in shown


# 14 -----------------------------------------------------------------------------------------------

OFTEN = r"yearly|annual\w*|every (year|six months|6 months|12 months)|(each|once a|a) year|per year"
MUST = (
    r"(HIPAA|the (security )?rule|the law|regulation|OCR|HHS) (requires?|demands?|asks? for|wants)"
)
DUTY = r"required by (HIPAA|law|the rule)|(HIPAA|the (security )?rule|the law) says that"


def test_14_no_text_says_that_the_law_asks_for_a_yearly_anything() -> None:
    wrong = re.compile(rf"({MUST}|{DUTY}).*\b({OFTEN})\b|\b({OFTEN})\b.*({MUST}|{DUTY})", re.I)

    assert wrong.search("HIPAA requires a risk analysis every year.")
    assert wrong.search("An annual review is required by law.")
    assert len(own_words()) > 3000
    assert [s for s in own_words() if wrong.search(s)] == []


def test_14_no_text_says_that_the_law_asks_for_scans_or_penetration_tests() -> None:
    test = r"penetration|pen.?test|vulnerability scan|network scan"
    wrong = re.compile(rf"({MUST}|{DUTY}).*({test})|({test}).*({DUTY})", re.I)

    assert wrong.search("The Security Rule requires a penetration test.")
    assert [s for s in own_words() if wrong.search(s)] == []


@pytest.mark.parametrize("name", [s for s in SETS if s != "hipaa-nprm-2025"])
def test_14_practices_beside_the_rule_are_called_voluntary(name: str) -> None:
    assert load_set(name).status is SetStatus.VOLUNTARY


# 15 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "who", "when"),
    [(Answer, "person", "on"), (Entry, "person", "made_at"), (Decision, "person", "made_at")],
)
def test_15_nothing_that_people_say_stands_without_author_and_day(
    word: type, who: str, when: str
) -> None:
    needed = {f.name for f in fields(word) if f.default is MISSING and f.default_factory is MISSING}

    assert {who, when} <= needed


def test_15_a_report_has_no_text_but_from_scan_assessment_and_registers(
    answered: Assessment,
) -> None:
    assert told(answered) == told(answered)
    free = [n for n in compose.__kwdefaults__ or {} if re.search(r"text|comment|remark|edit", n)]
    assert free == []


# 16 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", questions()["S01"].choices)
@pytest.mark.parametrize("rest", [(), FULL])
def test_16_size_removes_no_control(size: str, rest: tuple[Answer, ...]) -> None:
    said = [a for a in rest if a.question != "S01"]
    sized = Answer("S01", AnswerValue.CHOICE, "Dana Lee", NOW.date(), choice=size)
    small = assessed(None, *said, replace(sized, choice=questions()["S01"].choices[0]))
    made = assessed(None, *said, sized)

    assert [c.control.id for c in made.controls] == IDS
    assert {c.control.id: c.status for c in made.controls} == {
        c.control.id: c.status for c in small.controls
    }
    assert made.risks == small.risks


# 17, 18 -------------------------------------------------------------------------------------------


def test_17_what_is_out_of_scope_is_said(html: str) -> None:
    plain = " ".join(re.sub(r"<[^>]+>", " ", html).split())

    for law in ("State law", "42 CFR Part 2", "Privacy and Breach Notification Rules"):
        assert law in plain
    assert "are outside it" in plain
    assert "Not legal advice" in plain


def test_18_recognised_practices_are_never_called_a_safe_harbor(html: str) -> None:
    named = re.compile(r"safe.?harbou?r|immun(e|ity)|shields? (you|the practice)|exempt from", re.I)
    denied = re.compile(r"\b(no|not|never|nor)\b", re.I)
    proposal = [w for p in load_set("hipaa-nprm-2025").practices for w in words_in(p)]
    everything = (*own_words(), *(s for text in proposal for s in sentences(text)))

    assert [s for s in everything if named.search(s) and not denied.search(s)] == []
    assert "for HHS to consider, and no protection by itself" in html


# 19 -----------------------------------------------------------------------------------------------


def test_19_a_change_of_method_is_named_and_is_no_progress(silent: Assessment) -> None:
    worst = silent.risks[0]
    lower = replace(worst, level=Level.LOW)
    newer = replace(silent, content_revision="newer", risks=(lower, *silent.risks[1:]))

    [change] = method_changes(silent, newer)
    assert (change.key, change.before, change.after) == (worst.key, worst.level, Level.LOW)
    said = " ".join(told(newer, before=silent).since)
    assert "a change of method, and neither progress nor decline" in said


def test_19_what_the_evidence_moved_is_no_change_of_method(silent: Assessment) -> None:
    mended = clinic()
    mended = replace(mended, devices=tuple(d for d in mended.devices if d.identity.device_class
                                           is not DeviceClass.PACS_ARCHIVE))  # fmt: skip
    after = assessed(mended)

    assert method_changes(silent, after) == ()
    assert method_changes(silent, replace(after, content_revision="newer")) == ()
    assert "change of method" not in " ".join(told(after, mended, before=silent).since)


# the bounds of the register -----------------------------------------------------------------------


def _answers() -> st.SearchStrategy[list[Answer]]:
    """One answer of any value, with or without document and approver, to every question."""

    def one(id: str) -> st.SearchStrategy[Answer]:
        asked = questions()[id]
        plain = [v for v in AnswerValue if v is not AnswerValue.CHOICE]
        off = [AnswerValue.UNKNOWN, AnswerValue.LATER]
        value = st.sampled_from([*off, AnswerValue.CHOICE] if asked.choices else plain)
        return st.builds(
            lambda v, choice, paper, by: Answer(
                id, v, "Dana Lee", NOW.date(), "So it is.", paper, approver=by,
                choice=choice if v is AnswerValue.CHOICE else "",
            ),
            value, st.sampled_from(asked.choices or ("",)),
            st.sampled_from(("", "Paper")), st.sampled_from(("", "Dr. Amy Chen")),
        )  # fmt: skip

    return st.tuples(*map(one, questions())).map(list)


KEPT = registers(
    System("EHR", SystemKind.CLOUD, patients=4200, restored_on=date(2026, 5, 2)),
    System("PACS", addresses="192.168.50.20", patients=20_000),
    ListedDevice("Pump", "192.168.50.25"),
    replace(INSTEAD, control="T03"),
)


@settings(max_examples=50)
@given(_answers(), st.booleans(), st.booleans())
def test_whatever_is_answered_what_is_shown_lies_between_best_and_worst(
    said: list[Answer], kept: bool, looked: bool
) -> None:
    elsewhere = (from_zone(Zone.GUEST, far(open=(23,), address="192.168.50.11")),
                 from_zone(Zone.OFFICE)) if looked else ()  # fmt: skip
    made = assessed(None, *said, registers=KEPT if kept else registers(), elsewhere=elsewhere)

    assert [r.key for r in made.risks if not r.best <= r.level <= r.worst] == []
    assert len({r.key for r in made.risks}) == len(made.risks)


def test_when_all_is_answered_no_question_is_left_that_alone_could_narrow_a_risk(
    answered: Assessment,
) -> None:
    """What stays open then waits for a mended weakness, another scan, or a list that is kept."""
    results = {c.control.id: c for c in answered.controls}

    assert answered.open_questions == ()
    for risk in answered.risks:
        if risk.best is not risk.worst and not risk.findings:
            waiting = [results[id] for id in risk.asks]
            assert all(c.lacking or c.findings for c in waiting), risk.statement
            assert all(c.answer and c.answer.document for c in waiting), risk.statement
