"""Whether a DICOM node talks to a stranger, what software it runs, and which services it has."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from typing import Any, cast

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import Fault, ProtocolError, Refused, TimedOut
from riskscan.discover.probes.codec.dicom_syntaxes import (
    CONTEXTS,
    rejection,
    services,
    storage_classes,
    toolkit,
)
from riskscan.discover.probes.tls import ANY_VERSION, spoke_tls
from riskscan.model import Host, Observation, Pace, Policy

CALLING = "RISKSCAN"
CALLED = "ANY-SCP"
_PORTS = frozenset({104, 2761, 2762, 4242, 10104, 11112, 11113})
"""Ports that are taken to speak DICOM; others are asked by ``upper_layer`` whether they do."""

_IMPLICIT = "1.2.840.10008.1.2"
_EXPLICIT = "1.2.840.10008.1.2.1"

Facts = list[tuple[str, str]]


class Dicom:
    """Bytes sent, in order: one A-ASSOCIATE-RQ from ``RISKSCAN`` to ``ANY-SCP`` that proposes 24
    contexts; one A-RELEASE-RQ if it is accepted. On a port that has shaken hands over TLS, inside
    TLS.

    Association and release are how every node greets another (PS3.8 7.1, 7.2). No DIMSE message
    is sent: nothing is found, moved, fetched or stored, so no patient is read or written.
    """

    name = "dicom"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in _PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        yield from associate(dialer, port, secure=spoke_tls(host, port))


def associate(dialer: Dialer, port: int, *, secure: bool) -> Iterator[Observation]:
    """Associate once, release, and yield what the answer says. Raises a ``Fault`` if none comes."""
    with dialer.lease(port) as seconds:
        peer = _Peer(seconds, dialer.pace.byte_cap)
        peer.meet(str(dialer.address), port, dialer.pace, ANY_VERSION if secure else None)
    facts = peer.facts()
    facts.append(("dicom.tls", "true" if secure else "false"))
    yield from (Observation.of(key, value, port, "tcp") for key, value in facts)


class _Peer:
    """One association with one node, and what was heard of it."""

    def __init__(self, seconds: float, byte_cap: int) -> None:
        self._seconds = seconds
        self._byte_cap = byte_cap
        self._first: Any = None
        self._connected = False
        self._breath = 0.0
        self._association: Any = None
        self._watchdog: Timer | None = None
        self._transport: Any = None

    def meet(self, address: str, port: int, pace: Pace, tls: ssl.SSLContext | None) -> None:
        """Associate and release. Raises ``Refused`` or ``TimedOut`` if no connection is made."""
        from pynetdicom import AE, evt

        self._breath = pace.breath
        entity = AE(ae_title=CALLING)
        entity.implementation_version_name = CALLING
        entity.connection_timeout = pace.connect_timeout
        entity.acse_timeout = entity.network_timeout = min(pace.read_timeout + 3, self._seconds)
        for syntax in CONTEXTS:
            entity.add_requested_context(syntax, [_IMPLICIT, _EXPLICIT])
        handlers = [
            (evt.EVT_ACSE_SENT, self._guard),
            (evt.EVT_CONN_OPEN, self._open),
            (evt.EVT_PDU_RECV, self._hear),
        ]
        begun = time.monotonic()
        try:
            self._association = entity.associate(
                address,
                port,
                ae_title=CALLED,
                tls_args=(tls, None) if tls else None,
                evt_handlers=handlers,
            )
            if self._association.is_established:
                self._association.release()
        finally:
            self._clear_away()
        if self._first is None:
            raise self._why_nothing(time.monotonic() - begun, entity.acse_timeout)

    def facts(self) -> Facts:
        """Read what the node's answer to the association request says."""
        answer, kind = self._first, type(self._first).__name__
        if kind == "A_ASSOCIATE_AC":
            return [("dicom.association", "accepted"), *self._acceptor(), *self._services()]
        if kind == "A_ASSOCIATE_RJ":
            told = (answer.result, answer.source, answer.reason_diagnostic)
            return [
                ("dicom.association", "rejected"),
                ("dicom.reject", rejection(*told[1:])),
                ("dicom.reject-code", "/".join(map(str, told))),
            ]
        if kind == "A_ABORT_RQ":
            why = f"{answer.source}/{answer.reason_diagnostic}"
            return [("dicom.association", "aborted"), ("dicom.abort", why)]
        raise ProtocolError("a DICOM answer to a question that was not asked")

    def _acceptor(self) -> Facts:
        acceptor = self._association.acceptor
        uid = str(acceptor.implementation_class_uid or "").strip()
        name = str(acceptor.implementation_version_name or "").strip()
        longest = acceptor.maximum_length
        told = {
            "dicom.implementation-uid": uid,
            "dicom.implementation-version": name,
            "dicom.toolkit": toolkit(uid, name),
            "dicom.max-pdu": None if longest is None else str(longest),
        }
        return [(key, value) for key, value in told.items() if value]

    def _services(self) -> Facts:
        accepted = [str(c.abstract_syntax) for c in self._association.accepted_contexts]
        return [("dicom.context", name) for name in services(accepted)] + [
            ("dicom.storage-class", name) for name in storage_classes(accepted)
        ]

    def _guard(self, event: Any) -> None:
        """Bound what pynetdicom leaves unbounded, before it connects.

        It reads for as long and as much as the other side likes, and leaves a socket open when
        a connection fails.
        """
        if self._watchdog:
            return
        self._transport = transport = event.assoc.dul.socket
        read = transport.recv

        def capped(count: int) -> bytearray:
            if count > self._byte_cap:
                raise ConnectionAbortedError("a longer answer than any node needs")
            return cast(bytearray, read(count))

        transport.recv = capped
        transport._shutdown_socket = lambda: _hang_up(transport.socket)
        self._watchdog = Timer(self._seconds, lambda: _hang_up(transport.socket))
        self._watchdog.daemon = True
        self._watchdog.start()

    def _clear_away(self) -> None:
        if self._watchdog:
            self._watchdog.cancel()
        if self._association is not None:
            self._association.dul.kill_dul()
        if self._transport is not None:
            _hang_up(self._transport.socket)

    def _open(self, _event: Any) -> None:
        self._connected = True
        # The association is asked for when this returns.
        time.sleep(self._breath)

    def _hear(self, event: Any) -> None:
        self._first = self._first or event.pdu

    def _why_nothing(self, took: float, patience: float) -> Fault:
        if not self._connected:
            return (TimedOut if took >= patience / 2 else Refused)("no connection was made")
        if took >= patience:
            return TimedOut("no answer to the association request")
        return ProtocolError("the peer hung up, or its answer is not DICOM")


def _hang_up(raw: socket.socket | None) -> None:
    if raw is None:
        return
    with suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)
    raw.close()
