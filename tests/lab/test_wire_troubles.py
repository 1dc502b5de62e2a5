"""What goes wrong on real sites goes wrong on the wire as the table says, without a wire."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet

from riskscan.lab import (
    Frailty,
    Front,
    Line,
    Move,
    Reply,
    Sleep,
    SwitchPort,
    WireHost,
)
from riskscan.lab.wire_segment import Segment

ME, MY_MAC = "10.20.0.10", "3c:97:0e:5a:10:10"
ROUTER = WireHost(address="10.20.0.1", mac="04:d5:90:00:00:01", kind="router", ttl=255)
HOST = WireHost(
    address="10.20.0.20", mac="0c:c4:7a:00:00:20", kind="server", open_ports=frozenset({443})
)


class Site:
    """A segment and a clock: what is said at a moment is answered within the second after."""

    def __init__(self, *hosts: WireHost, port: SwitchPort | None = None) -> None:
        self.segment = Segment(hosts, Line(), port)

    def say(self, *frames: Packet, at: float = 0.0) -> list[Packet]:
        for frame in frames:
            self.segment.hear(bytes(frame), at)
        assert self.segment.faults == []
        return [Ether(frame) for frame in self.segment.due(at + 0.5)]

    def who_has(self, address: str, at: float = 0.0, to: str = "ff:ff:ff:ff:ff:ff") -> list[str]:
        """Return every MAC that is given for an address."""
        asked = Ether(src=MY_MAC, dst=to) / ARP(hwsrc=MY_MAC, psrc=ME, pdst=address)
        return [a[ARP].hwsrc for a in self.say(asked, at=at) if a[ARP].psrc == address]


def to(host: WireHost, address: str = "", ttl: int = 64) -> Packet:
    return Ether(src=MY_MAC, dst=host.mac) / IP(src=ME, dst=address or host.address, ttl=ttl)


def syn(port: int, source: int = 40_000) -> Packet:
    return TCP(sport=source, dport=port, flags="S", seq=7)


def flags(answers: list[Packet]) -> list[str]:
    return [
        str(a[TCP].flags) if TCP in a else f"icmp {a[ICMP].type}/{a[ICMP].code}" for a in answers
    ]


# Addresses


def test_a_proxy_gives_its_own_mac_for_a_whole_range_and_others_keep_theirs() -> None:
    proxy = replace(ROUTER, fronts=(Front(network="10.20.0.0/25", proxy_arp=True),))
    site = Site(proxy, HOST)

    assert site.who_has("10.20.0.99") == [ROUTER.mac]
    assert site.who_has("10.20.0.99", to=ROUTER.mac) == [ROUTER.mac]
    assert site.who_has("10.20.0.1") == [ROUTER.mac]
    assert site.who_has("10.20.0.200") == []
    assert set(site.who_has(HOST.address)) == {ROUTER.mac, HOST.mac}
    assert site.who_has(HOST.address, to=HOST.mac) == [HOST.mac]


@pytest.mark.parametrize(
    ("reply", "answered"),
    [
        (Reply.NOTHING, []),
        (Reply.RESET, ["RA"]),
        (Reply.ACCEPT, ["SA"]),
        (Reply.UNREACHABLE, ["icmp 3/1"] * 2),
    ],
)
def test_what_is_meant_for_nobody_is_answered_as_the_front_says(
    reply: Reply, answered: list[str]
) -> None:
    site = Site(replace(ROUTER, fronts=(Front(network="10.20.0.0/25", reply=reply),)))
    answers = site.say(
        to(ROUTER, "10.20.0.99") / syn(12_345), to(ROUTER, "10.20.0.99") / ICMP(type=8)
    )

    assert flags(answers) == answered
    assert {a[IP].src for a in answers} <= {"10.20.0.99", ROUTER.address}
    assert all(a[IP].src == ROUTER.address for a in answers if ICMP in a)
    assert {a.src for a in answers} <= {ROUTER.mac}


def test_a_proxy_that_also_refuses_for_others_does_not_touch_who_is_there() -> None:
    front = Front(network="10.20.0.0/25", reply=Reply.RESET, proxy_arp=True)
    site = Site(replace(ROUTER, fronts=(front,)), HOST)

    assert flags(site.say(to(HOST) / syn(443))) == ["SA"]


def test_two_hosts_with_one_address_both_answer_and_are_counted_apart() -> None:
    other = replace(HOST, mac="b0:83:fe:00:00:99")
    site = Site(ROUTER, HOST, other)

    assert site.who_has(HOST.address) == [HOST.mac, other.mac]
    site.say(to(other) / ICMP(type=8))
    counts = site.segment.counts()
    assert counts[HOST.address].unicast == 0
    assert counts[f"{HOST.address} {other.mac}"].unicast == 1


def test_one_host_answers_at_each_of_its_addresses() -> None:
    site = Site(replace(HOST, also=("10.20.0.21", "10.20.0.22")))

    assert site.who_has("10.20.0.22") == [HOST.mac]
    (answer,) = site.say(to(HOST, "10.20.0.21") / syn(443))
    assert (answer[IP].src, str(answer[TCP].flags)) == ("10.20.0.21", "SA")
    assert site.segment.counts()[HOST.address].syns == {443: 1}


def test_a_virtual_router_is_one_more_mac_for_one_more_address() -> None:
    virtual = replace(ROUTER, address="10.20.0.254", mac="00:00:5e:00:01:0a")

    assert Site(ROUTER, virtual).who_has("10.20.0.254") == ["00:00:5e:00:01:0a"]


def test_a_host_that_moves_says_so_and_leaves_its_old_address() -> None:
    site = Site(ROUTER, replace(HOST, moves=Move(at=5.0, to="10.20.0.77")))
    before = site.who_has(HOST.address, at=1.0), site.who_has("10.20.0.77", at=1.0)
    (said,) = site.say(at=5.0)

    assert before == ([HOST.mac], [])
    assert (said.dst, said[ARP].psrc, said[ARP].hwsrc) == (
        "ff:ff:ff:ff:ff:ff",
        "10.20.0.77",
        HOST.mac,
    )
    assert site.who_has(HOST.address, at=6.0) == []
    assert site.who_has("10.20.0.77", at=6.0) == [HOST.mac]
    assert flags(site.say(to(HOST, "10.20.0.77") / syn(443), at=6.0)) == ["SA"]
    assert site.segment.counts()[HOST.address].syns == {443: 1}


# Sleep


def test_a_sleeper_hears_nothing_until_its_request_comes() -> None:
    site = Site(replace(HOST, sleep=Sleep(until_request=3)))

    assert site.say(to(HOST) / ICMP(type=8)) == []
    assert [site.who_has(HOST.address, at=t) for t in (1, 2, 3)] == [[], [], [HOST.mac]]
    assert len(site.say(to(HOST) / ICMP(type=8), at=4.0)) == 1


def test_a_late_riser_hears_nothing_before_its_time() -> None:
    site = Site(replace(HOST, sleep=Sleep(until=10.0)))

    assert [site.who_has(HOST.address, at=t) for t in (1, 9.9, 10)] == [[], [], [HOST.mac]]


def test_who_falls_asleep_again_must_be_woken_again() -> None:
    site = Site(replace(HOST, sleep=Sleep(until_request=2, again_after=5.0)))
    heard = [bool(site.who_has(HOST.address, at=t)) for t in (1, 2, 6, 8, 9)]

    assert heard == [False, True, True, False, True]


def test_who_is_switched_off_does_not_come_back() -> None:
    site = Site(replace(HOST, sleep=Sleep(again_after=5.0)))
    heard = [bool(site.who_has(HOST.address, at=t)) for t in (1, 4.9, 5, 20, 30)]

    assert heard == [True, True, False, False, False]


# The port of the scanner


def test_a_port_that_shuts_lets_nothing_pass_either_way() -> None:
    site = Site(HOST, port=SwitchPort(shuts_above=16))

    assert all(site.who_has(HOST.address, at=n / 16) for n in range(64))  # exactly 16 a second
    assert [site.who_has(HOST.address, at=10.0) for _ in range(17)][-1] == []
    assert site.segment.shut
    assert not site.segment.pulled
    assert site.say(to(HOST) / ICMP(type=8), at=30.0) == []
    assert site.segment.counts()[HOST.address].unicast == 0


def test_behind_client_isolation_only_the_gateway_answers() -> None:
    site = Site(ROUTER, HOST, port=SwitchPort(isolates=True))

    assert site.who_has(ROUTER.address) == [ROUTER.mac]
    assert site.who_has(HOST.address) == []
    assert site.say(to(HOST) / ICMP(type=8)) == []
    assert set(site.segment.counts()) == {ROUTER.address, HOST.address}


# Too many answers, too few


@given(st.integers(1, 65_535))
def test_a_tarpit_accepts_on_every_port(port: int) -> None:
    assert flags(Site(replace(HOST, tarpit=True)).say(to(HOST) / syn(port))) == ["SA"]


def test_a_tarpit_takes_what_it_is_told_and_says_nothing() -> None:
    site = Site(replace(HOST, tarpit=True))
    (offer,) = site.say(to(HOST) / syn(7))
    line = TCP(sport=40_000, dport=7, seq=8, ack=offer[TCP].seq + 1)
    told = site.say(to(HOST) / TCP(bytes(line)[:13] + b"\x18" + bytes(line)[14:]) / b"hello")

    (answer,) = told
    assert (str(answer[TCP].flags), answer[TCP].ack, bytes(answer[TCP].payload)) == ("A", 13, b"")
    assert site.segment.counts()[HOST.address].connections == {7: 1}


def test_resets_are_rationed_and_accepted_connections_are_not() -> None:
    site = Site(replace(HOST, resets_per_second=10))
    refused = site.say(*(to(HOST) / syn(n) for n in range(1, 31)))
    accepted = site.say(*(to(HOST) / syn(443, n) for n in range(1, 31)))

    assert flags(refused) == ["RA"] * 10
    assert flags(accepted) == ["SA"] * 30
    assert flags(site.say(to(HOST) / syn(1), at=1.1))[-1] == "RA"


def test_icmp_is_rationed_for_echoes_and_refusals_together() -> None:
    site = Site(replace(HOST, icmp_per_second=6))
    echoes = (to(HOST) / ICMP(type=8, seq=n) for n in range(4))
    refusals = (to(HOST) / UDP(dport=n) for n in range(1, 5))

    assert flags(site.say(*echoes, *refusals)) == ["icmp 0/0"] * 4 + ["icmp 3/3"] * 2


# Distress


def test_a_device_locks_up_above_its_rate_for_ever() -> None:
    site = Site(replace(HOST, frailty=Frailty(packets_per_second=8)))
    answers = site.say(*(to(HOST) / ICMP(type=8, seq=n) for n in range(20)))

    assert len(answers) == 8
    assert site.say(to(HOST) / syn(443), at=1000.0) == []
    assert site.who_has(HOST.address, at=1000.0) == []
    felt = site.segment.counts()[HOST.address]
    assert (felt.lockups, felt.unicast) == (1, 21)


def test_a_device_at_its_rate_lives() -> None:
    site = Site(replace(HOST, frailty=Frailty(packets_per_second=8)))
    answered = [len(site.say(to(HOST) / ICMP(type=8), at=n / 8)) for n in range(80)]

    assert answered == [1] * 80
    assert site.segment.counts()[HOST.address].lockups == 0


def test_a_device_locks_up_above_its_connections_and_comes_back_without_them() -> None:
    frail = Frailty(connections=2, down_for=30.0)
    site = Site(replace(HOST, frailty=frail))
    answers = site.say(*(to(HOST) / syn(443, source) for source in (1, 2, 3, 4)))

    assert flags(answers) == ["SA", "SA"]
    assert site.say(to(HOST) / syn(443, 5), at=29.0) == []
    assert flags(site.say(to(HOST) / syn(443, 6), to(HOST) / syn(443, 7), at=31.0)) == ["SA", "SA"]
    assert site.segment.counts()[HOST.address].lockups == 1


def test_under_load_the_round_trip_grows() -> None:
    site = Site(replace(HOST, frailty=Frailty(slower=0.05)))
    moments = []
    for number in range(5):
        site.segment.hear(bytes(to(HOST) / ICMP(type=8, seq=number)), 0.0)
        moments.append(site.segment.next_at)
        assert len(list(site.segment.due(0.05 * (number + 1) + 0.001))) == 1

    assert moments == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.25])


# Beyond a router

FAR = replace(HOST, address="10.30.0.20", behind=ROUTER.address, ttl=128)
SHY = replace(FAR, address="10.30.0.21", answers_ping=False, drops_closed=True)
DATAGRAMS_ONLY = replace(
    SHY, address="10.30.0.22", open_ports=frozenset(), refuses_datagrams=True, ttl=64
)


def test_who_is_beyond_a_router_answers_through_it_with_a_hop_less_to_live() -> None:
    site = Site(ROUTER, FAR)
    (echo,) = site.say(to(ROUTER, FAR.address) / ICMP(type=8))

    assert site.who_has(FAR.address) == []
    assert (echo.src, echo[IP].src, echo[IP].ttl) == (ROUTER.mac, FAR.address, 127)
    counts = site.segment.counts()
    assert (counts[FAR.address].unicast, counts[ROUTER.address].unicast) == (1, 1)


def test_a_packet_whose_time_is_over_gets_no_further_than_the_router() -> None:
    site = Site(ROUTER, FAR)
    (said,) = site.say(to(ROUTER, FAR.address, ttl=1) / ICMP(type=8))

    assert (said[IP].src, flags([said])) == (ROUTER.address, ["icmp 11/0"])
    assert site.segment.counts()[FAR.address].unicast == 0


def test_who_drops_ping_may_still_answer_tcp_or_refuse_a_datagram() -> None:
    site = Site(ROUTER, FAR, SHY, DATAGRAMS_ONLY)

    def answers(host: WireHost) -> list[str]:
        at = to(ROUTER, host.address)
        return flags(site.say(at / ICMP(type=8), at / syn(443), at / syn(80), at / UDP(dport=9)))

    assert answers(FAR) == ["icmp 0/0", "SA", "RA", "icmp 3/3"]
    assert answers(SHY) == ["SA"]
    assert answers(DATAGRAMS_ONLY) == ["icmp 3/3"]


def test_a_router_says_that_nobody_is_at_the_addresses_beyond_it() -> None:
    front = Front(network="10.30.0.0/24", reply=Reply.UNREACHABLE)
    site = Site(replace(ROUTER, fronts=(front,)), FAR)

    assert flags(site.say(to(ROUTER, "10.30.0.99") / syn(443))) == ["icmp 3/1"]
    assert flags(site.say(to(ROUTER, FAR.address) / syn(443))) == ["SA"]


def test_a_host_behind_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.20\.0\.1"):
        Segment([FAR, ROUTER], Line())


@given(st.binary(max_size=80), st.sampled_from(["10.30.0.20", "10.20.0.1", "10.20.0.99"]))
def test_no_bytes_break_a_router(octets: bytes, address: str) -> None:
    front = Front(network="10.20.0.0/16", reply=Reply.UNREACHABLE, proxy_arp=True)
    segment = Segment([replace(ROUTER, fronts=(front,)), FAR], Line())
    start = bytes(to(ROUTER, address))[:34]
    for frame in (start + octets, start[:14] + octets, octets):
        segment.hear(frame, 0.0)

    assert all(len(frame) >= 34 for frame in segment.due(60.0))
