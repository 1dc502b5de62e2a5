"""The published matrices and the worked cases of the method."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess import CHECKS, questions
from riskscan.assess.library import criticality, threats
from riskscan.assess.matrices import LIKELIHOOD, RISK
from riskscan.assess.scoring import score
from riskscan.model import MEDICAL_CLASSES, AnswerValue, DeviceClass, Level

VL, L, M, H, VH = Level
LEVELS = st.sampled_from(Level)
EXPOSURES = st.integers(-2, 1)
CONTROLS = st.integers(0, 3)


@pytest.mark.parametrize(
    ("case", "inputs", "expected"),
    [
        ("open PACS, reachable from guests", (H, H, 1, 0, VH), (VH, VH, VH)),
        ("same PACS, tested closed, callers listed", (L, H, -1, 1, VH), (L, L, M)),
        ("RDP without NLA on the internet, EHR", (VH, H, 1, 0, VH), (VH, VH, VH)),
        ("end-of-life front-desk PC, ransomware", (H, H, 0, 0, H), (H, H, H)),
        ("infusion pump with telnet, flat LAN", (H, H, 0, 0, VH), (H, H, VH)),
        ("same pump, VLAN tested closed", (L, H, -1, 0, VH), (M, L, M)),
        ("unauthenticated code execution, networked", (H, VH, 0, 0, VH), (VH, VH, VH)),
        ("same flaw, not networked", (L, VH, -2, 0, VH), (M, L, M)),
        ("laptop encryption unknown, worst", (M, VH, 0, 0, H), (VH, H, H)),
    ],
)
def test_the_worked_cases_come_out_as_published(
    case: str, inputs: tuple[Level, Level, int, int, Level], expected: tuple[Level, ...]
) -> None:
    initiation, severity, exposure, controls, impact = inputs
    result = score(initiation, severity, exposure, controls, impact)

    assert (result.adverse, result.likelihood, result.level) == expected, case


def test_a_removed_weakness_leaves_the_laptop_at_its_best_case() -> None:
    result = score(M, VH, 0, 0, H, removed=True)

    assert (result.adverse, result.likelihood, result.level) == (VL, L, L)


@pytest.mark.parametrize("matrix", [LIKELIHOOD, RISK])
def test_both_matrices_are_full_and_never_fall(matrix: dict[Level, dict[Level, Level]]) -> None:
    for fixed in Level:
        assert len(matrix) == len(matrix[fixed]) == 5
        for lower, higher in pairwise(Level):
            assert matrix[fixed][lower] <= matrix[fixed][higher]
            assert matrix[lower][fixed] <= matrix[higher][fixed]


def test_the_corners_of_the_matrices_stand_as_printed() -> None:
    assert (LIKELIHOOD[VH][VL], LIKELIHOOD[VL][VH], LIKELIHOOD[H][H]) == (L, L, H)
    assert (RISK[VL][VH], RISK[VH][VL], RISK[L][VH], RISK[M][H]) == (L, VL, M, M)


@given(LEVELS, LEVELS, EXPOSURES, CONTROLS, LEVELS)
def test_risk_never_falls_when_an_input_gets_worse(
    initiation: Level, severity: Level, exposure: int, controls: int, impact: Level
) -> None:
    now = score(initiation, severity, exposure, controls, impact).level
    up = [Level.at(level.rank + 1) for level in (initiation, severity, impact)]

    assert score(up[0], severity, exposure, controls, impact).level >= now
    assert score(initiation, up[1], exposure, controls, impact).level >= now
    assert score(initiation, severity, exposure + 1, controls, impact).level >= now
    assert score(initiation, severity, exposure, controls, up[2]).level >= now
    assert score(initiation, severity, exposure, controls + 1, impact).level <= now
    assert score(initiation, severity, exposure, controls, impact, removed=True).level <= now
    assert score(initiation, severity, exposure, controls, impact, floor=H).level >= now


def test_every_class_has_a_worth() -> None:
    assert set(criticality()) == set(DeviceClass)


def test_patient_safety_classes_are_never_below_high() -> None:
    safety = {c: entry for c, entry in criticality().items() if entry.patient_safety}

    assert DeviceClass.INFUSION_PUMP in safety
    assert DeviceClass.PATIENT_MONITOR in safety
    assert set(safety) <= MEDICAL_CLASSES
    for entry in safety.values():
        assert min(entry.impact.integrity, entry.impact.availability) >= H


def test_an_unidentified_device_is_worth_moderate_until_someone_says_what_it_is() -> None:
    impact = criticality()[DeviceClass.UNKNOWN].impact

    assert {impact.confidentiality, impact.integrity, impact.availability} == {M}


def test_the_threat_library_holds_fourteen_with_a_basis_each() -> None:
    library = threats()

    assert list(library) == [f"T{n:02d}" for n in range(1, 15)]
    assert all(listed.threat.basis.endswith(".") for listed in library.values())


def test_every_move_of_a_threat_goes_to_another_level_and_says_why() -> None:
    moves = [(t.threat, m) for t in threats().values() for m in t.moves]

    assert len(moves) >= 14
    for threat, move in moves:
        assert move.to is not threat.initiation
        assert move.because
        assert bool(move.when) == move.is_question
        assert move.is_question or move.by in CHECKS
        if move.is_question:
            words = questions()[move.by].choices or tuple(AnswerValue)
            assert set(move.when) <= set(words), move.by


def test_no_input_of_the_matrices_is_left_without_a_level() -> None:
    assert {RISK[a][b] for a, b in product(Level, Level)} == set(Level)
