"""The regulation as data is complete, and agrees with the checks in both directions."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter

import pytest

from riskscan.assess import CHECKS, check_text, checks, load_checklist, parse_checklist
from riskscan.assess.judgement import SECTIONS, Judgement, sections
from riskscan.assess.library import threats
from riskscan.errors import RuleError
from riskscan.model import Implementation, ScanPower

CONTROLS = load_checklist().controls
SPECIFICATIONS = [c for c in CONTROLS if c.citation != c.standard_citation]


def test_the_rule_has_22_standards_46_specifications_and_54_leaves() -> None:
    kinds = Counter(c.implementation for c in SPECIFICATIONS)

    assert len({c.standard_citation for c in CONTROLS}) == 22
    assert kinds == {Implementation.REQUIRED: 24, Implementation.ADDRESSABLE: 22}
    assert len(CONTROLS) - len(SPECIFICATIONS) == 8
    assert len(CONTROLS) == 54


def test_the_leaves_are_numbered_by_safeguard_without_a_gap() -> None:
    ids = [
        f"{letter}{n:02d}"
        for letter, last in (("A", 23), ("P", 10), ("T", 9), ("O", 12))
        for n in range(1, last + 1)
    ]

    assert [c.id for c in CONTROLS] == ids


def test_citations_are_well_formed_and_unique_and_lie_in_their_standard() -> None:
    assert len({c.citation for c in CONTROLS}) == 54
    for control in CONTROLS:
        section_and_paragraph = control.citation[: len("164.308(a)")]
        assert re.fullmatch(r"164\.3\d\d\([a-z]\)", section_and_paragraph)
        assert control.standard_citation.startswith(section_and_paragraph)


def test_25_controls_get_a_signal_from_a_scan_and_29_none() -> None:
    assert sum(c.scan_power is ScanPower.NONE for c in CONTROLS) == 29


def test_seven_controls_do_not_apply_to_an_ordinary_practice_and_say_why() -> None:
    left_out = [c.id for c in CONTROLS if c.default_not_applicable]

    assert left_out == ["A09", "O02", "O03", "O04", "O05", "O06", "O07"]


def test_every_question_is_asked_in_a_full_sentence() -> None:
    assert [c.id for c in CONTROLS if not c.question.endswith("?")] == []
    assert [c.id for c in CONTROLS if not c.scan_says.endswith(".")] == []


def test_checks_and_controls_cite_each_other() -> None:
    by_control = {(check, c.id) for c in CONTROLS for check in c.checks}
    by_check = {
        (id, citation.control)
        for id, judgement in CHECKS.items()
        for citation in judgement.check.citations
    }

    assert by_control == by_check
    assert {check for check, _ in by_check} == set(CHECKS)


def test_a_check_cites_one_to_three_controls_that_a_scan_can_refute() -> None:
    power = {c.id: c.scan_power for c in CONTROLS}
    for judgement in CHECKS.values():
        cited = judgement.check.citations
        assert 1 <= len(cited) <= 3
        assert {power[c.control] for c in cited} <= {ScanPower.REFUTE, ScanPower.BOTH}
        assert all(c.reason.endswith(".") for c in cited)


def test_every_judgement_of_every_module_is_registered_under_its_own_id() -> None:
    modules = [
        importlib.import_module(f"{checks.__name__}.{m.name}")
        for m in pkgutil.iter_modules(checks.__path__)
    ]
    found = {id(j): j for m in modules for j in vars(m).values() if isinstance(j, Judgement)}

    assert len(modules) >= 10
    assert all(any(isinstance(j, Judgement) for j in vars(m).values()) for m in modules)
    assert {j.check.id for j in found.values()} == set(CHECKS)
    assert len(found) == len(CHECKS)
    assert [key for key, judgement in CHECKS.items() if key != judgement.check.id] == []
    assert list(CHECKS) == sorted(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_explains_itself(check: str) -> None:
    text = check_text(check)

    for words in (text.what, text.why, text.fix, text.verify):
        assert len(words) > 30
        assert words.endswith(".")
        assert "\n" not in words
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", check)
    assert not text.title.endswith(".")


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_feeds_a_threat_of_the_library_and_says_why(check: str) -> None:
    feeds = CHECKS[check].feeds

    assert 1 <= len(feeds) <= 2
    assert set(feeds) <= set(threats())
    assert all(why.endswith(".") for why in feeds.values())


def test_exactly_one_function_judges() -> None:
    for judgement in CHECKS.values():
        assert (judgement.of_device is None) != (judgement.of_network is None)


@pytest.mark.parametrize("missing", SECTIONS)
def test_a_docstring_without_a_section_is_refused(missing: str) -> None:
    doc = "\n\n".join(f"{name}: some words." for name in SECTIONS if name != missing)

    with pytest.raises(RuleError, match=r"x\.y"):
        sections("x.y", doc)


def test_an_empty_section_is_refused() -> None:
    with pytest.raises(RuleError):
        sections("x.y", "What: a.\n\nWhy:\n\nFix: c.\n\nVerify: d.")


CHECKLIST = """
id = "own"
title = "Own"
revision = "1"
source = "us"
checked_on = 2026-11-21
[[standard]]
citation = "164.308(a)(2)"
title = "Assigned security responsibility"
safeguard = "administrative"
[[standard.control]]
id = "A05"
citation = "164.308(a)(2)"
title = "Assigned security responsibility"
implementation = "required"
scan_power = "none"
scan_says = "A scan says nothing about this."
question = "Who is the security official?"
"""


def test_a_checklist_of_ones_own_can_be_read() -> None:
    [control] = parse_checklist(CHECKLIST, where="own.toml").controls

    assert control.standard == "Assigned security responsibility"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('scan_power = "none"', 'scan_power = "some"'),
        ("164.308(a)(2)", "163.308(a)(2)"),
        ("question =", "querstion ="),
        ('id = "A05"', 'id = "A5"'),
        ("[[standard]]", "[[standard]"),
    ],
)
def test_a_malformed_checklist_is_refused_by_name(old: str, new: str) -> None:
    with pytest.raises(RuleError, match=r"own\.toml"):
        parse_checklist(CHECKLIST.replace(old, new), where="own.toml")


def test_a_control_named_twice_is_refused() -> None:
    again = CHECKLIST[CHECKLIST.index("[[standard.control]]") :]

    with pytest.raises(RuleError, match="twice: A05"):
        parse_checklist(CHECKLIST + again, where="own.toml")
