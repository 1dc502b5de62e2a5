"""The table of end-of-support dates is sound, and gives what was looked up."""

from __future__ import annotations

from datetime import date

import pytest

from riskscan import knowledge
from riskscan.errors import ConfigError
from riskscan.knowledge.end_of_support import parse

TABLE = """
as_of = 2026-08-22
source = "a copy"
[[product]]
name = "Debian"
source = "its makers"
releases = [{ release = "9", ends = 2020-07-18, extension_ends = 2022-07-31, note = "LTS" }]
"""


@pytest.mark.parametrize(
    ("product", "release", "ends", "extension_ends"),
    [
        ("Windows", "7", date(2020, 1, 14), None),
        ("Windows", "10 22H2", date(2025, 10, 14), date(2028, 10, 10)),
        ("Windows Server", "2012 R2", date(2023, 10, 10), date(2026, 10, 13)),
        ("SQL Server", "2014", date(2024, 7, 9), date(2027, 7, 12)),
        ("VMware ESXi", "6.7", date(2022, 10, 15), None),
        ("Debian", "10", date(2022, 9, 10), date(2024, 6, 30)),
        ("Ubuntu", "18.04", date(2023, 5, 31), date(2028, 4, 30)),
        ("CentOS", "7", date(2024, 6, 30), None),
        ("MySQL", "5.7", date(2023, 10, 31), None),
        ("OpenSSL", "1.0.2", date(2019, 12, 31), None),
        ("Red Hat Enterprise Linux", "7", date(2024, 6, 30), date(2028, 6, 30)),
        ("Rocky Linux", "8", date(2029, 5, 31), None),
        ("AlmaLinux", "8", date(2029, 3, 1), None),
        ("Synology DSM", "7.2", date(2025, 12, 31), None),
        ("MariaDB", "11.4", date(2029, 5, 29), None),
        ("PostgreSQL", "17", date(2029, 11, 8), None),
    ],
)
def test_a_release_is_looked_up_by_product_and_release(
    product: str, release: str, ends: date, extension_ends: date | None
) -> None:
    fact = knowledge.load().end_of_support(product, release)

    assert fact is not None
    assert (fact.ends, fact.extension_ends) == (ends, extension_ends)
    assert "endoflife.date" in fact.source


def test_a_release_that_is_not_on_record_is_not_known() -> None:
    assert knowledge.load().end_of_support("Debian", "99") is None


def test_the_same_build_of_windows_ends_years_apart_by_edition() -> None:
    """An imaging device on LTSC 2019 is build 17763, like a Pro 1809 that ended in 2020."""
    fact = knowledge.load().end_of_support("Windows", "10 1809")

    assert fact is not None and fact.extension_ends is not None
    assert fact.extension_ends.year - fact.ends.year == 9


def test_a_build_that_may_be_two_systems_is_over_when_the_later_of_them_is() -> None:
    known = knowledge.load()
    pairs = [fact for fact in known.lifecycles if " or Server " in fact.release]

    assert len(pairs) == 5
    for fact in pairs:
        client, _, server = fact.release.partition(" or Server ")
        both = (
            known.end_of_support("Windows", client),
            known.end_of_support("Windows Server", server),
        )
        dates = [(each.ends, each.extension_ends or each.ends) for each in both if each]
        assert len(dates) == 2
        assert (fact.ends, fact.extension_ends or fact.ends) == max(dates)
        assert fact.ends < known.as_of


@pytest.mark.parametrize("release", ["10", "11", "10 1809 or Server 2019"])
def test_a_release_that_may_still_be_supported_is_not_on_record(release: str) -> None:
    assert knowledge.load().end_of_support("Windows", release) is None


def test_every_product_of_the_table_is_a_published_spelling() -> None:
    assert {fact.product for fact in knowledge.load().lifecycles} == knowledge.PRODUCTS


def test_no_fact_names_hearsay_as_its_source() -> None:
    assert all("[K]" not in fact.source for fact in knowledge.load().lifecycles)


def test_the_revision_begins_with_the_date_of_the_facts() -> None:
    assert knowledge.revision().startswith(f"{knowledge.load().as_of}-")


def test_the_source_of_a_fact_names_the_copy_the_maker_and_the_edition() -> None:
    (fact,) = parse(TABLE).lifecycles

    assert fact.source == "a copy; its makers; LTS"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("extension_ends =", "extention_ends =", "extention_ends"),
        ("2022-07-31", "2020-07-18", "over first"),
        ("2020-07-18,", "2020,", "ends"),
        ('name = "Debian"', 'name = ""', "name"),
        ("[{ release", '[{ release = "9", ends = 2020-07-18 }, { release', "twice"),
        ("as_of", "as_of as_of", "cannot be read"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        parse(TABLE.replace(old, new, 1))


def test_only_what_was_looked_up_later_bears_a_day_of_its_own_and_names_its_copy() -> None:
    known = knowledge.load()
    later = [fact for fact in known.lifecycles if fact.checked_on]

    assert later
    for fact in later:
        assert fact.checked_on is not None and fact.checked_on > known.as_of
        assert str(known.as_of) not in fact.source
    assert known.feeds[0].as_of == known.as_of  # one new line does not make the table younger
