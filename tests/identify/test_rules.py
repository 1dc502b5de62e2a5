"""The shipped rules: their own examples, their style, and that no value can make them slow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskscan.errors import RuleError
from riskscan.identify import explain, load_rules, observed, verify
from riskscan.identify.pattern import compiled, dangers
from riskscan.identify.rulebook import shipped_files
from riskscan.model import DeviceClass

RULES = load_rules()


def test_every_shipped_rule_passes_its_examples_and_the_house_style() -> None:
    assert [str(problem) for problem in verify()] == []


def test_every_shipped_file_can_be_checked_alone() -> None:
    assert len(shipped_files()) >= 12
    assert verify(shipped_files()) == []


def test_rules_speak_of_every_class() -> None:
    spoken = {rule.device_class for rule in RULES.rules}
    assert set(DeviceClass) - spoken == {DeviceClass.UNKNOWN}


def test_toolkits_are_never_a_product() -> None:
    toolkits = re.compile(
        r"dcmtk|offis|pynetdicom|pydicom|fo-dicom|gdcm|mergecom|merge dicom|leadtools", re.I
    )
    named = [r.product for r in RULES.rules if r.product and toolkits.search(r.product)]
    assert named == []
    for uid in (
        "1.2.276.0.7230010.3.0.3.6.8",
        "1.2.826.0.1.3680043.9.3811.3.0.4",
        "1.2.40.0.13.1.3",
    ):
        read = explain([observed(f"dicom.implementation-uid={uid}")], RULES)
        assert [e.rule.id for e in read if e.matched] == []


def _patterns() -> Iterator[str]:
    for rule in RULES.rules:
        for condition in rule.all + rule.any + rule.none:
            if condition.pattern:
                yield condition.pattern.pattern


def test_no_pattern_nests_repetitions() -> None:
    assert [p for p in _patterns() if list(dangers(p))] == []


@pytest.mark.parametrize(
    "pattern", [r"^(a+)+$", r"^(?:\d+\.)*\d+", r"x(?=y)", r"(\w)\1", r"a.*b.*", r"^(?:a|b*)*c", "("]
)
def test_a_pattern_that_could_hang_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"repeat|look|refer|not a regular"):
        compiled(pattern)


GOOD = """
[[rule]]
id = "own.thing"
device_class = "iot_other"
confidence = "low"
says = "it is a thing"
source = "seen on a bench"
all = [{ key = "http.title", matches = '^Thing (?P<version>\\d{1,3})' }]
examples = [
  { observe = { "http.title" = "Thing 12" }, expect = { version = "12" } },
]
"""


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('id = "own.thing"', 'id = "other.thing"', "name of its file"),
        ("^Thing", "Thing", "anchored"),
        ('"http.title", matches', '"http.titel", matches', "vocabulary"),
        ('"Thing 12" }', '"Thing x" }', "does not match"),
        ('version = "12"', 'version = "13"', "gives version"),
        ("says =", 'vendor = "Acme Unknown"\nsays =', "vendors.toml"),
        ("says =", 'os_family = "Plan 9"\nsays =', "vendors.toml"),
        ("says =", "surprise = 1\nsays =", "Extra inputs"),
        ("\\d{1,3}", "(?:\\d+)+", "repeats"),
        ("?P<version>", "?P<secret>", "groups"),
        ('source = "seen on a bench"', "", "Field required"),
        ('confidence = "low"', 'confidence = "sure"', "confidence"),
        ("[[rule]]", "[[rule", "cannot be read"),
    ],
)
def test_a_fault_in_a_rule_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD)
    assert verify([path]) == []
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    found = verify([tmp_path])
    assert any(word in str(problem) for problem in found), found
    assert all(problem.file == "own.toml" for problem in found)


def test_an_example_is_demanded_and_a_wrong_match_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD[: GOOD.index("examples")])
    assert "no example" in str(verify([path])[0])
    path.write_text(GOOD + 'must_not_match = [{ observe = { "http.title" = "Thing 7" } }]\n')
    assert "must not match" in str(verify([path])[0])


def test_a_rule_on_ports_alone_must_be_of_low_confidence(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = GOOD.replace("matches = '^Thing (?P<version>\\d{1,3})'", 'equals = "99"')
    text = text.replace("http.title", "tcp.open").replace('"Thing 12"', '"99"')
    text = text.replace('version = "12"', "").replace('"low"', '"medium"')
    path.write_text(text)
    assert [p.text for p in verify([path])] == [
        "rests on open ports alone, so its confidence must be low"
    ]


def test_a_site_can_add_rules_and_the_revision_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD)
    more = load_rules([tmp_path])
    assert len(more.rules) == len(RULES.rules) + 1
    assert more.revision != RULES.revision
    assert load_rules().revision == RULES.revision
    assert re.fullmatch(r"[0-9a-f]{12}", RULES.revision)


def test_an_id_may_not_be_used_twice(tmp_path: Path) -> None:
    for name in ("own.toml", "two.toml"):
        (tmp_path / name).write_text(GOOD)
    with pytest.raises(RuleError, match=r"own\.thing") as raised:
        load_rules([tmp_path])
    assert raised.value.hint


def test_a_file_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as raised:
        load_rules([tmp_path / "absent.toml"])
    assert raised.value.hint


def test_explain_tells_matches_from_near_misses() -> None:
    read = explain([observed("dicom.context@104=storage")], RULES)
    by_id = {e.rule.id: e for e in read}
    assert by_id["dicom.storage-only"].matched
    near = by_id["dicom.archive"]
    assert not near.matched
    assert near.missing == ("dicom.context is study-root-find",)
    assert str(near) == "nearly   dicom.archive: lacks dicom.context is study-root-find"
    assert [e.matched for e in read] == sorted((e.matched for e in read), reverse=True)


def test_explain_shows_what_was_captured() -> None:
    read = explain([observed("http.product=Orthanc 1.12.1")], RULES)
    assert read[0].rule.id == "web-health.orthanc-status"
    assert read[0].fields == {"version": "1.12.1"}
    assert "matches  web-health.orthanc-status: pacs_archive, high" in str(read[0])
    assert "version 1.12.1" in str(read[0])


def test_explain_derives_the_maker_from_the_mac() -> None:
    read = explain([observed("arp.mac=00:0f:14:00:00:01")], RULES)
    assert read[0].rule.vendor == "Mindray"


@pytest.mark.parametrize("text", ["", "http.title", "=x", "http.title@web=x"])
def test_what_is_no_observation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key=value"):
        observed(text)
