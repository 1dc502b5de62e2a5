"""Whether a message broker lets in whoever comes."""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Policy

CONNECT = bytes.fromhex("100c 00044d515454 04 02 000a 0000")
"""MQTT 3.1.1, clean session, ten seconds of keep-alive, no client id, no user (section 3.1)."""
DISCONNECT = bytes.fromhex("e000")

_PORTS = (1883, 8883)
_ANSWERS = {0: "none", 4: "required", 5: "required"}
"""CONNACK return codes: accepted, bad user name or password, not authorised (table 3.1)."""
_LAST_CODE = 5


class Mqtt:
    """Bytes sent, in order: one CONNECT without a client id, a user or a password, over TLS where
    the port has shaken hands; after an acceptance one DISCONNECT; close.

    A clean session leaves nothing behind. Nothing is subscribed to and nothing is published. A
    device that is fragile or shows any sign of clinical work is asked by leave of the site file
    alone (``allow_anonymous``).
    """

    name = "mqtt"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(
            s.port
            for s in host.open_ports
            if s.port in _PORTS and (s.port != 8883 or spoke_tls(host, s.port))
        )

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            if spoke_tls(host, port):
                wire.start_tls(ANY_VERSION)
            wire.send(CONNECT)
            meaning = answer(wire.read_exactly(4))
            yield Observation.of("mqtt.auth", meaning, port, "tcp")
            if meaning == "none":
                wire.send(DISCONNECT)


def answer(octets: bytes) -> str:
    """Read a CONNACK (section 3.2). Raises ``ProtocolError`` if it is none."""
    if len(octets) < 4 or octets[:2] != b"\x20\x02" or octets[3] > _LAST_CODE:
        raise ProtocolError("not an MQTT CONNACK")
    return _ANSWERS.get(octets[3], "refused")
