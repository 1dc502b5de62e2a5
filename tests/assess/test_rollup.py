"""A standard is as good as the worst of its controls that apply, and shows how many are what."""

from __future__ import annotations

from dataclasses import replace

from assess.factories import KNOWLEDGE, NOW, answer, clinic
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess import assess
from riskscan.assess.rollup import WORST_FIRST, standards
from riskscan.cli.controls import STATUSES
from riskscan.model import ControlResult, ControlStatus

RESULTS = assess(clinic(), knowledge=KNOWLEDGE, now=NOW).controls
ANY = st.sampled_from(ControlStatus)


def of(*statuses: ControlStatus) -> list[ControlResult]:
    """Give the three controls of one standard their statuses."""
    members = [r for r in RESULTS if r.control.standard_citation == "164.308(a)(3)(i)"]
    return [replace(r, status=s) for r, s in zip(members, statuses, strict=True)]


def test_the_22_standards_come_out_in_the_order_of_the_rule() -> None:
    result = assess(clinic(), answers=[answer("A06")], knowledge=KNOWLEDGE, now=NOW)
    citations = dict.fromkeys(r.control.standard_citation for r in RESULTS)

    assert [s.citation for s in result.standards] == list(citations)
    assert len(result.standards) == 22
    assert sum(sum(s.counts.values()) for s in result.standards) == 54


def test_every_status_has_its_place_in_the_order() -> None:
    assert sorted(WORST_FIRST) == sorted(ControlStatus)


def test_one_control_that_is_not_met_makes_the_standard_not_met() -> None:
    met, not_met = ControlStatus.MET, ControlStatus.NOT_MET
    [standard] = standards(of(met, not_met, met))

    assert standard.status is not_met
    assert standard.counts == {"not met": 1, "met": 2}


def test_what_nobody_looked_at_weighs_more_than_what_is_there_in_part() -> None:
    [standard] = standards(of(ControlStatus.MET, ControlStatus.PARTIAL, ControlStatus.NOT_ASSESSED))

    assert standard.status is ControlStatus.NOT_ASSESSED


def test_what_does_not_apply_is_counted_and_decides_nothing() -> None:
    no = ControlStatus.NOT_APPLICABLE
    [mixed] = standards(of(no, ControlStatus.MET_ALTERNATIVE, no))
    [none] = standards(of(no, no, no))

    assert mixed.status is ControlStatus.MET_ALTERNATIVE
    assert mixed.counts == {"met by an alternative": 1, "not applicable": 2}
    assert none.status is no


@given(ANY, ANY, ANY, ANY)
def test_a_worse_control_never_makes_a_better_standard(
    first: ControlStatus, second: ControlStatus, third: ControlStatus, other: ControlStatus
) -> None:
    [before] = standards(of(first, second, third))
    [after] = standards(of(first, second, other))

    if WORST_FIRST.index(other) <= WORST_FIRST.index(third):
        assert WORST_FIRST.index(after.status) <= WORST_FIRST.index(before.status)


def test_every_status_can_be_asked_for_on_the_command_line() -> None:
    assert sorted(STATUSES) == sorted(WORST_FIRST)
