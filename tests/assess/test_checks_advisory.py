"""An advisory of CISA is a finding where the version is affected, and a question otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.factories import device, verdict

from riskscan.model import Confidence, Device, DeviceClass, Evidence, Level, Observation, Result

CHECK = "lifecycle.advisory"
ARCHIVE, MONITOR = DeviceClass.PACS_ARCHIVE, DeviceClass.PATIENT_MONITOR


def named(
    vendor: str | None, product: str | None, version: str | None, kind: DeviceClass = ARCHIVE
) -> Device:
    banner = " ".join(part for part in (vendor, product, version) if part)
    subject = device(device_class=kind, says=[("http.product", banner, 8042)] if banner else [])
    seen = Evidence(Observation("http.product", banner, 8042, "tcp"), "names the product")
    identity = replace(
        subject.identity,
        vendor=vendor,
        product=product,
        version=version,
        evidence=(seen,) if banner else (),
    )
    return replace(subject, identity=identity)


EXAMPLES = {
    CHECK: (
        named(None, "Orthanc", "1.5.7"),
        named(None, "Orthanc", "1.12.4"),
        named("GE HealthCare", "CARESCAPE B650", "2.0", MONITOR),
    )
}


def test_an_affected_version_is_found_and_names_the_advisory_and_its_date() -> None:
    found = verdict(CHECK, EXAMPLES[CHECK][0])

    assert found is not None
    assert (found.result, found.severity) == (Result.FAIL, Level.HIGH)
    assert found.confidence is Confidence.MEDIUM
    assert found.summary == (
        "Orthanc 1.5.7 is a version that ICSMA-25-037-02 calls affected (CISA's list as of "
        "2025-02-06): Orthanc Server, CVE-2025-0896."
    )
    assert [e.observation.value for e in found.evidence] == ["Orthanc 1.5.7"]


def test_a_flaw_that_is_not_critical_is_moderate() -> None:
    found = verdict(CHECK, named("Philips", "Vue PACS", "12.2.8.400"))

    assert found is not None
    assert (found.result, found.severity) == (Result.FAIL, Level.MODERATE)


def test_where_every_version_is_affected_none_needs_to_be_seen() -> None:
    found = verdict(CHECK, named("Contec Health", "CMS8000", None, MONITOR))

    assert found is not None
    assert found.result is Result.FAIL
    assert found.evidence


def test_a_version_outside_the_range_passes_with_its_evidence() -> None:
    found = verdict(CHECK, EXAMPLES[CHECK][1])

    assert found is not None
    assert found.result is Result.PASS
    assert found.evidence


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (EXAMPLES[CHECK][2], "which versions are affected is not on record here"),
        (named(None, "Orthanc", None), "the version of this device was not seen"),
        (named("Philips", "Vue PACS", "12.2"), "the version '12.2' does not tell"),
        (named("Philips", "Vue", "11.4"), "does not tell"),
        (named("Philips", "IntelliVue", "M"), "None of the 4 advisories on record"),
        (named("Philips", None, None), "does not say which product it is"),
        (named("Somebody", "Vue PACS", "11.0"), "None of the 4 advisories on record"),
        (named("Gentec", "CARESCAPE", "1.0"), "None of the 4 advisories on record"),
    ],
)
def test_what_cannot_be_told_is_unknown_and_says_why(subject: Device, reason: str) -> None:
    found = verdict(CHECK, subject)

    assert found is not None
    assert found.result is Result.UNKNOWN
    assert found.evidence == ()
    assert reason in found.summary


def test_a_match_without_a_version_asks_for_the_makers_statement() -> None:
    found = verdict(CHECK, EXAMPLES[CHECK][2])

    assert found is not None
    assert found.summary.startswith("ICSMA-20-023-01 is about GE HealthCare CARESCAPE B650 2.0")
    assert "Ask the maker for its statement" in found.summary


def test_an_office_computer_is_left_out() -> None:
    assert verdict(CHECK, device(device_class=DeviceClass.WORKSTATION)) is None


def test_a_version_that_nobody_heard_is_hearsay() -> None:
    silent = replace(device(device_class=ARCHIVE), identity=EXAMPLES[CHECK][0].identity)
    found = verdict(CHECK, replace(silent, identity=replace(silent.identity, evidence=())))

    assert found is not None
    assert found.result is Result.UNKNOWN
