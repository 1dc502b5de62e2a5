"""A version lies inside a range, outside it, or cannot be told: it is never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.model import Knowledge, KnownExploited, VersionRange

BEFORE = VersionRange(before="4.4.1")
BETWEEN = VersionRange("7.0.0", None, "7.0.16")
NUMBERS = st.lists(st.integers(0, 30), min_size=3, max_size=3).map(tuple)


def dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in numbers)


@pytest.mark.parametrize(
    ("versions", "version", "inside"),
    [
        (BEFORE, "4.4.0", True),
        (BEFORE, "v4.4.0", True),
        (BEFORE, "4.4.1", False),
        (BEFORE, "4.10.0", False),
        (BEFORE, "3", True),
        (BEFORE, "4.4", None),
        (BEFORE, "4", None),
        (BEFORE, "4.5", False),
        (BEFORE, "4.4.1-beta", None),
        (BEFORE, "4.3.0+deb10u6", None),
        (BEFORE, "", None),
        (BEFORE, "unknown", None),
        (BETWEEN, "7.0.0", True),
        (BETWEEN, "7.0.16", True),
        (BETWEEN, "7.0.16 (build 1)", True),
        (BETWEEN, "7.0.17", False),
        (BETWEEN, "6.4.99", False),
        (BETWEEN, "7.0", None),
        (BETWEEN, "7.2", False),
        (VersionRange(first="6.0"), "7", True),
        (VersionRange(), "anything", True),
        (VersionRange(before="9"), "9" * 12, None),
    ],
)
def test_a_version_is_held_against_a_range(
    versions: VersionRange, version: str, inside: bool | None
) -> None:
    assert versions.holds(version) is inside


@given(NUMBERS, NUMBERS, NUMBERS)
def test_whole_versions_are_compared_as_numbers(
    version: tuple[int, ...], first: tuple[int, ...], before: tuple[int, ...]
) -> None:
    found = VersionRange(dotted(first), dotted(before)).holds(dotted(version))

    assert found is (first <= version < before)


@given(NUMBERS, NUMBERS)
def test_a_shortened_version_never_says_what_the_whole_one_denies(
    version: tuple[int, ...], before: tuple[int, ...]
) -> None:
    versions = VersionRange(before=dotted(before))
    whole = versions.holds(dotted(version))
    for length in (1, 2):
        assert versions.holds(dotted(version[:length])) in (None, whole)


@given(st.text(max_size=40))
def test_any_text_is_borne(version: str) -> None:
    assert BETWEEN.holds(version) in (True, False, None)


def test_a_model_is_looked_up_by_its_first_word_only_where_that_was_agreed() -> None:
    def flaw(product: str, *names: str) -> KnownExploited:
        return KnownExploited("CVE-2026-0001", "x", product, "x", None, False, also_named=names)

    known = Knowledge(date(2026, 1, 1), (), (flaw("FortiOS", "FortiGate"), flaw("Router")))

    assert known.exploited_in("FortiGate-60F") == known.exploited_in("fortios") != ()
    assert known.exploited_in("Router 9000") == ()
    assert known.exploited_in("") == ()
