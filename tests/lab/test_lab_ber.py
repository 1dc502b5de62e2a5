"""BER is read without trust, and what is written can be read back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscan.lab import CLINIC
from riskscan.lab.servers import ber
from riskscan.lab.servers.snmp import Snmp

AGENTS = [s for h in CLINIC for s in h.servers if isinstance(s, Snmp)]

# GetRequest of sysDescr.0 with community "public", v2c, as net-snmp sends it
GET_DESCRIPTION = bytes.fromhex(
    "3029 020101 0406 7075626c6963"  # version 2c, community
    "a01c 0204 7a69000e 020100 020100"  # GetRequest: request id, no error
    "300e 300c 0608 2b06010201010100 0500"  # sysDescr.0 = NULL
)


@given(tag=st.integers(0, 255), content=st.binary(max_size=70_000), rest=st.binary(max_size=9))
def test_what_is_packed_unpacks_to_the_same(tag: int, content: bytes, rest: bytes) -> None:
    assert ber.unpack(ber.pack(tag, content) + rest) == (tag, content, rest)


@given(st.integers(-(2**63), 2**63))
def test_integers_read_back(value: int) -> None:
    content, rest = ber.expect(ber.INTEGER, ber.integer(value))
    assert int.from_bytes(content, "big", signed=True) == value
    assert rest == b""


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_object_identifiers_read_back(top: int, second: int, others: list[int]) -> None:
    arcs = (top, second, *others)
    content, _ = ber.expect(ber.OID, ber.oid(".".join(map(str, arcs))))
    assert ber.dotted(content) == arcs


@given(st.binary(max_size=300))
def test_an_agent_survives_any_datagram(datagram: bytes) -> None:
    for agent in AGENTS:
        with suppress(ValueError):
            assert isinstance(agent.answer(datagram), bytes | None)


@given(at=st.integers(0, len(GET_DESCRIPTION) - 1), octet=st.integers(0, 255))
def test_an_agent_survives_a_bent_request(at: int, octet: int) -> None:
    bent = bytearray(GET_DESCRIPTION)
    bent[at] = octet
    with suppress(ValueError):
        AGENTS[0].answer(bytes(bent))


def test_an_agent_describes_itself_to_its_community_only() -> None:
    agent = AGENTS[0]
    reply = agent.answer(GET_DESCRIPTION)
    assert reply is not None
    assert agent.description.encode() in reply
    assert bytes.fromhex("7a69000e") in reply  # the request id comes back
    assert agent.answer(GET_DESCRIPTION.replace(b"public", b"secret")) is None


@pytest.mark.parametrize("text", [b"", b"\x30", b"\x30\x05abc", b"\x30\x80", b"\x30\x84\0\0\0\1a"])
def test_broken_elements_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"short|cut|length"):
        ber.unpack(text)
