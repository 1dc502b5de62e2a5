"""The size that advice is tuned by: best fit over four answers, raised by what was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import KNOWLEDGE, NOW, device, scan

from riskscan.assess import assess
from riskscan.assess.questions import questions
from riskscan.assess.sizes import ATTRIBUTES, profile
from riskscan.model import Answer, AnswerValue, Device, DeviceClass, PracticeSize, Profile

PROVIDERS, IT, SITES, PARTNERS = "S01", "S02", "S03", "S04"
SMALL = {PROVIDERS: "1 to 10", IT: "nobody of our own", SITES: "one", PARTNERS: "few"}
LARGE = {
    PROVIDERS: "more than 50",
    IT: "own security team",
    SITES: "a network of sites",
    PARTNERS: "many",
}


def of(choices: dict[str, str], *devices: Device) -> Profile:
    said = {
        question: Answer(question, AnswerValue.CHOICE, "Dana Lake", NOW.date(), choice=choice)
        for question, choice in choices.items()
    }
    return profile(said, scan(*devices))


def machines(kind: DeviceClass, count: int) -> list[Device]:
    return [device(f"192.168.50.{100 + n}", kind) for n in range(count)]


def test_the_choices_are_those_of_the_questions() -> None:
    asked = questions()
    for question, (_, classes) in ATTRIBUTES.items():
        assert asked[question].choices == tuple(classes)


def test_the_most_attributes_decide_and_not_the_number_of_providers_alone() -> None:
    fit = of({PROVIDERS: "1 to 10", IT: "own IT staff", SITES: "several", PARTNERS: "several"})

    assert fit.size is PracticeSize.MEDIUM
    assert fit.answered == 4
    assert fit.reason == (
        "Medium is the best fit over providers: 1 to 10 (small), IT: own IT staff (medium), "
        "sites: several (medium), exchange partners: several (medium)."
    )


def test_a_tie_goes_to_the_larger_size() -> None:
    fit = of({**SMALL, SITES: "several", PARTNERS: "several"})

    assert fit.size is PracticeSize.MEDIUM
    assert "a tie, and the larger size counts" in fit.reason


def test_without_answers_the_site_file_decides() -> None:
    unanswered = scan()
    unanswered = replace(unanswered, site=replace(unanswered.site, size=PracticeSize.LARGE))
    fit = profile({}, unanswered)

    assert fit.size is PracticeSize.LARGE
    assert fit.answered == 0
    assert "site file" in fit.reason


def test_an_answer_that_is_no_choice_does_not_count() -> None:
    said = {PROVIDERS: Answer(PROVIDERS, AnswerValue.UNKNOWN, "Dana Lake", NOW.date())}

    assert profile(said, scan()).answered == 0


def test_a_few_answers_say_how_few() -> None:
    fit = of({PROVIDERS: "11 to 50"})

    assert fit.size is PracticeSize.MEDIUM
    assert fit.reason.endswith("; 1 of 4 attributes answered.")


def test_a_solo_practice_with_an_imaging_device_and_an_archive_gets_medium_device_rows() -> None:
    fit = of(
        SMALL,
        device("192.168.50.20", DeviceClass.IMAGING_MODALITY),
        device("192.168.50.21", DeviceClass.PACS_ARCHIVE),
    )

    assert fit.size is PracticeSize.SMALL
    assert fit.devices is PracticeSize.MEDIUM
    assert "an imaging device and an image archive on site" in fit.reason


def test_an_imaging_device_without_an_archive_raises_nothing() -> None:
    fit = of(SMALL, device("192.168.50.20", DeviceClass.IMAGING_MODALITY))

    assert fit.devices is None


def test_ten_medical_devices_are_a_fleet_and_nine_are_not() -> None:
    assert of(SMALL, *machines(DeviceClass.INFUSION_PUMP, 9)).devices is None
    ten = of(SMALL, *machines(DeviceClass.INFUSION_PUMP, 10))
    assert ten.devices is PracticeSize.MEDIUM
    assert "the scan found 10 medical devices" in ten.reason


def test_what_the_scan_finds_never_lowers_a_size() -> None:
    found = (
        device("192.168.50.20", DeviceClass.IMAGING_MODALITY),
        device("192.168.50.21", DeviceClass.PACS_ARCHIVE),
    )

    assert of(LARGE, *found).size is PracticeSize.LARGE
    assert of(LARGE, *found).devices is None
    assert of(LARGE).size is PracticeSize.LARGE


@pytest.mark.parametrize("choices", [SMALL, LARGE])
def test_size_never_removes_a_control_of_the_rule(choices: dict[str, str]) -> None:
    said = [
        Answer(question, AnswerValue.CHOICE, "Dana Lake", NOW.date(), choice=choice)
        for question, choice in choices.items()
    ]
    found = scan(device("192.168.50.30"))
    sized = assess(found, answers=said, knowledge=KNOWLEDGE, now=NOW)
    unsized = assess(found, knowledge=KNOWLEDGE, now=NOW)

    assert len(sized.controls) == 54
    assert [(c.control.id, c.status) for c in sized.controls] == [
        (c.control.id, c.status) for c in unsized.controls
    ]
