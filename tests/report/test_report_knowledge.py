"""The report names the date of each list of facts it went by, and says when one is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import report_factories as factories

from riskscan.model import FeedState
from riskscan.report import EXPORTERS

ASSESSED = factories.assessment(factories.scan()).made_at.date()


def fed(name: str, days: int | None, fault: str = "") -> FeedState:
    as_of = None if days is None else ASSESSED - timedelta(days=days)
    return FeedState(name, as_of, 1200 if days is not None else 0, True, "the maker", fault)


FRESH = (fed("medical-advisories", 3), fed("end-of-support", 90), fed("epss", None))


def test_each_list_stands_with_its_date_in_the_order_of_the_page() -> None:
    made = factories.report(knowledge=FRESH).method

    assert [row.label for row in made.knowledge] == [
        "End of support of systems and products",
        "Chance that a flaw is used within 30 days (EPSS)",
        "Advisories on medical products (CISA)",
    ]
    as_of = ASSESSED - timedelta(days=90)
    assert made.knowledge[0].value == (
        f"As of {as_of:%B} {as_of.day}, {as_of.year}, 1,200 entries. From the maker."
    )
    assert made.knowledge[1].value == "Not used: nothing of it is held"


def test_no_list_is_called_old_on_its_ninetieth_day() -> None:
    assert factories.report(knowledge=FRESH).method.outdated == ""


def test_a_list_that_is_older_is_named_with_its_age() -> None:
    made = factories.report(knowledge=(fed("known-exploited", 91), *FRESH)).method

    assert made.outdated.startswith(
        "Older than 90 days when this was assessed: Flaws that attackers are known to use (CISA), "
        "91 days. What became known since then is missing"
    )
    assert "Advisories" not in made.outdated


def test_the_age_counts_to_the_day_of_the_assessment() -> None:
    scan = factories.scan()
    later = factories.assessment(scan)
    later = replace(later, made_at=later.made_at + timedelta(days=30))
    made = factories.report(scan, later, knowledge=(fed("end-of-support", 80),)).method

    assert "110 days" in made.outdated


def test_a_damaged_list_says_that_an_older_copy_stands_in() -> None:
    made = factories.report(knowledge=(fed("known-exploited", 1, "cut off"),)).method

    assert "A newer copy is damaged and was not used." in made.knowledge[0].value


@pytest.mark.parametrize("days", [10, 400])
def test_the_page_shows_dates_and_warning(days: int) -> None:
    page = EXPORTERS["html"](factories.report(knowledge=(fed("known-exploited", days),))).decode()

    assert "How old the facts are that this report goes by" in page
    assert ("Older than 90 days" in page) == (days > 90)


def test_a_report_without_lists_has_no_such_part() -> None:
    assert "How old the facts are" not in EXPORTERS["html"](factories.report()).decode()
