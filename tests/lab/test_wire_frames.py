"""The wire without a wire: whatever is sent, the answers are well formed and come in their time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether

from riskscan.lab import Line, WireHost
from riskscan.lab.line import Dice
from riskscan.lab.wire_segment import GIVEN_UP, SAID_AGAIN, Segment

HOST = WireHost(
    address="10.20.0.20", mac="0c:c4:7a:00:00:20", kind="server", open_ports=frozenset({443})
)
TO_HOST = Ether(src="3c:97:0e:5a:10:10", dst=HOST.mac) / IP(src="10.20.0.10", dst=HOST.address)


def answers(*sent: Ether, until: float = 0.0) -> list[Ether]:
    """Return what comes back by then for frames that are sent at once."""
    segment = Segment([HOST], Line())
    for frame in sent:
        segment.hear(bytes(frame), 0.0)
    assert segment.faults == []
    return [Ether(frame) for frame in segment.due(until)]


@given(st.binary(max_size=120), st.booleans())
def test_no_bytes_break_the_wire(octets: bytes, addressed: bool) -> None:
    segment = Segment([HOST], Line())
    start = bytes(TO_HOST)[:14] if addressed else b""
    segment.hear(start + octets, 0.0)
    assert all(len(frame) >= 14 for frame in segment.due(60.0))


@given(st.integers(1, 65535), st.integers(1, 65535), st.integers(0, 2**32 - 1), st.integers(0, 511))
def test_every_answer_has_the_sums_that_scapy_would_give_it(
    source: int, port: int, sequence: int, flags: int
) -> None:
    for body in (
        TCP(sport=source, dport=port, seq=sequence, flags=flags) / b"odd",
        UDP(sport=source, dport=port) / b"odd",
        ICMP(id=port, seq=source) / b"odd",
    ):
        for answer in answers(TO_HOST / body):
            again = answer.copy()
            for layer in (IP, TCP, ICMP):
                if layer in again:
                    del again[layer].chksum
            assert bytes(answer) == bytes(Ether(bytes(again)))
            assert (answer[IP].src, answer[IP].dst) == (HOST.address, "10.20.0.10")


def test_a_half_open_connection_is_offered_again_and_then_forgotten() -> None:
    syn = TO_HOST / TCP(sport=40_000, dport=443, flags="S", seq=7)
    offers = answers(syn, until=GIVEN_UP)
    assert len(offers) == 1 + len(SAID_AGAIN)
    assert {(str(offer[TCP].flags), offer[TCP].ack) for offer in offers} == {("SA", 8)}


def test_a_reset_ends_the_offers() -> None:
    syn = TO_HOST / TCP(sport=40_000, dport=443, flags="S")
    reset = TO_HOST / TCP(sport=40_000, dport=443, flags="R", seq=1)
    assert len(answers(syn, reset, until=GIVEN_UP)) == 1


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000))
def test_a_line_keeps_its_bounds_and_repeats_itself(delay: float, jitter: float, seed: int) -> None:
    line = Line(delay=delay, jitter=jitter, loss=0.5, seed=seed)
    first, second = ([dice.lag() for _ in range(40)] for dice in (Dice(line), Dice(line)))
    assert first == second
    assert all(lag is None or delay <= lag <= delay + jitter for lag in first)
