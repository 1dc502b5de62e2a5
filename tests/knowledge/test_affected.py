"""The versions of an advisory are read where they are plain, and left out where they are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.knowledge import advisories, load
from riskscan.knowledge.affected import read_range
from riskscan.model import AffectedProduct, VersionRange


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("<1.5.8", VersionRange(before="1.5.8")),
        ("<= 7.2.8.810", VersionRange(last="7.2.8.810")),
        (">=3.0|<3.2", VersionRange("3.0", "3.2")),
        ("vers:all/*", VersionRange()),
        ("v2.1", VersionRange("2.1", None, "2.1")),
    ],
)
def test_the_ways_in_which_cisa_writes_a_range_are_read(text: str, versions: VersionRange) -> None:
    read = read_range(text)

    assert read is not None
    assert read.fact() == versions


@pytest.mark.parametrize(
    "text",
    ["", "12.2.x.x and prior", "smart3250-2.6.27", "<1|<2", ">=1|<2|<=3", "< 1..2", "latest"],
)
def test_what_is_written_otherwise_is_not_guessed(text: str) -> None:
    assert read_range(text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_range_or_none(text: str) -> None:
    read = read_range(text)

    assert read is None or isinstance(read.fact(), VersionRange)


def document(*versions: tuple[str, str], product: str = "Pump") -> bytes:
    """Make an advisory on one product: each version with what the advisory says of it."""
    leaves: list[dict[str, Any]] = []
    status: dict[str, list[str]] = {}
    for number, (name, state) in enumerate(versions):
        id = f"CSAFPID-{number:04}"
        leaves.append(
            {"category": "product_version_range", "name": name, "product": {"product_id": id}}
        )
        status.setdefault(state, []).append(id)
    named = {"category": "product_name", "name": product, "branches": leaves}
    return json.dumps(
        {
            "document": {
                "csaf_version": "2.0",
                "title": "A Pump",
                "tracking": {
                    "id": "ICSMA-26-300-01",
                    "current_release_date": "2026-10-27T06:00:00Z",
                },
            },
            "product_tree": {
                "branches": [{"category": "vendor", "name": "Maker", "branches": [named]}]
            },
            "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": status}],
        }
    ).encode()


def affected(*versions: tuple[str, str]) -> tuple[AffectedProduct, ...]:
    return advisories.parse(document(*versions)).fact().affected


def test_an_advisory_gives_the_affected_versions_of_its_product() -> None:
    assert affected(("<2.0", "known_affected"), ("2.0", "fixed")) == (
        AffectedProduct("Pump", (VersionRange(before="2.0"),)),
    )


@pytest.mark.parametrize(
    "versions",
    [
        [("<2.0", "known_affected"), ("3.x", "known_affected")],
        [("<2.0", "known_affected"), ("<4.0", "under_investigation")],
        [("2.0", "fixed")],
        [],
    ],
)
def test_a_product_that_is_not_wholly_understood_is_left_out(
    versions: list[tuple[str, str]],
) -> None:
    assert affected(*versions) == ()


def test_the_shipped_ranges_name_products_of_their_own_advisory() -> None:
    shipped = [each for each in load().advisories if each.affected]

    assert {each.id for each in shipped} >= {"ICSMA-25-037-02", "ICSMA-24-200-01"}
    for each in shipped:
        assert {part.product for part in each.affected} <= set(each.products)
