"""What people type as targets, and what is refused."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover import parse_scope
from riskscan.errors import ScopeError


def test_addresses_subnets_and_ranges_are_understood():
    scope = parse_scope(["192.168.1.7", "10.0.0.0/30", "192.168.2.10-12", "10.1.0.254-10.1.1.1"])
    assert [str(a) for a in scope.addresses()] == [
        "192.168.1.7",
        "10.0.0.1",
        "10.0.0.2",
        "192.168.2.10",
        "192.168.2.11",
        "192.168.2.12",
        "10.1.0.254",
        "10.1.0.255",
        "10.1.1.0",
        "10.1.1.1",
    ]


def test_an_address_with_its_prefix_length_means_its_subnet():
    assert parse_scope(["192.168.1.5/24"]).include == (ip_network("192.168.1.0/24"),)


@given(st.integers(0, 2**16 - 1), st.integers(0, 600))
def test_a_range_holds_exactly_its_addresses(start: int, length: int):
    first = IPv4Address(int(IPv4Address("10.9.0.0")) + start)
    last = first + length
    found = list(parse_scope([f"{first}-{last}"]).addresses())
    assert found == [first + i for i in range(length + 1)]


@pytest.mark.parametrize("target", ["printer.local", "", "10.0.0", "10.0.0.0/33", "10.0.0.9-3"])
def test_what_is_mistyped_is_refused_with_a_hint(target: str):
    with pytest.raises(ScopeError) as caught:
        parse_scope([target])
    assert caught.value.hint


def test_a_name_is_refused_because_it_can_point_anywhere():
    with pytest.raises(ScopeError) as caught:
        parse_scope(["pacs.example.com"])
    assert "names are not looked up" in (caught.value.hint or "")


@pytest.mark.parametrize("target", ["8.8.8.8", "192.0.0.0/16", "172.15.255.255-172.16.0.2"])
def test_public_addresses_need_their_flag(target: str):
    with pytest.raises(ScopeError) as caught:
        parse_scope([target])
    assert "--allow-public" in (caught.value.hint or "")
    assert parse_scope([target], allow_public=True).size > 0


@pytest.mark.parametrize("target", ["224.0.0.0/24", "0.0.0.0/0", "255.255.255.255"])
def test_what_holds_no_hosts_is_refused_even_with_the_flags(target: str):
    with pytest.raises(ScopeError):
        parse_scope([target], allow_public=True, allow_large=True)


def test_more_than_a_class_b_needs_its_flag():
    assert parse_scope(["10.0.0.0/16"]).size == 65_536
    with pytest.raises(ScopeError) as caught:
        parse_scope(["10.0.0.0/16", "10.9.0.1"])
    assert "--allow-large" in (caught.value.hint or "")
    assert parse_scope(["10.0.0.0/15"], allow_large=True).size == 131_072


def test_exclusions_outrank_targets_and_may_be_macs():
    scope = parse_scope(
        ["10.0.0.0/24"], ["10.0.0.5", "10.0.0.128/25", "00-1A-2B", "00:09:FB:01:02:03"]
    )
    assert not scope.allows(ip_address("10.0.0.5"))
    assert not scope.allows(ip_address("10.0.0.200"))
    assert scope.allows(ip_address("10.0.0.6"))
    assert scope.exclude_macs == ("00:1a:2b", "00:09:fb:01:02:03")
    assert not scope.allows_mac("00:1A:2B:FF:FF:FF")


def test_an_exclusion_that_is_not_understood_is_never_dropped():
    with pytest.raises(ScopeError):
        parse_scope(["10.0.0.0/24"], ["the infusion pumps"])


def test_no_target_is_refused():
    with pytest.raises(ScopeError):
        parse_scope([])


@given(st.text(max_size=60))
def test_any_text_is_a_scope_or_a_scope_error(text: str):
    try:
        scope = parse_scope([text])
    except ScopeError:
        return
    assert scope.size > 0
