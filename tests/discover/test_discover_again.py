"""A re-scan: who is asked in full, what an unchanged device is spared, what stays known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_address

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.discover.again import MOST_PORTS, TURNS, Again, Earlier, has_turn, unfit
from riskscan.discover.brake import Brake
from riskscan.discover.examine import Examination
from riskscan.discover.nmap import Nmap, find_nmap
from riskscan.discover.pace import PACES
from riskscan.discover.ports import LIKELY_TCP, NORMAL_TCP, TELLTALE_TCP, UDP_ASKED
from riskscan.model import (
    CARRIED_FOR,
    Device,
    Host,
    Identity,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Scan,
    ScanState,
    Scope,
    Segment,
    Service,
    Site,
    Triage,
    Vantage,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
NORMAL, FRAGILE = Triage(Policy.NORMAL, "ordinary"), Triage(Policy.FRAGILE, "medical")
MAC = "18:db:f2:00:00:01"
HOST = Host(ip_address("192.168.1.20"), MAC, ("arp",), BEFORE, NORMAL)
ASKED = (
    Service(22, "tcp", PortState.OPEN),
    Service(80, "tcp", PortState.CLOSED),
    Service(8834, "tcp", PortState.OPEN),
    Service(161, "udp", PortState.OPEN_OR_FILTERED),
)
MACS = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))


def a_scan(*hosts: Host, began: datetime = BEFORE, **given: object) -> Scan:
    devices = tuple(Device(host, Identity()) for host in hosts)
    site = Site("Lakeside", Scope((IPv4Network("192.168.1.0/24"),)))
    plain = {"state": ScanState.COMPLETE, "devices": devices, **given}
    return Scan(f"S-{began:%d}", site, began, **plain)  # type: ignore[arg-type]


def again(before: Host, now: Host = HOST, *, turn: int = 0) -> Again | None:
    """Return what is known of ``now`` from a scan of ``before``."""
    return Earlier(a_scan(before), now=NOW, turn=turn).of(now)


# -- whose turn it is -------------------------------------------------------------------------


@given(MACS, st.integers(1, 65_535), st.sampled_from(["tcp", "udp"]), st.integers(0, 10_000))
def test_each_port_of_a_device_has_its_turn_exactly_once_within_any_seven_re_scans(
    mac: str, port: int, protocol: str, first: int
) -> None:
    turns = range(first, first + TURNS)

    assert sum(has_turn(mac, protocol, port, turn) for turn in turns) == 1


@given(MACS)
def test_within_seven_re_scans_an_unchanged_device_is_asked_its_whole_list(mac: str) -> None:
    pace = PACES[Policy.NORMAL]
    services = [Service(port, "tcp", PortState.CLOSED) for port in pace.tcp_ports]
    services += [Service(port, "udp", PortState.CLOSED) for port in pace.udp_ports]
    known = Again(replace(HOST, mac=mac, services=tuple(services)), full=False)

    scans = [replace(known, turn=turn) for turn in range(TURNS)]

    assert {port for scan in scans for port in scan.tcp(pace)} == set(pace.tcp_ports)
    assert sorted(p for scan in scans for p in scan.udp(pace)) == sorted(pace.udp_ports)
    rarer = [port for scan in scans for port in scan.tcp(pace) if port not in LIKELY_TCP]
    assert len(rarer) == len(set(rarer)), "once each"


@pytest.mark.parametrize("ports", [tuple(NORMAL_TCP), tuple(UDP_ASKED)], ids=["TCP", "UDP"])
def test_each_re_scan_has_a_like_share_of_the_ports(ports: tuple[int, ...]) -> None:
    shares = [sum(has_turn(MAC, "tcp", port, turn) for port in ports) for turn in range(TURNS)]

    assert max(shares) <= 2 * len(ports) / TURNS + 1


def test_the_turns_differ_from_device_to_device() -> None:
    macs = [f"18:db:f2:00:{n // 256:02x}:{n % 256:02x}" for n in range(700)]

    shares = [sum(has_turn(mac, "tcp", 8080, turn) for mac in macs) for turn in range(TURNS)]

    assert min(shares) > 60


def test_a_port_that_no_scan_has_asked_is_asked_at_once() -> None:
    pace = PACES[Policy.NORMAL]
    known = Again(replace(HOST, services=ASKED[:2]), full=False)

    assert set(known.tcp(pace)) == {*pace.tcp_ports}
    assert known.udp(pace) == pace.udp_ports


# -- who is known -----------------------------------------------------------------------------


def test_an_unchanged_device_is_known_and_spared_wherever_it_moved() -> None:
    seen = again(replace(HOST, services=ASKED), replace(HOST, address=ip_address("192.168.1.9")))

    assert seen is not None
    assert seen.spares


@pytest.mark.parametrize(
    "before",
    [
        replace(HOST, services=ASKED, mac="18:db:f2:00:00:02"),
        HOST,
        replace(
            HOST,
            services=ASKED,
            probe_results=(ProbeResult("ports", None, None, Outcome.CRASHED),),
        ),
        replace(
            HOST,
            services=ASKED,
            probe_results=(ProbeResult("all", None, None, Outcome.SKIPPED_FOR_SAFETY),),
        ),
    ],
    ids=["another device", "no port asked", "ports failed", "left alone"],
)
def test_what_was_never_finished_is_as_new(before: Host) -> None:
    assert again(before) is None


def test_a_random_mac_that_changed_is_another_device() -> None:
    before = replace(HOST, services=ASKED, mac="02:00:00:00:00:01")

    assert again(before, replace(HOST, mac="02:00:00:00:00:01")) is not None
    assert again(before, replace(HOST, mac="02:00:00:00:00:02")) is None


def test_a_mac_with_several_addresses_is_known_at_each_of_them_alone() -> None:
    second = replace(HOST, address=ip_address("192.168.1.21"), services=ASKED[:1])
    earlier = Earlier(a_scan(replace(HOST, services=ASKED), second), now=NOW, turn=0)

    at_second = earlier.of(replace(second, services=()))
    elsewhere = earlier.of(replace(HOST, address=ip_address("192.168.1.22")))

    assert at_second is not None
    assert [s.port for s in at_second.before.services] == [22]
    assert elsewhere is None


# -- what is asked ----------------------------------------------------------------------------

SERVICES = st.lists(
    st.builds(Service, st.integers(1, 65535), st.just("tcp"), st.sampled_from(PortState)),
    max_size=80,
    unique_by=lambda s: s.port,
).map(tuple)


def is_due(port: int) -> bool:
    return has_turn(MAC, "tcp", port, 0)


@given(SERVICES)
def test_only_what_was_silent_is_asked_once_and_nothing_else(
    services: tuple[Service, ...],
) -> None:
    known = Again(replace(HOST, services=services), full=False)

    assert known.silent_tcp == {s.port for s in services if s.state is PortState.FILTERED}
    assert not known.silent_tcp & known.open_tcp


@given(SERVICES)
def test_an_unchanged_device_is_asked_every_telltale_and_open_port_and_few_others(
    services: tuple[Service, ...],
) -> None:
    known = Again(replace(HOST, services=services), full=False)

    asked = known.tcp(replace(PACES[Policy.NORMAL], tcp_ports=LIKELY_TCP))

    must = {*TELLTALE_TCP, *known.open_tcp}
    due = [p for p in LIKELY_TCP if p not in {s.port for s in services} or is_due(p)]
    assert must <= set(asked) <= must | set(LIKELY_TCP)
    assert len(asked) == len(set(asked)) <= max(MOST_PORTS, len(must)) + len(due)


@given(SERVICES, SERVICES)
def test_every_port_that_was_known_is_known_after_and_fresh_states_win(
    before: tuple[Service, ...], fresh: tuple[Service, ...]
) -> None:
    seen = again(replace(HOST, services=before))
    if seen is None:
        return

    carried = seen.carried(replace(HOST, services=fresh))

    assert {s.port for s in carried} == {s.port for s in before} - {s.port for s in fresh}
    assert all(s.as_of == BEFORE for s in carried)


def test_a_state_keeps_the_day_it_was_asked_from_scan_to_scan() -> None:
    old = NOW - timedelta(days=20)
    seen = again(replace(HOST, services=(ASKED[0], replace(ASKED[1], as_of=old))))

    assert seen is not None
    assert [s.as_of for s in seen.carried(HOST)] == [BEFORE, old]


def test_a_state_that_would_be_too_old_is_dropped_and_the_device_asked_in_full() -> None:
    old = NOW - CARRIED_FOR - timedelta(seconds=1)
    seen = again(replace(HOST, services=(ASKED[0], replace(ASKED[1], as_of=old))))

    assert seen is not None
    assert seen.full
    assert [s.port for s in seen.carried(HOST)] == [22]


# -- what counts as a change ------------------------------------------------------------------


def banner(text: str, key: str = "ssh.banner") -> tuple[ProbeResult, ...]:
    seen = (Observation.of(key, text, 22, "tcp"),)
    return (ProbeResult("ssh", 22, "tcp", Outcome.ANSWERED, seen),)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (replace(HOST, services=(Service(22, "tcp", PortState.CLOSED),)), "port 22 was open"),
        (replace(HOST, services=(Service(22, "tcp", PortState.FILTERED),)), "port 22 was open"),
        (replace(HOST, services=(Service(80, "tcp", PortState.OPEN),)), "port 80 was not open"),
        (replace(HOST, probe_results=banner("SSH-2.0-Other")), "ssh.banner on port 22"),
        (replace(HOST, services=ASKED[:2], probe_results=banner("SSH-2.0-OpenSSH_9.2")), ""),
        (replace(HOST, services=(Service(80, "tcp", PortState.FILTERED),)), ""),
        (replace(HOST, probe_results=banner("12:01 o'clock", "tcp.greeting")), ""),
        (HOST, ""),
    ],
)
def test_a_change_is_what_the_device_does_and_not_what_the_scan_left_out(
    now: Host, why: str
) -> None:
    seen = again(replace(HOST, services=ASKED, probe_results=banner("SSH-2.0-OpenSSH_9.2")))

    assert seen is not None
    assert seen.changed(now).startswith(why)
    assert bool(seen.changed(now)) is bool(why)


# -- which scan it may build on ---------------------------------------------------------------


def _at(network: str) -> Vantage:
    segment = Segment("eth0", IPv4Network(network), IPv4Address("192.168.1.9"), MAC)
    return Vantage(segments=(segment,))


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (a_scan(began=NOW - timedelta(days=29), profile="standard"), ""),
        (a_scan(profile="thorough"), ""),
        (a_scan(began=NOW - timedelta(days=31)), "30 days old"),
        (a_scan(profile="gentle"), "asked less"),
        (a_scan(profile="standard", vantage=_at("192.168.1.0/24")), "another place"),
        (a_scan(profile="standard", vantage=Vantage("server closet")), "another place"),
    ],
)
def test_a_scan_builds_on_a_young_one_that_asked_as_much_from_the_same_place(
    base: Scan, why: str
) -> None:
    reason = unfit(base, a_scan(began=NOW, profile="standard"))

    assert why in reason
    assert bool(reason) is bool(why)


# -- the examination of a host, with real nmap and real servers -------------------------------


@pytest.fixture
def examined() -> Iterator[dict[str, int]]:
    """Two servers on loopback: one that an earlier scan found open, one that it did not ask."""
    with (
        peers.server(peers.says(b"220 welcome\r\n")) as known,
        peers.server(peers.says(b"220 hello\r\n")) as other,
    ):
        yield {"known": known.port, "other": other.port}


def examine(
    ports: dict[str, int], before: Host | None, *, triage: Triage = NORMAL, full: bool = False
) -> Host:
    quick = replace(peers.QUICK, host_pps=500)
    paces = {
        Policy.FRAGILE: replace(quick, tcp_ports=()),
        Policy.NORMAL: replace(quick, tcp_ports=tuple(ports.values())),
        Policy.ROBUST: replace(quick, tcp_ports=tuple(ports.values())),
    }
    brake = Brake()
    return Examination(
        Host(peers.LOOPBACK, found_by=("connect",)),
        scope=peers.SCOPE,
        triage=lambda host: triage,
        paces=paces,
        nmap=Nmap(find_nmap()[0], privileged=False, brake=brake),
        notify=lambda event: None,
        brake=brake,
        again=Again(before, full=full, turn=quiet_turn(ports["other"])) if before else None,
    ).run(lambda stage: None)


def quiet_turn(port: int) -> int:
    """Return a re-scan in which a port of the examined host has no turn."""
    key = str(peers.LOOPBACK)
    return next(t for t in range(TURNS) if not has_turn(key, "tcp", port, t))


def known_as(ports: dict[str, int], *, greets: str = "220 welcome") -> Host:
    seen = (Observation.of("ftp.greeting", greets, ports["known"], "tcp"),)
    return Host(
        peers.LOOPBACK,
        seen_at=BEFORE,
        triage=NORMAL,
        services=(
            Service(ports["known"], "tcp", PortState.OPEN, BEFORE),
            Service(ports["other"], "tcp", PortState.CLOSED, BEFORE),
        ),
        probe_results=(ProbeResult("greeting", ports["known"], "tcp", Outcome.ANSWERED, seen),),
    )


def states(
    host: Host, ports: dict[str, int]
) -> dict[str, tuple[PortState | None, datetime | None]]:
    return {name: (host.asked(port), host.asked_on(port)) for name, port in ports.items()}


def test_an_unchanged_device_keeps_what_it_was_not_asked_and_its_probes_are_fresh(
    examined: dict[str, int],
) -> None:
    host = examine(examined, known_as(examined))

    assert states(host, examined) == {
        "known": (PortState.OPEN, None),
        "other": (PortState.CLOSED, BEFORE),
    }
    assert [(r.probe, r.port) for r in host.probe_results] == [("greeting", examined["known"])]
    assert len(host.services) == len({s.port for s in host.services})


@pytest.mark.parametrize("why", ["too old", "a port closed", "new"])
def test_a_device_that_is_new_or_changed_or_known_from_long_ago_is_asked_in_full(
    examined: dict[str, int], why: str
) -> None:
    before = known_as(examined)
    if why == "a port closed":
        gone = Service(1, "tcp", PortState.OPEN, BEFORE)
        before = replace(before, services=(gone, *before.services))

    host = examine(examined, None if why == "new" else before, full=why == "too old")

    assert states(host, examined) == {
        "known": (PortState.OPEN, None),
        "other": (PortState.OPEN, None),
    }
    assert {r.port for r in host.probe_results} == set(examined.values())


def test_a_banner_that_changed_brings_the_full_list_after_the_probes(
    examined: dict[str, int],
) -> None:
    with peers.server(peers.says(b"SSH-2.0-after\r\n")) as ssh:
        ports = {"known": ssh.port, "other": examined["other"]}
        seen = (Observation.of("ssh.banner", "SSH-2.0-before", ssh.port, "tcp"),)
        result = ProbeResult("greeting", ssh.port, "tcp", Outcome.ANSWERED, seen)
        host = examine(ports, replace(known_as(ports), probe_results=(result,)))

    assert states(host, ports)["other"] == (PortState.OPEN, None)
    assert sorted(r.port or 0 for r in host.probe_results) == sorted(ports.values()), "once each"


def test_a_fragile_device_is_asked_no_more_than_ever_for_having_been_known(
    examined: dict[str, int],
) -> None:
    host = examine(examined, known_as(examined), triage=FRAGILE)

    assert all(s.as_of is not None for s in host.services)
    assert host.connections == 0
