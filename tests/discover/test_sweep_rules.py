"""The rules of the sweep, without a packet: who is a device, and which addresses are asked."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover import parse_scope, sweep_notices
from riskscan.discover.alike import Answer, devices
from riskscan.discover.answers import HOLD, Answers
from riskscan.discover.brake import Brake
from riskscan.discover.links import Link
from riskscan.discover.preflight import Preflight
from riskscan.discover.ranges import Ranges
from riskscan.discover.raw.arp_order import order_of
from riskscan.discover.raw.arp_watch import WINDOW, SilenceWatch
from riskscan.discover.raw.session import Session
from riskscan.discover.wifi import WifiWatch
from riskscan.model import Host, Notice, PortState, Scope, Segment, Service, Vantage

ONE, TWO, OTHER = "0c:c4:7a:00:00:01", "0c:c4:7a:00:00:02", "00:00:5e:00:01:07"

# addresses

_NETWORKS = st.lists(
    st.builds(
        lambda last, length: ip_network((0x0A000000 + last, length), strict=False),
        st.integers(0, 511),
        st.integers(23, 32),
    ),
    max_size=6,
).map(tuple)


@given(_NETWORKS, _NETWORKS)
def test_ranges_hold_just_what_the_scope_yields(include: tuple, exclude: tuple) -> None:
    scope = Scope(include, exclude)
    ranges = Ranges.of_scope(scope)
    assert list(ranges) == sorted(int(address) for address in scope.addresses())
    assert len(ranges) == len(list(ranges))
    assert all(address in ranges for address in ranges)
    assert Ranges.parse(json.loads(json.dumps(ranges.pairs))).pairs == ranges.pairs


@given(st.frozensets(st.integers(0, 300)), st.frozensets(st.integers(0, 300)))
def test_ranges_are_sets(some: frozenset[int], others: frozenset[int]) -> None:
    left = Ranges.of(some).without(Ranges.of(others))
    assert set(left) == some - others
    assert [a for a in range(301) if a in left] == sorted(some - others)


def test_a_sixteen_is_one_range() -> None:
    ranges = Ranges.of_scope(parse_scope(["10.20.0.0/16"]))
    assert ranges.pairs == [["10.20.0.1", "10.20.255.254"]]
    assert len(ranges) == 65_534


# who is a device


def _heard(pairs: list[tuple[int, str]], asked: int = 254, gateways: tuple = ()) -> Answers:
    answers = Answers(asked, frozenset(gateways))
    for address, mac in pairs:
        answers.heard(address, mac, 0.0)
    return answers


def test_an_address_is_kept_back_only_as_long_as_a_second_answer_may_take() -> None:
    answers = _heard([(1, ONE)])
    assert list(answers.due(HOLD / 2)) == []
    assert list(answers.due(HOLD)) == [1]
    assert list(answers.due(2 * HOLD)) == []


def test_what_one_mac_answers_for_is_decided_when_the_sweep_is_over() -> None:
    answers = _heard([(1, ONE), (2, TWO), (3, TWO)])
    assert list(answers.due(HOLD)) == [1]
    assert answers.settle() == ()
    assert list(answers.due(HOLD)) == [2, 3]


@pytest.mark.parametrize(
    ("addresses", "asked", "is_proxy"),
    [(8, 254, False), (9, 254, True), (3, 6, False), (4, 20, False), (4, 19, True)],
)
def test_a_mac_that_answers_for_too_many_is_a_proxy(
    addresses: int, asked: int, is_proxy: bool
) -> None:
    answers = _heard([(n, ONE) for n in range(addresses)], asked)
    proxies = answers.settle()
    assert [p.addresses for p in proxies] == ([tuple(range(addresses))] if is_proxy else [])
    assert len(list(answers.due(HOLD))) == (0 if is_proxy else addresses)


def test_the_gateway_is_a_device_whatever_its_mac_answers_for() -> None:
    answers = _heard([(n, ONE) for n in range(20)], gateways=(7,))
    assert list(answers.due(HOLD)) == [7]
    assert 7 not in answers.settle()[0].addresses


def test_two_macs_are_two_claimants_but_not_those_that_routers_share() -> None:
    answers = _heard([(1, ONE), (1, TWO), (2, OTHER), (2, ONE), (3, OTHER)])
    assert answers.claimed_twice() == [1]
    assert [(o.key, o.value) for o in answers.sightings(2)][:1] == [("arp.mac", OTHER)]
    assert not [o for o in answers.sightings(2) if o.key == "arp.other-mac"]
    assert [o.value for o in answers.sightings(1) if o.key == "arp.other-mac"] == [TWO]


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from((ONE, TWO, OTHER)))))
def test_every_address_is_told_once_or_counted_for_a_proxy(pairs: list) -> None:
    answers = _heard(pairs, asked=40)
    told = list(answers.due(HOLD))
    kept = [a for proxy in answers.settle() for a in proxy.addresses]
    told += answers.due(HOLD)
    assert sorted(told + kept) == sorted({address for address, _ in pairs})


def test_an_address_that_two_proxies_claim_is_counted_once() -> None:
    answers = _heard([(n, mac) for n in range(9) for mac in (ONE, TWO)], asked=40)
    assert [(p.mac, len(p.addresses)) for p in answers.settle()] == [(ONE, 9), (TWO, 0)]


ECHO, REFUSED = Answer("echo", "reply", 63), Answer("syn", "refused", 63)


def test_who_answers_a_ping_beyond_a_router_is_a_device_however_many_do() -> None:
    assert len(devices(dict.fromkeys(range(100), ECHO), 100)) == 100


def test_many_that_refuse_alike_are_the_work_of_one() -> None:
    crowd = dict.fromkeys(range(20), REFUSED)
    assert devices({**crowd, 50: Answer("syn", "accepted", 62)}, 60) == {50}
    assert len(devices(crowd, 254)) == 20
    assert len(devices(dict.fromkeys(range(8), REFUSED), 8)) == 8


def test_a_proxy_that_answers_pings_itself_proves_nothing_by_that() -> None:
    itself = dict.fromkeys(range(20), Answer("echo", "reply", 64))
    assert devices({**itself, 30: ECHO}, 20, by_proxy=True) == {30}


# a switch that shuts the port


def _asked(watch: SilenceWatch, begun: float, silent_from: float) -> float | None:
    for tick in range(100):
        now = begun + tick / 10
        if watch.is_silent(now):
            return now - begun
        if watch.is_due(now):
            watch.asked(now)
            if now - begun < silent_from:
                watch.heard()
    return None


def test_silence_counts_only_while_the_sweep_is_young() -> None:
    assert _asked(SilenceWatch(50.0), 50.0, silent_from=0.0) == pytest.approx(2.0, abs=0.2)
    assert _asked(SilenceWatch(50.0), 50.0, silent_from=2.0) is not None
    assert _asked(SilenceWatch(50.0), 50.0, silent_from=WINDOW + 0.1) is None


def test_one_answer_of_anybody_is_enough_to_go_on() -> None:
    watch = SilenceWatch(0.0)
    for now in (0.4, 0.8, 1.2):
        watch.asked(now)
    watch.heard()
    watch.asked(1.6)
    assert not watch.is_silent(9.0)


# an access point that keeps its clients apart


def _wifi(*states: PortState, wireless: bool = True) -> list[str]:
    """Return the codes of what is said after hosts with one port each were examined."""
    notices: list[Notice] = []
    links = {"eth7": Link("eth7", mac=ONE, wireless=wireless)}
    there = Preflight(Vantage(segments=(SEGMENT,)), "7.93", links=links)
    watch = WifiWatch(there, notices.append)
    for number, state in enumerate(states, start=20):
        address = IPv4Address(f"10.0.0.{number}")
        watch.saw(Host(address, TWO, ("arp",), services=(Service(443, "tcp", state),)))
    watch.conclude()
    return [notice.code for notice in notices]


def test_devices_that_are_there_and_mute_on_wifi_are_kept_apart() -> None:
    mute = [PortState.FILTERED] * 3
    assert _wifi(*mute) == ["client-isolation-likely"]
    assert _wifi(*mute, PortState.CLOSED) == []
    assert _wifi(*mute[:2]) == []
    assert _wifi(*mute, wireless=False) == []


# what the raw process is asked

SEGMENT = Segment("eth7", ip_network("10.0.0.0/24"), IPv4Address("10.0.0.9"), ONE)
SESSION = Session(parse_scope(["10.0.0.0/24"]), (SEGMENT,))
ORDER = {
    "interface": "eth7",
    "source": "10.0.0.9",
    "ranges": [["10.0.0.1", "10.0.1.20"]],
    "pps": 500,
    "known": {"10.0.0.5": TWO},
    "canaries": ["10.0.0.1", "192.0.2.1"],
    "waves": [0.0, 0.25],
}


def test_an_order_is_held_to_the_segment() -> None:
    order = order_of(ORDER, SESSION)
    assert order.wanted.pairs == [["10.0.0.1", "10.0.0.255"]]
    assert order.canaries == (int(IPv4Address("10.0.0.1")),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"interface": "eth8"},
        {"source": "10.0.0.8"},
        {"ranges": "10.0.0.0/24"},
        {"ranges": [["10.0.0.9", "10.0.0.1"]]},
        {"pps": 0},
        {"pps": 50_000},
        {"known": {"10.0.0.5": "ff"}},
        {"waves": [-1]},
        {"waves": [0.0] * 50},
        {"canaries": ["10.0.0.1"] * 11},
    ],
)
def test_a_wrong_order_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError):
        order_of({**ORDER, **wrong}, SESSION)


# the rest


def test_a_brake_under_another_is_pulled_with_it_and_never_pulls_it() -> None:
    scan = Brake()
    part = Brake(under=scan)
    part.halt()
    assert part.pulled and not scan.pulled
    other = Brake(under=scan)
    scan.halt()
    assert other.pulled


def test_every_trouble_that_cuts_a_scan_short_has_a_code_that_says_so() -> None:
    for code in ("arp-inspection", "address-gone", "link-lost", "Network is down"):
        notice = sweep_notices.trouble(code, SEGMENT)
        assert notice.code in sweep_notices.CUT_SHORT
        assert "eth7" in notice.text
