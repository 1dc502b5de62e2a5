"""IPv6 neighbours: heard on a segment of real kernels, read from hostile frames, listed by MAC."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import ipv6_bench as bench
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover import parse_scope
from riskscan.discover.brake import Brake
from riskscan.discover.faults import Stopped
from riskscan.discover.ipv6 import MOST_SHOWN, Watch6, neighbours6, strangers, with_addresses6
from riskscan.discover.links import links_of
from riskscan.discover.preflight import Preflight
from riskscan.discover.raw.contract import Message
from riskscan.discover.raw.jobs import JOBS
from riskscan.discover.raw.neighbours6 import (
    MOST,
    MOST_OF_ONE,
    PAUSES,
    _Heard,
    _sources,
    all_in_scope,
    echo_request,
    parse_neighbour,
)
from riskscan.discover.raw.session import Session
from riskscan.discover.surroundings import segments_of
from riskscan.identify import identify, load_rules
from riskscan.identify.triage import triage
from riskscan.model import Host, Vantage

MAC, OTHER, THIRD = (f"02:00:00:00:00:{n}" for n in ("20", "30", "40"))
LINK, ULA = IPv6Address("fe80::20"), IPv6Address("fd00::20")
CARD = {
    "ifname": "eth0",
    "flags": ["UP"],
    "link_type": "ether",
    "address": "02:00:00:00:00:01",
    "addr_info": [
        {"local": "192.168.1.9", "prefixlen": 24, "scope": "global"},
        {"local": "fd00::9", "prefixlen": 64, "scope": "global"},
        {"local": "fe80::1", "prefixlen": 64, "scope": "link"},
    ],
}


def _preflight(**more: Any) -> Preflight:
    links = links_of([CARD])
    segments = segments_of(links.values())
    return Preflight(Vantage(segments=segments), "7.93", links=links, **more)


# on a real segment


@pytest.fixture(scope="module")
def looked() -> dict[str, Any]:
    share = ["unshare", "--user", "--map-root-user", "--net", "true"]
    if subprocess.run(share, capture_output=True).returncode:
        pytest.skip("this kernel lets no unprivileged process make a namespace")
    return bench.bench("heard", bench.NETWORK)


@pytest.mark.lab
def test_real_devices_are_heard_with_their_link_local_and_routable_addresses(looked: Any):
    assert looked["heard"] == {
        bench.BOTH_MAC: [bench.BOTH6, "fe80::ff:fe00:620"],
        bench.SIX_MAC: [bench.SIX6, "fe80::ff:fe00:630"],
    }


@pytest.mark.lab
def test_all_nodes_are_asked_twice_and_only_with_well_formed_echo_requests(looked: Any):
    for felt in looked["felt"]:
        frames = [bytes.fromhex(text) for text in felt]
        asked = [f for f in frames if f[38:54] == IPv6Address("ff02::1").packed and f[54] == 128]
        assert len(asked) == len(PAUSES) == 2
        assert [IPv6Address(f[22:38]).is_link_local for f in asked] == [True, False]
        # The rest is the kernel's own: neighbour discovery, and group reports behind an option.
        rest = [f for f in frames if f not in asked and f[20] == 58]
        assert {f[54] for f in rest} <= {133, 135, 136}


@pytest.mark.lab
def test_where_a_device_is_excluded_nobody_is_asked(looked: Any):
    result = bench.bench("heard", bench.NETWORK, bench.BOTH)
    frames = [bytes.fromhex(text) for felt in result["felt"] for text in felt]
    assert not [f for f in frames if f[54] == 128]
    assert any("ipv6-not-asked" in event for event in result["events"])


@pytest.mark.lab
def test_a_sweep_lists_ipv6_addresses_with_their_device_and_names_who_has_no_other(looked: Any):
    result = bench.bench("swept", bench.NETWORK)
    assert result["swept"] == {"10.66.0.1": [], bench.BOTH: [bench.BOTH6, "fe80::ff:fe00:620"]}
    strangers = [event for event in result["events"] if "ipv6-only-neighbour" in event]
    assert len(strangers) == 1 and bench.SIX6 in strangers[0] and bench.SIX_MAC in strangers[0]


# whether to ask


@pytest.mark.parametrize(
    ("targets", "exclude", "allowed"),
    [
        (["192.168.1.0/24"], [], True),
        (["192.168.0.0/16"], [], True),
        (["192.168.1.1-254"], [], True),
        (["192.168.1.0/25", "192.168.1.128/25"], ["10.0.0.1"], True),
        (["192.168.1.0/25"], [], False),
        (["192.168.1.0/24"], ["192.168.1.77"], False),
        (["192.168.1.0/24"], ["00:09:fb"], False),
        (["10.0.0.0/24"], [], False),
    ],
)
def test_everybody_is_asked_only_if_nobody_is_left_alone(
    targets: list[str], exclude: list[str], allowed: bool
):
    scope = parse_scope(targets, exclude)
    assert all_in_scope(scope, ip_network("192.168.1.0/24")) is allowed


@pytest.mark.parametrize(
    "params", [{}, {"interface": "eth9"}, {"interface": 7}, {"interface": "eth0", "more": 1}]
)
def test_an_interface_that_is_not_in_use_is_refused(params: Message):
    session = Session(parse_scope(["192.168.1.0/24"]), _preflight().vantage.segments)
    with pytest.raises(ValueError):
        JOBS["neighbours6"](session, params, lambda _: None, Brake())


def test_we_speak_from_our_link_local_and_then_from_a_routable_address():
    listing = (
        "00000000000000000000000000000001 01 80 10 80 lo\n"
        "fd000000000000000000000000000009 02 40 00 80 eth0\n"
        "fe800000000000000000000000000001 02 40 20 80 eth0\n"
        "fe800000000000000000000000000002 03 40 20 c0 eth1\n"
        "nonsense\n"
    )
    assert _sources(listing, "eth0") == [IPv6Address("fe80::1"), IPv6Address("fd00::9")]
    assert list(_sources(listing, "eth1")) == [], "tentative: another may have it"
    assert list(_sources(listing, "lo")) == []


def test_an_echo_request_is_what_rfc_4443_says():
    frame = echo_request(MAC, LINK, 0x1234, 1)
    assert frame[:6].hex(":") == "33:33:00:00:00:01" and frame[6:12].hex(":") == MAC
    assert frame[20:22] == bytes((58, 1))
    assert frame[54:56] == b"\x80\0" and frame[58:62] == b"\x12\x34\0\1"
    pseudo = frame[22:54] + len(frame[54:]).to_bytes(4) + bytes((0, 0, 0, 58))
    words = pseudo + frame[54:]
    total = sum(int.from_bytes(words[i : i + 2]) for i in range(0, len(words), 2))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


# what is heard


def _frame(kind: int, source: str, *, hops: int = 255, mac: str = MAC, rest: bytes = b"") -> bytes:
    ether = bytes(6) + bytes.fromhex(mac.replace(":", "")) + b"\x86\xdd"
    body = bytes((kind, 0, 0, 0)) + rest
    header = b"\x60\0\0\0" + len(body).to_bytes(2) + bytes((58, hops))
    return ether + header + ip_address(source).packed + bytes(16) + body


TARGET = bytes(4) + ULA.packed


@pytest.mark.parametrize(
    ("frame", "address"),
    [
        (_frame(129, str(LINK), hops=64, rest=b"\0\7\0\0"), LINK),
        (_frame(129, str(LINK), rest=b"\0\x08\0\0"), None),
        (_frame(128, str(LINK), rest=b"\0\7\0\0"), None),
        (_frame(135, str(LINK), rest=TARGET), LINK),
        (_frame(135, "::", rest=TARGET), None),
        (_frame(136, str(LINK), rest=TARGET), ULA),
        (_frame(136, str(LINK), rest=TARGET, hops=254), None),
        (_frame(136, str(LINK), rest=TARGET[:-1]), None),
        (_frame(129, "ff02::5", rest=b"\0\7\0\0"), None),
        (_frame(129, str(LINK), mac="03:00:00:00:00:01", rest=b"\0\7\0\0"), None),
        (_frame(129, str(LINK), mac="00:00:00:00:00:00", rest=b"\0\7\0\0"), None),
    ],
)
def test_a_frame_tells_of_a_neighbour_or_of_none(frame: bytes, address: IPv6Address | None):
    assert parse_neighbour(frame, 7) == ((address, MAC) if address else None)


@given(st.binary(max_size=128), st.sampled_from([129, 135, 136]), st.integers(0, 128))
def test_no_bytes_break_the_reader(octets: bytes, kind: int, cut: int):
    whole = _frame(kind, "fe80::1", rest=octets)
    for frame in (octets, whole, whole[:cut]):
        found = parse_neighbour(frame, 7)
        assert found is None or (found[1].count(":") == 5 and not found[0].is_multicast)


def test_a_forger_of_addresses_is_kept_short():
    said: list[Message] = []
    heard = _Heard(said.append)
    for number in range(MOST_OF_ONE + 50):
        heard(IPv6Address(number + 2), MAC)
        heard(IPv6Address(number + 2), MAC)
    assert len(said) == MOST_OF_ONE
    for number in range(MOST + 50):
        heard(LINK, number.to_bytes(6).hex(":"))
    assert len(said) == MOST


# the main side


@dataclass
class _Says:
    """Raw sockets that emit these messages, or fail."""

    messages: list[Message | Exception]

    def run(self, job: str, params: Message, *, brake: Brake) -> Iterator[Message]:
        assert (job, params) == ("neighbours6", {"interface": "eth0"})
        for message in self.messages:
            if isinstance(message, Exception):
                raise message
            yield message


def test_what_the_kernel_knows_and_what_is_heard_is_joined_by_mac():
    known = {MAC: (LINK,), "02:00:00:00:00:01": (IPv6Address("fe80::1"),)}
    said = [
        {"asked": True},
        *({"address": a, "mac": m} for a, m in ((str(ULA), MAC), ("::5", OTHER))),
    ]
    found = neighbours6(_Says(said), _preflight(neighbours6=known), Brake())
    assert found == {MAC: (ULA, LINK), OTHER: (IPv6Address("::5"),)}
    assert neighbours6(None, _preflight(neighbours6=known), Brake()) == {MAC: (LINK,)}


def test_garbage_from_the_other_side_and_a_lost_interface_cost_nothing_else():
    bad = [{"address": "10.0.0.1", "mac": MAC}, {"address": "x"}, {"mac": MAC}, {"address": 7}]
    good = {"address": str(ULA), "mac": MAC}
    said = [*bad, {"address": str(ULA), "mac": "no"}, good, OSError(19, "No such device")]
    events: list[Any] = []
    assert neighbours6(_Says(said), _preflight(), Brake(), events.append) == {MAC: (ULA,)}
    assert events == []
    assert neighbours6(_Says([{"asked": False}]), _preflight(), Brake(), events.append) == {}
    assert [event.code for event in events] == ["ipv6-not-asked"]


def test_addresses_are_listed_with_the_device_that_has_the_mac():
    host = Host(ip_address("192.168.1.20"), MAC)
    told = with_addresses6(host, {MAC: (ULA, LINK)})
    assert [(s.key, s.value) for s in told.sightings] == [
        ("ip6.address", str(ULA)),
        ("ip6.address", str(LINK)),
    ]
    assert with_addresses6(told, {MAC: (ULA, LINK)}) == told
    assert with_addresses6(Host(ip_address("192.168.9.9")), {MAC: (ULA,)}).sightings == ()


def test_the_watch_waits_until_the_addresses_are_known_and_names_whom_no_host_was_found_for():
    events: list[Any] = []
    said: list[Message | Exception] = [
        {"address": str(address), "mac": mac}
        for address, mac in ((ULA, MAC), (LINK, OTHER), (LINK, THIRD))
    ]
    watch = Watch6(_Says(said), _preflight(), events.append, Brake())
    told = watch.complete(Host(ip_address("192.168.1.20"), MAC))
    assert [s.value for s in told.sightings] == [str(ULA)]
    watch.conclude({OTHER})
    watch.close()
    assert [event.code for event in events] == ["ipv6-only-neighbour"]
    assert THIRD in events[0].text


def test_a_watch_that_is_stopped_lists_nothing_and_ends():
    brake = Brake()
    brake.halt()
    watch = Watch6(_Says([Stopped()]), _preflight(), pytest.fail, brake)
    host = Host(ip_address("192.168.1.20"), MAC)
    assert watch.complete(host) == host
    watch.conclude()
    watch.close()


def test_who_speaks_ipv6_only_is_named_and_a_crowd_is_counted():
    (notice,) = strangers({MAC: (ULA,), OTHER: (LINK,)}, {MAC})
    assert notice.code == "ipv6-only-neighbour" and str(LINK) in notice.text
    crowd = {number.to_bytes(6).hex(":"): (LINK,) for number in range(MOST_SHOWN + 5)}
    *shown, rest = strangers(crowd, set())
    assert len(shown) == MOST_SHOWN and rest.text.startswith("5 more")


def test_an_ipv6_address_changes_neither_the_identity_nor_the_policy():
    rules = load_rules()
    plain = Host(ip_address("192.168.1.20"), "00:09:fb:01:02:03")
    told = with_addresses6(plain, {"00:09:fb:01:02:03": (ULA, LINK)})
    assert triage(told) == triage(plain)
    assert identify(told, rules).identity == identify(plain, rules).identity
