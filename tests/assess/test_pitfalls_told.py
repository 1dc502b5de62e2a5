"""The pitfalls of telling: what is kept, how old it is, what is claimed; numbered likewise."""

from __future__ import annotations

import re
import sqlite3
import stat
from dataclasses import MISSING, fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from assess.factories import (
    NOW,
    clinic,
)
from assess.pitfall_reading import (
    FULL,
    IDS,
    assessed,
    own_words,
    sentences,
    told,
    words_in,
)

from riskscan.assess import (
    SETS,
    load_checklist,
    load_set,
    method_changes,
    questions,
)
from riskscan.model import (
    OBSERVATION_KEYS,
    Answer,
    AnswerValue,
    Assessment,
    Decision,
    DeviceClass,
    Entry,
    Level,
    SetStatus,
)
from riskscan.report import compose
from riskscan.store import Store

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
