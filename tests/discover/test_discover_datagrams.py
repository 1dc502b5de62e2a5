"""UDP ports asked by probes: side by side, slowly, and not once a device is known for fragile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import peers
import pytest

from riskscan.discover.brake import Brake
from riskscan.discover.datagrams import KNOCKS, Datagrams, Heard
from riskscan.discover.dialer import Dialer
from riskscan.discover.examine import ask
from riskscan.discover.faults import ProtocolError, Stopped
from riskscan.discover.ports import UDP_ASKED
from riskscan.discover.probes import PROBES, Probe
from riskscan.model import Host, Observation, Outcome, Pace, Policy, PortState, Triage

Answer = Callable[[bytes], bytes | None]


@dataclass
class Asks:
    """A probe for one port: one datagram with the number of the port."""

    port: int
    protocol = "udp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    @property
    def name(self) -> str:
        return f"asks-{self.port}"

    def wants(self, host: Host) -> tuple[int, ...]:
        return (self.port,) if host.is_open(self.port, "udp") else ()

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        (answer,) = dialer.datagram(port, str(port).encode())
        if answer == b"nonsense":
            raise ProtocolError("not what was asked for")
        yield Observation.of("sip.agent", answer.decode(), port, "udp")


@contextmanager
def device(*answers: Answer) -> Iterator[tuple[list[int], list[bytes]]]:
    """Serve a UDP port for each answer; yield the ports, and what all of them hear, in order."""
    heard: list[bytes] = []
    with ExitStack() as stack:
        ports = []
        for answer in answers:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind(("127.0.0.1", 0))
            threading.Thread(target=_serve, args=(sock, answer, heard), daemon=True).start()
            ports.append(sock.getsockname()[1])
        yield ports, heard


def _serve(sock: socket.socket, answer: Answer, heard: list[bytes]) -> None:
    while True:
        try:
            octets, peer = sock.recvfrom(2048)
            heard.append(octets)
            if (said := answer(octets)) is not None:
                sock.sendto(said, peer)
        except OSError:
            return


def closed_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def says(word: bytes | None) -> Answer:
    return lambda _octets: word


class Asked:
    """The examination's part: it keeps what is heard, and judges by one word."""

    def __init__(self, ports: list[int], brake: Brake | None = None) -> None:
        self.host = Host(peers.LOOPBACK, triage=Triage(Policy.NORMAL, "ordinary"))
        self.pace = replace(peers.QUICK, udp_ports=tuple(ports))
        self.heard = Heard((), (), 0)
        probes: dict[str, Probe] = {str(port): Asks(port) for port in ports}
        asker = Datagrams(
            peers.SCOPE, brake or Brake(), probes, now=lambda: (self.host, self.now), ask_one=ask
        )
        for heard in asker.ask(ports):
            self.heard = heard
            if any(o.value == "pump" for r in heard.results for o in r.observations):
                self.host = replace(self.host, triage=Triage(Policy.FRAGILE, "a pump"))

    @property
    def now(self) -> Pace:
        return self.pace

    @property
    def states(self) -> list[PortState]:
        return [service.state for service in self.heard.services]


def test_how_a_question_ends_is_the_state_of_the_port() -> None:
    with device(says(b"phone"), says(b"nonsense"), says(None)) as (ports, heard):
        ports.append(closed_port())
        asked = Asked(ports)

    assert asked.states == [
        PortState.OPEN,
        PortState.OPEN,
        PortState.OPEN_OR_FILTERED,
        PortState.CLOSED,
    ]
    assert [r.outcome for r in asked.heard.results] == [
        Outcome.ANSWERED,
        Outcome.PROTOCOL_ERROR,
        Outcome.TIMED_OUT,
        Outcome.REFUSED,
    ]
    assert [r.port for r in asked.heard.results] == ports, "in the order of asking"
    assert heard == [str(port).encode() for port in ports[:3]], "once each"
    assert asked.heard.questions == 4


def test_no_answer_is_waited_for_before_the_next_port_is_asked() -> None:
    other = threading.Event()

    def when_the_other_was_asked(_octets: bytes) -> bytes | None:
        return b"late" if other.wait(5) else None

    def tells(_octets: bytes) -> bytes:
        other.set()
        return b"first"

    with device(when_the_other_was_asked, tells) as (ports, _):
        assert Asked(ports).states == [PortState.OPEN, PortState.OPEN]


def test_a_device_that_says_it_is_medical_is_asked_no_further_port() -> None:
    with device(says(b"pump"), says(b"x"), says(b"x")) as (ports, heard):
        asked = Asked(ports)

    assert heard == [str(ports[0]).encode()]
    assert asked.states == [PortState.OPEN], "of the others nothing is known"


def test_a_fragile_device_hears_no_datagram() -> None:
    with device(says(b"x")) as (ports, heard):
        fragile = Host(peers.LOOPBACK, triage=Triage(Policy.FRAGILE, "medical"))
        asker = Datagrams(
            peers.SCOPE,
            Brake(),
            {"asks": Asks(ports[0])},
            now=lambda: (fragile, peers.QUICK),
            ask_one=ask,
        )
        assert list(asker.ask(ports)) == []

    assert heard == []


def test_a_scan_that_stops_asks_nothing_more() -> None:
    brake = Brake()
    brake.halt()
    with device(says(b"x")) as (ports, heard), pytest.raises(Stopped):
        Asked(ports, brake)

    assert heard == []


def test_a_port_on_which_a_byte_is_an_act_is_refused_before_a_datagram_leaves() -> None:
    asked = Asked([24105])

    assert [r.outcome for r in asked.heard.results] == [Outcome.SKIPPED_FOR_SAFETY]
    assert asked.states == []


def test_every_port_of_the_list_has_exactly_one_question() -> None:
    for port in UDP_ASKED:
        fitting = [p for p in PROBES.values() if port in p.wants(peers.host(udp=(port,)))]
        assert len(fitting) + (port in KNOCKS) == 1, port


def test_knocks_are_whole_questions_of_their_protocols() -> None:
    dns, ntp = (next(iter(_sent(port))) for port in (53, 123))

    assert len(dns) == 12
    assert (dns[2] & 0x80, dns[2] >> 3 & 0xF) == (0, 2), "a query, of opcode STATUS"
    assert len(ntp) == 48
    assert (ntp[0] >> 3 & 7, ntp[0] & 7) == (4, 3), "version 4, mode client"


def _sent(port: int) -> list[bytes]:
    with device(says(b"x")) as (ports, heard):
        list(KNOCKS[port].ask(peers.dialer(), peers.host(), ports[0]))
    return heard
