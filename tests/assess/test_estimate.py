"""Two lists made apart say how many devices stand on neither, and never that all were seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from assess.factories import NOW, device, scan
from hypothesis import given
from hypothesis import strategies as st

from riskscan.assess.estimate import chapman, estimate, held_against, in_words
from riskscan.model import Device, Entry, ListedDevice, Registers


def kept(*listed: ListedDevice) -> Registers:
    return Registers(
        tuple(
            Entry("inventory", f"INV-{n:02d}", each, "Dana Lake", NOW)
            for n, each in enumerate(listed, start=1)
        )
    )


def by_address(numbers: Iterable[int]) -> list[ListedDevice]:
    return [ListedDevice(f"PC {n}", address=f"192.168.50.{n}") for n in numbers]


def desks(numbers: Iterable[int]) -> list[Device]:
    return [device(f"192.168.50.{n}") for n in numbers]


@pytest.mark.parametrize(
    ("scanned", "listed", "both", "found", "total", "error"),
    [(68, 60, 56, 72, 72.8, 1.0), (40, 30, 20, 50, 59.5, 5.1)],
)
def test_the_worked_examples(
    scanned: int, listed: int, both: int, found: int, total: float, error: float
) -> None:
    subject = scan(*desks(range(20, 20 + scanned)))
    first = 20 + scanned - both
    registers = kept(*by_address(range(first, first + listed)))

    result = estimate(subject, registers)

    assert result is not None
    assert (result.scanned, result.listed, result.both, result.found) == (
        scanned, listed, both, found,
    )  # fmt: skip
    assert round(result.total, 1) == total
    assert round(result.error, 1) == error


def test_the_words_say_at_most_and_the_range() -> None:
    assert "at most 72 of about 73 (72 to 75)" in in_words(chapman(68, 60, 56))
    assert "at most 50 of about 60 (50 to 70)" in in_words(chapman(40, 30, 20))
    assert "at most 7 of about 7 are" in in_words(chapman(7, 7, 7))


def test_fewer_than_seven_on_both_lists_give_no_total() -> None:
    six = kept(*by_address(range(20, 26)))
    seven = kept(*by_address(range(20, 27)))
    subject = scan(*desks(range(20, 40)))

    assert estimate(subject, six) is None
    assert estimate(subject, seven) is not None
    assert estimate(subject, Registers()) is None


def test_a_mac_address_outweighs_an_address_and_an_address_a_name() -> None:
    moved = device("192.168.50.30", mac="00:1b:54:00:00:01")
    named = device("192.168.50.31", says=[("netbios.name", "FRONT-1")])
    other = device("192.168.50.32", says=[("dhcp.hostname", "front-1.clinic.example")])
    listed = kept(
        ListedDevice("moved", address="192.168.50.31", mac="00-1B-54-00-00-01"),
        ListedDevice("front-1", address="192.168.50.32"),
        ListedDevice("Front-1"),
    )

    compared = held_against(scan(moved, named, other), listed)

    assert [(e.id, str(d.address)) for (e, _), d in compared.both] == [
        ("INV-01", "192.168.50.30"),
        ("INV-02", "192.168.50.32"),
        ("INV-03", "192.168.50.31"),
    ]
    assert (compared.unlisted, compared.missing) == ((), ())


def test_an_address_that_changed_hands_is_another_device() -> None:
    listed = kept(ListedDevice("PC", address="192.168.50.20", mac="00:1b:54:00:00:99"))

    compared = held_against(scan(device("192.168.50.20")), listed)

    assert [str(d.address) for d in compared.unlisted] == ["192.168.50.20"]
    assert [e.id for e, _ in compared.missing] == ["INV-01"]


def test_a_name_that_two_devices_have_matches_neither() -> None:
    twins = [device(f"192.168.50.{n}", says=[("netbios.name", "PC")]) for n in (20, 21)]

    compared = held_against(scan(*twins), kept(ListedDevice("PC")))

    assert compared.both == () and len(compared.unlisted) == 2


def test_what_is_gone_is_not_missed_and_is_told_when_it_is_seen_again() -> None:
    gone = [replace(d, gone_on=date(2026, 8, 1)) for d in by_address((20, 21))]
    later = replace(by_address((22,))[0], gone_on=date(2026, 12, 1))

    compared = held_against(scan(*desks((20,))), kept(*gone, later))

    assert [e.id for (e, _), _ in compared.returned] == ["INV-01"]
    assert [e.id for e, _ in compared.missing] == ["INV-03"]
    assert (compared.scanned, compared.listed) == (1, 1)


def test_the_scanning_machine_is_nobodys_device() -> None:
    own = device("192.168.50.10", found_by=("self",))

    assert held_against(scan(own), Registers()).unlisted == ()


def test_a_device_with_two_addresses_counts_once() -> None:
    mac = "00:1b:54:00:00:01"
    twice = scan(device("192.168.50.1", mac=mac), device("192.168.60.1", mac=mac))

    assert held_against(twice, Registers()).scanned == 1


@given(st.integers(0, 200), st.integers(0, 200), st.integers(7, 200))
def test_there_are_never_fewer_than_were_found(only_one: int, only_other: int, both: int) -> None:
    result = chapman(both + only_one, both + only_other, both)

    assert result.total >= result.found - 1e-9
    assert result.error >= 0
