"""The overall statement counts and never grades; nine elements say what a risk analysis lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from assess.factories import KNOWLEDGE, NOW, answer, clinic, device, scan
from assess.test_acceptances import acceptance, risk
from assess.test_exposure import from_zone

from riskscan.assess import assess, load_checklist, questions
from riskscan.assess.coverage import coverage
from riskscan.assess.elements import LIKELIHOOD_ASKS, elements
from riskscan.assess.library import threats
from riskscan.assess.statement import overall
from riskscan.model import (
    Action,
    AddressableDecision,
    Answer,
    AnswerValue,
    Assurance,
    Choice,
    Content,
    ControlResult,
    ControlStatus,
    Coverage,
    Entry,
    Flow,
    Level,
    ListedDevice,
    OpenQuestion,
    Registers,
    Risk,
    Scan,
    ScanState,
    Signature,
    System,
    SystemKind,
    ThreatResult,
    Zone,
)

TODAY = NOW.date()
SEEN = Coverage(254, 5, 4, 1, 10, 2, ())


def many(level: Level, count: int, first: int, **changes: Any) -> list[Risk]:
    same = {"level": level, "best": level, "worst": level} | changes
    return [risk(id=f"R-{n:03d}", key=f"K-{n:08d}", **same) for n in range(first, first + count)]


def test_counts_begin_with_the_highest_and_accepted_ones_stand_apart() -> None:
    risks = [
        *many(Level.VERY_HIGH, 2, 1),
        *many(Level.HIGH, 5, 3),
        *many(Level.HIGH, 1, 8, acceptance=acceptance()),
    ]

    assert overall(risks, (), SEEN) == (
        "7 risks were found: 2 very high and 5 high. "
        "1 more risk is accepted by a named person for now: 1 high."
    )


def test_it_says_how_many_levels_how_many_questions_would_settle() -> None:
    wide = {"best": Level.LOW, "worst": Level.HIGH}
    risks = [*many(Level.MODERATE, 9, 1, **wide), *many(Level.MODERATE, 3, 10, **wide)]
    ids = tuple(r.id for r in risks[:9])
    asked = [
        OpenQuestion("E04", 9, ids),
        OpenQuestion("A17", 2, ids[:2]),
        OpenQuestion("A05", 0, ()),
    ]

    said = overall(risks, (), SEEN, asked)

    assert "9 could change when 2 questions are answered." in said
    assert "3 more could turn out higher or lower" in said
    assert "1 question is answered" in overall(risks, (), SEEN, asked[:1])
    assert "12 of them could turn out" in overall(risks, (), SEEN)


def test_what_the_scan_saw_and_what_people_said_are_counted_apart() -> None:
    seen, told = many(Level.HIGH, 2, 1), many(Level.LOW, 3, 3, findings=())

    assert "2 of them rest on what the scan saw, and 3 on what people said or" in overall(
        [*seen, *told], (), SEEN
    )
    silent = overall(told, (), SEEN)
    assert silent.startswith("The checks that could run on 5 devices found no weakness.")
    assert "3 risks were found: 3 low. They rest on what people said" in silent


def test_a_settled_risk_is_not_said_to_change() -> None:
    said = overall(many(Level.HIGH, 2, 1), (), SEEN, [OpenQuestion("E04", 1, ("R-001",))])

    assert said == "2 risks were found: 2 high."


def test_nothing_found_promises_nothing_and_all_accepted_says_so() -> None:
    assert "does not show that there is none" in overall((), (), SEEN)
    accepted = many(Level.HIGH, 2, 1, acceptance=acceptance())
    assert overall(accepted, (), SEEN) == (
        "Every risk that was found is accepted for now. "
        "2 more risks are accepted by a named person for now: 2 high."
    )


def filled(*leave_out: str) -> Registers:
    """Registers of a practice that keeps them; names of entries that are left out."""
    contents: dict[str, Content] = {
        "cloud": System("Athena", SystemKind.CLOUD, "charts", 4200),
        "laptops": System("Laptops", SystemKind.PORTABLE, "mail"),
        "media": System("Backup disks", SystemKind.MEDIA, "copies of charts"),
        "flow": Flow("CT", "image archive"),
        "assessor": Signature("assessor", "Sam Reed", TODAY),
        "official": Signature("Security official", "Dana Lake", TODAY),
    }
    return kept(*(c for name, c in contents.items() if name not in leave_out))


def kept(*contents: Content) -> Registers:
    return Registers(
        tuple(Entry("any", f"X-{n:02d}", c, "Dana Lake", NOW) for n, c in enumerate(contents))
    )


def controls(**statuses: ControlStatus) -> list[ControlResult]:
    return [
        ControlResult(c, statuses.get(c.id, ControlStatus.PARTIAL), Assurance.ATTESTED, "test")
        for c in load_checklist().controls
    ]


def told(*ids: str, value: AnswerValue = AnswerValue.YES) -> dict[str, Answer]:
    return {id: answer(id, value) for id in ids}


CIRCUMSTANCES = told("E01", "A21", "A22", *LIKELIHOOD_ASKS)
ALL = [
    risk(id=f"R-{n:03d}", threat=listed.threat) for n, listed in enumerate(threats().values(), 1)
]
ACTION = Action("ACT-01", "Do", "so", "IT provider", TODAY, "none", Level.HIGH, (), (), "done")


def lacking(
    subject: Scan | None = None,
    answers: Mapping[str, Answer] = CIRCUMSTANCES,
    registers: Registers | None = None,
    risks: Sequence[Risk] = ALL,
    judged: Sequence[ControlResult] = (),
    actions: Sequence[Action] = (ACTION,),
    considered: Sequence[ThreatResult] = (),
) -> dict[int, str]:
    """Return what is lacking, by the number of the element."""
    parts = elements(
        subject or clinic(),
        answers,
        filled() if registers is None else registers,
        risks,
        judged or controls(),
        actions,
        considered,
        TODAY,
    )
    assert [part.number for part in parts] == list(range(1, 10))
    assert all(part.present is (part.lacking == "") for part in parts)
    return {part.number: part.lacking for part in parts if part.lacking}


def test_a_practice_with_filled_registers_and_answers_has_all_nine() -> None:
    assert lacking() == {}


def test_a_scan_without_answers_and_registers_is_a_technical_report() -> None:
    silent = controls(
        **dict.fromkeys((c.control.id for c in controls()), ControlStatus.NOT_ASSESSED)
    )

    found = lacking(answers={}, registers=Registers(), risks=ALL[:3], judged=silent)

    assert set(found) == {1, 2, 3, 4, 5, 6, 8, 9}
    assert "54 of 54 safeguards could not be judged" in found[4]


@pytest.mark.parametrize(
    ("left_out", "number", "word"),
    [
        ("cloud", 1, "no cloud system"),
        ("laptops", 1, "laptops, tablets and phones"),
        ("media", 1, "backup disks"),
        ("flow", 2, "register flows"),
        ("assessor", 8, "The assessor has not signed"),
        ("official", 8, "The security official has not signed"),
    ],
)
def test_each_entry_that_an_element_rests_on(left_out: str, number: int, word: str) -> None:
    found = lacking(registers=filled(left_out))

    assert list(found) == [number]
    assert word in found[number]


def test_a_practice_whose_laptops_stay_in_needs_none_in_the_register() -> None:
    stay = CIRCUMSTANCES | told("E06", value=AnswerValue.NO)

    assert lacking(answers=stay, registers=filled("laptops")) == {}


def test_a_scan_that_was_stopped_has_no_scope() -> None:
    found = lacking(replace(clinic(), state=ScanState.INCOMPLETE))

    assert list(found) == [1] and "stopped" in found[1]


def test_each_threat_enters_a_risk_or_was_put_aside_with_a_reason() -> None:
    listed = ALL[-1].threat
    aside = ThreatResult(listed, False, "Dana Lake: no such thing here")

    assert listed.title in lacking(risks=ALL[:-1])[3]
    assert lacking(risks=ALL[:-1], considered=[aside]) == {}
    assert 3 in lacking(risks=ALL[:-1], considered=[replace(aside, reason=" ")])


def test_one_safeguard_that_nobody_answered_for_is_named_with_whom_to_ask() -> None:
    found = lacking(judged=controls(A16=ControlStatus.NOT_ASSESSED))

    assert list(found) == [4]
    assert "1 of 54" in found[4] and "ask " in found[4]


def test_circumstances_were_asked_if_somebody_answered_even_that_they_do_not_know() -> None:
    unknown = CIRCUMSTANCES | told("E09", value=AnswerValue.UNKNOWN)
    later = CIRCUMSTANCES | told("E09", value=AnswerValue.LATER)
    old = CIRCUMSTANCES | {"E09": replace(answer("E09"), on=date(2025, 11, 1))}

    assert lacking(answers=unknown) == {}
    assert "E09" in lacking(answers=later)[5]
    assert "E09" in lacking(answers=old)[5]


def test_the_worth_of_systems_is_confirmed_by_the_practice() -> None:
    assert list(lacking(judged=controls(A21=ControlStatus.NOT_MET))) == [6]


def test_a_risk_without_an_action_takes_an_acceptance() -> None:
    bare = [replace(ALL[0], action=""), *ALL[1:]]
    borne = [replace(bare[0], acceptance=acceptance()), *ALL[1:]]

    settled = [replace(bare[0], adverse=Level.VERY_LOW), *ALL[1:]]

    assert "R-001" in lacking(risks=bare)[7]
    assert lacking(risks=borne) == lacking(risks=settled) == {}
    grave = [replace(settled[0], level=Level.HIGH), *ALL[1:]]
    assert list(lacking(risks=grave)) == [7]
    assert 7 in lacking(actions=())


def test_a_signature_of_long_ago_or_without_a_name_signs_nothing() -> None:
    old = Signature("assessor", "Sam Reed", date(2025, 11, 1))
    nobody = Signature("assessor", " ", TODAY)
    ahead = Signature("assessor", "Sam Reed", date(2026, 12, 1))

    for signature in (old, nobody, ahead):
        registers = Registers((*filled("assessor").entries, *kept(signature).entries))
        assert list(lacking(registers=registers)) == [8]


def test_a_no_to_an_addressable_safeguard_takes_its_record_of_decision() -> None:
    answers = CIRCUMSTANCES | told("T03", value=AnswerValue.NO)
    decided = AddressableDecision("T03", Choice.ALTERNATIVE, "small rooms", "locks", "Dana Lake")
    undecided = replace(decided, decision=Choice.UNDECIDED)

    def with_record(record: AddressableDecision) -> dict[int, str]:
        return lacking(
            answers=answers, registers=Registers((*filled().entries, *kept(record).entries))
        )

    assert "T03" in lacking(answers=answers)[8]
    assert "T03" in with_record(undecided)[8]
    assert with_record(decided) == {}


def test_a_second_scan_alone_is_no_review() -> None:
    silent = {id: said for id, said in CIRCUMSTANCES.items() if id != "A22"}

    assert list(lacking(answers=silent)) == [9]


def test_without_a_word_on_the_next_review_there_is_no_review() -> None:
    assert list(lacking(judged=controls(A22=ControlStatus.NOT_ASSESSED))) == [4, 9]


def limits(
    *elsewhere: Scan, answers: Mapping[str, Answer] | None = None,
    registers: Registers | None = None, own: Scan | None = None,
) -> tuple[Coverage, str]:  # fmt: skip
    seen = coverage(own or clinic(), (), elsewhere, answers or {}, registers or Registers(), TODAY)
    return seen, " ".join(seen.limits)


def test_coverage_names_the_places_that_were_looked_from() -> None:
    one, alone = limits()
    two, both = limits(from_zone(Zone.GUEST, label="waiting room"))
    old, _ = limits(from_zone(Zone.GUEST, days_ago=366))

    assert "looked from one place (front desk)" in alone
    assert "the guest Wi-Fi, from other segments or from the internet was not tested" in alone
    assert one.vantages == old.vantages == ("front desk (2026-11-21)",)
    assert "looked at from two places: front desk (2026-11-21); waiting room (2026" in both
    assert "reached from the office network or from the internet was not tested" in both
    assert len(two.vantages) == 2


def test_coverage_says_what_rests_on_the_word_of_people() -> None:
    answers = told("A05", "A17") | told("E09", value=AnswerValue.UNKNOWN)

    assert "these are questions to people" in limits()[1]
    said = limits(answers=answers)[1]
    assert "this rests on what people said in 2 answers; 1 was put off or not known." in said


def test_coverage_carries_the_estimate_and_its_words() -> None:
    own = scan(*(device(f"192.168.50.{n}") for n in range(20, 40)))
    registers = kept(*(ListedDevice(f"PC {n}", f"192.168.50.{n}") for n in range(25, 45)))

    seen, words = limits(own=own, registers=registers)

    assert seen.estimate is not None and seen.estimate.both == 15
    assert "at most 25 of about" in words
    assert limits()[0].estimate is None


def test_a_filled_practice_gives_a_risk_analysis_and_a_silent_one_a_technical_report() -> None:
    everything = [
        Answer(
            q.id,
            AnswerValue.CHOICE if q.choices else AnswerValue.YES,
            "Dana Lake",
            TODAY,
            document="Seen",
            document_on=TODAY,
            role="owner",
            choice=q.choices[0] if q.choices else "",
        )
        for q in questions().values()
    ]
    silent = assess(clinic(), knowledge=KNOWLEDGE, now=NOW)
    whole = assess(clinic(), answers=everything, registers=filled(), knowledge=KNOWLEDGE, now=NOW)

    assert not silent.complete
    assert [e.lacking for e in whole.elements if not e.present] == []
    assert whole.complete
