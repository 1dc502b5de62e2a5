"""What is asked: complete, in plain words, and short enough for one visit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from riskscan.assess import (
    ASKED_OF,
    fits,
    following,
    is_put_off,
    is_usable,
    load_checklist,
    parse_questions,
    questions,
)
from riskscan.assess.answering import FRESH_DAYS
from riskscan.assess.questions import catalog
from riskscan.errors import RuleError
from riskscan.model import Answer, AnswerValue, Question, Section

ASKED = questions()
CONTROLS = load_checklist().controls
LEAVES = {c.id for c in CONTROLS}
TODAY = date(2026, 11, 21)
DESK_SECONDS = 40
"""The slower end of 30 to 40 seconds for a question, its answer and the next one."""
WALK_SECONDS = 30
LONGEST_SENTENCE = 32
"""Words; more than that nobody understands by ear."""

BOASTS = re.compile(r"complian|certif(y|ied)|HIPAA requires", re.IGNORECASE)
FIXED_CLOCK = re.compile(
    r"(rule|law|HIPAA) (requires|demands|wants)|required (yearly|annually)", re.I
)


def said(question: str, value: AnswerValue = AnswerValue.YES, **more: object) -> Answer:
    return replace(Answer(question, value, "Dana Lake", TODAY, role="owner"), **more)


def chosen(question: str, choice: str, **more: object) -> Answer:
    return said(question, AnswerValue.CHOICE, choice=choice, **more)


def words(question: Question) -> str:
    return " ".join((question.text, question.why, question.good, question.document))


def test_each_of_the_54_controls_has_one_question_of_its_own() -> None:
    for control in CONTROLS:
        asked = ASKED[control.id]
        assert asked.text == control.question
        assert asked.document == control.document
        assert asked.section.value == control.safeguard
    assert len(LEAVES) == 54


def test_the_others_are_numbered_by_letter_without_a_gap() -> None:
    ids = [
        f"{c}{n:02d}" for c, last in (("S", 4), ("E", 14), ("W", 14)) for n in range(1, last + 1)
    ]

    assert sorted(set(ASKED) - LEAVES) == sorted(ids)
    assert all(id == asked.id for id, asked in ASKED.items())


def test_questions_come_in_the_order_of_a_visit() -> None:
    order = list(Section)
    places = [order.index(q.section) for q in ASKED.values()]

    assert places == sorted(places)
    assert next(iter(ASKED)) == "S01"
    assert list(ASKED)[-1] == "W14"


@pytest.mark.parametrize("id", ASKED)
def test_a_question_says_why_it_is_asked_and_what_is_good(id: str) -> None:
    asked = ASKED[id]

    assert asked.text.endswith("?")
    assert len(re.findall(r"\?", asked.text)) == 1
    for sentence in (asked.why, asked.good):
        assert len(sentence) >= 20
        assert sentence.endswith(".")


@pytest.mark.parametrize("id", ASKED)
def test_no_sentence_is_too_long_to_understand_by_ear(id: str) -> None:
    asked = ASKED[id]
    for text in (asked.text, asked.why, asked.good):
        for sentence in re.split(r"(?<=[.?])\s+", text):
            assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


@pytest.mark.parametrize("id", ASKED)
def test_no_question_promises_anything_or_makes_up_law(id: str) -> None:
    assert not BOASTS.search(words(ASKED[id]))
    assert not FIXED_CLOCK.search(words(ASKED[id]))


def test_every_question_at_the_desk_names_who_knows() -> None:
    for asked in ASKED.values():
        if asked.section is Section.SITE_WALK:
            assert asked.asked_of == ""
        else:
            assert asked.asked_of in ASKED_OF


def test_a_yes_is_good_unless_a_question_asks_for_trouble_or_whether_it_applies() -> None:
    trouble = {id for id, asked in ASKED.items() if asked.favorable is AnswerValue.NO}
    whether = {c.id for c in CONTROLS if c.default_not_applicable}

    assert trouble == whether | {"E02", "E03", "E06", "E07", "E08", "E09", "E11", "E13"}


def test_the_words_that_others_rely_on_stand() -> None:
    assert ASKED["S01"].choices == ("1 to 10", "11 to 50", "more than 50")
    assert ASKED["S02"].choices == ("nobody of our own", "own IT staff", "own security team")
    assert ASKED["S03"].choices == ("one", "several", "a network of sites")
    assert ASKED["S04"].choices == ("few", "several", "many")
    assert ASKED["E01"].choices == ("under 500", "500 to 10,000", "over 10,000")
    assert ASKED["E05"].choices == (
        "WPA2/WPA3 with a password per person",
        "one shared password",
        "open or WEP",
        "no Wi-Fi",
    )
    assert ASKED["E10"].choices == (
        "none out of the ordinary",
        "storm or flood",
        "earthquake or wildfire",
        "several of these",
    )
    assert all(ASKED[id].document for id in ("E03", "E04", "E05", "E12", "E13"))


def test_what_needs_a_look_is_looked_at() -> None:
    needed = {id for id, s in load_checklist().sufficiency.items() if "walk" in s.needs}
    looked_at = {
        control
        for asked in ASKED.values()
        if asked.section is Section.SITE_WALK
        for control in asked.controls
    }

    assert needed
    assert needed <= looked_at


# ---------------------------------------------------------------- the length of a visit


def heard(answers: dict[str, str]) -> list[str]:
    """Return what a practice hears that answers in the order of a visit, and gives these words."""
    known: set[str] = set()
    asked = []
    # The question that settles the last seven stands before them in a visit.
    for id, question in ASKED.items():
        if id in known:
            continue
        asked.append(id)
        word = answers.get(id, "yes")
        answer = chosen(id, word) if question.choices else said(id, AnswerValue(word))
        known |= {id, *(more.question for more in following(answer))}
    return asked


def choices(**words: str) -> dict[str, str]:
    return {q.id: q.choices[0] for q in ASKED.values() if q.choices} | words


def test_a_small_practice_is_through_in_an_hour() -> None:
    asked = heard(choices(E08="no"))
    walk = [id for id in asked if id.startswith("W")]
    seconds = (len(asked) - len(walk)) * DESK_SECONDS + len(walk) * WALK_SECONDS

    assert len(asked) == 77
    assert len(walk) == 14
    assert seconds <= 50 * 60


def test_what_follows_from_nothing_costs_two_questions_more() -> None:
    assert len(heard(choices(E08="yes", T09="partly"))) == 79


# ---------------------------------------------------------------- what follows from what


def test_one_answer_settles_what_is_not_for_an_ordinary_practice() -> None:
    settled = following(chosen("E14", "none of these", approver="Dr. Lee"))

    assert [a.question for a in settled] == ["A09", "O02", "O03", "O04", "O05", "O06", "O07"]
    for answer in settled:
        control = next(c for c in CONTROLS if c.id == answer.question)
        assert answer.value is AnswerValue.NOT_APPLICABLE
        assert answer.note.startswith(control.default_not_applicable)
        assert "E14" in answer.note
        assert answer.approver == "Dr. Lee"
        assert (answer.person, answer.role, answer.on) == ("Dana Lake", "owner", TODAY)
        assert fits(ASKED[answer.question], answer) == ""


def test_a_practice_that_is_more_hears_the_seven_questions() -> None:
    assert following(chosen("E14", "one or more of these")) == ()


@pytest.mark.parametrize(
    ("answer", "settled"),
    [
        (said("E08", AnswerValue.NO), {"T01": AnswerValue.YES}),
        (said("E08", AnswerValue.YES), {}),
        (said("T01", AnswerValue.YES), {}),
        (said("T01", AnswerValue.NO), {}),
        (said("T09", AnswerValue.YES), {"T08": AnswerValue.YES}),
        (said("T09", AnswerValue.NO), {}),
        (chosen("E05", "no Wi-Fi"), {}),
    ],
)
def test_only_what_is_certain_follows(answer: Answer, settled: dict[str, AnswerValue]) -> None:
    assert {a.question: a.value for a in following(answer)} == settled


@pytest.mark.parametrize("value", [AnswerValue.UNKNOWN, AnswerValue.LATER])
@pytest.mark.parametrize("id", ASKED)
def test_nothing_follows_from_not_knowing(id: str, value: AnswerValue) -> None:
    assert following(said(id, value)) == ()


def test_a_document_speaks_only_for_the_question_that_it_was_shown_for() -> None:
    [settled] = following(said("T09", document="TLS report", document_on=TODAY))

    assert settled.document == ""
    assert settled.document_on is None


def test_every_answer_that_follows_can_be_taken() -> None:
    for step in catalog().followings:
        for word in step.answers:
            plain = not ASKED[step.origin].choices
            answer = said(step.origin, AnswerValue(word)) if plain else chosen(step.origin, word)
            assert fits(ASKED[step.origin], answer) == ""
            for more in following(answer):
                assert fits(ASKED[more.question], more) == ""


# ---------------------------------------------------------------- which answers can be taken


@pytest.mark.parametrize("value", [AnswerValue.YES, AnswerValue.PARTLY, AnswerValue.NO])
def test_a_plain_question_takes_yes_partly_and_no(value: AnswerValue) -> None:
    assert fits(ASKED["A05"], said("A05", value)) == ""


@pytest.mark.parametrize("value", [AnswerValue.UNKNOWN, AnswerValue.LATER])
@pytest.mark.parametrize("id", ASKED)
def test_every_question_takes_do_not_know_and_later(id: str, value: AnswerValue) -> None:
    assert fits(ASKED[id], said(id, value)) == ""


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (chosen("S01", "eleven"), "“eleven” is none of: “1 to 10”"),
        (said("S01", AnswerValue.YES), "takes one of"),
        (said("S01", AnswerValue.NOT_APPLICABLE, note="none"), "takes one of"),
        (chosen("A05", "1 to 10"), "takes yes, partly, no"),
        (said("A05", AnswerValue.YES, choice="few"), "takes yes, partly, no"),
        (said("S01", AnswerValue.LATER, choice="1 to 10"), "only one of them"),
        (said("A05", AnswerValue.NOT_APPLICABLE), "needs a reason"),
        (said("A05", AnswerValue.NOT_APPLICABLE, note="  "), "needs a reason"),
        (said("A05", person=" "), "who answered"),
        (said("A05", document_on=TODAY), "not its title"),
        (said("A05", document="Letter", document_on=TODAY + timedelta(1)), "later date"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_why(answer: Answer, says: str) -> None:
    told = fits(ASKED[answer.question], answer)

    assert says in told
    assert told.endswith(".")


def test_an_answer_to_another_question_does_not_fit() -> None:
    assert "A06" in fits(ASKED["A05"], said("A06"))


def test_not_applicable_is_taken_with_a_reason_or_where_the_checklist_gives_one() -> None:
    assert fits(ASKED["P10"], said("P10", AnswerValue.NOT_APPLICABLE, note="No server.")) == ""
    assert fits(ASKED["O04"], said("O04", AnswerValue.NOT_APPLICABLE)) == ""


def test_an_answer_counts_for_a_year() -> None:
    last_day = said("A05").on + timedelta(FRESH_DAYS)

    assert is_usable(said("A05"), last_day)
    assert not is_usable(said("A05"), last_day + timedelta(1))


@pytest.mark.parametrize("value", AnswerValue)
def test_an_answer_is_put_off_or_usable(value: AnswerValue) -> None:
    told = replace(said("A05", value), approver="Dr. Dana Lake")

    assert is_put_off(told) != is_usable(told, TODAY)


def test_a_not_applicable_that_nobody_approved_is_asked_again() -> None:
    told = said("P10", AnswerValue.NOT_APPLICABLE, note="No server.")

    assert not is_usable(told, TODAY)
    assert is_usable(replace(told, approver="Dr. Dana Lake"), TODAY)


# ---------------------------------------------------------------- a broken file is refused

OWN = """
[[question]]
id = "E01"
section = "practice"
text = "How many people have a record here?"
why = "It decides how much harm a theft can do."
good = "A count from the health record."
choices = ["few", "many"]
controls = ["A01"]
asked_of = "owner"
[[follows]]
from = "E01"
to = "A09"
because = "Few people, no clearinghouse"
answers = { few = "not applicable" }
"""


def test_questions_of_ones_own_can_be_read() -> None:
    read = parse_questions(OWN, load_checklist(), where="own.toml")

    assert len(read.questions) == 55
    assert read.questions["E01"].choices == ("few", "many")
    assert read.followings[0].to == "A09"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "E01"', 'id = "E1"'),
        ('id = "E01"', 'id = "A01"'),
        ('section = "practice"', 'section = "site-walk"'),
        ('section = "practice"', 'section = "physical"'),
        ("why =", "wy ="),
        ("record here?", "record here."),
        ('asked_of = "owner"', 'asked_of = "the cat"'),
        ('choices = ["few", "many"]', 'choices = ["few", "few"]'),
        ('choices = ["few", "many"]', 'choices = ["few"]'),
        ('asked_of = "owner"', 'favorable = "no"'),
        ('controls = ["A01"]', 'controls = ["A01", "A01"]'),
        ('controls = ["A01"]', 'controls = ["A99"]'),
        ('to = "A09"', 'to = "A99"'),
        ('from = "E01"', 'from = "E02"'),
        ('to = "A09"', 'to = "E01"'),
        ('{ few = "not applicable" }', '{ none = "not applicable" }'),
        ('{ few = "not applicable" }', '{ few = "later" }'),
        ('{ few = "not applicable" }', "{}"),
        ("[[question]]", "[[question]"),
    ],
)
def test_a_malformed_file_is_refused_by_name(old: str, new: str) -> None:
    assert old in OWN
    with pytest.raises(RuleError, match=r"own\.toml"):
        parse_questions(OWN.replace(old, new), load_checklist(), where="own.toml")


def test_a_question_named_twice_is_refused() -> None:
    again = OWN[OWN.index("[[question]]") : OWN.index("[[follows]]")]

    with pytest.raises(RuleError, match="question twice: E01"):
        parse_questions(OWN + again, load_checklist(), where="own.toml")


def test_a_step_named_twice_is_refused() -> None:
    again = OWN[OWN.index("[[follows]]") :]

    with pytest.raises(RuleError, match="step twice: E01 to A09"):
        parse_questions(OWN + again, load_checklist(), where="own.toml")
