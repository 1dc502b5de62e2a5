"""A ClientHello up to TLS 1.2, and what a server answers it with before any key is agreed.

OpenSSL no longer speaks what old devices still do, so the offer is written here. Nothing secret is
ever sent: the handshake ends after the server's first flight (RFC 5246 section 7.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskscan.discover.faults import ProtocolError

SSL3, TLS10, TLS11, TLS12 = 0x0300, 0x0301, 0x0302, 0x0303
VERSIONS = {SSL3: "SSLv3", TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2"}

WEAK_SUITES: dict[int, str] = {
    0x0001: "TLS_RSA_WITH_NULL_MD5",
    0x0002: "TLS_RSA_WITH_NULL_SHA",
    0x003B: "TLS_RSA_WITH_NULL_SHA256",
    0x0018: "TLS_DH_anon_WITH_RC4_128_MD5",
    0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA",
    0x003A: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
    0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
    0x0008: "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0014: "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
    0x0015: "TLS_DHE_RSA_WITH_DES_CBC_SHA",
    0x0004: "TLS_RSA_WITH_RC4_128_MD5",
    0x0005: "TLS_RSA_WITH_RC4_128_SHA",
    0xC007: "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    0xC011: "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
    0xC008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
    0xC012: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
}
"""Suites (IANA) that do not encrypt, do not authenticate, or can be broken: RFC 9325 section 4.1
forbids NULL, RC4 and export; RFC 5469 DES; NIST SP 800-131A revision 2 disallows 3DES."""

OLD_SUITES: dict[int, str] = {
    0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
    0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
}
"""The suites that a server of TLS 1.0 or 1.1 has if it has any that holds."""

CANCEL = bytes.fromhex("1503010002015a") + bytes.fromhex("15030100020100")
"""Alerts user_canceled and close_notify (RFC 5246 section 7.2): how a client changes its mind."""

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO, _CERTIFICATE, _HELLO_DONE = 2, 11, 14
_MOST_RECORDS = 64
_MOST_CERTIFICATES = 10


@dataclass(frozen=True, slots=True)
class Flight:
    """A server's first flight, as far as it was read."""

    version: int
    suite: int
    certificates: tuple[bytes, ...]
    """DER, the server's own first; empty for an anonymous suite or a cut answer."""

    @property
    def weak(self) -> str | None:
        """The name of the suite if it protects nothing."""
        return WEAK_SUITES.get(self.suite)


def client_hello(newest: int, suites: tuple[int, ...], random: bytes) -> bytes:
    """Return one record with a ClientHello (RFC 5246 section 7.4.1.2).

    ``random`` is 32 bytes. Curves and signature algorithms are named as RFC 8422 and RFC 5246
    ask; SSL 3.0 has no extensions.
    """
    listed = b"".join(suite.to_bytes(2) for suite in suites)
    body = newest.to_bytes(2) + random[:32].ljust(32, b"\0") + b"\0"
    body += len(listed).to_bytes(2) + listed + b"\x01\0"
    if newest > SSL3:
        extensions = _extensions(newest)
        body += len(extensions).to_bytes(2) + extensions
    message = b"\x01" + len(body).to_bytes(3) + body
    # The record says TLS 1.0 whatever is offered inside (RFC 5246 appendix E.1).
    outer = min(newest, TLS10).to_bytes(2)
    return bytes((_HANDSHAKE,)) + outer + len(message).to_bytes(2) + message


def _extensions(newest: int) -> bytes:
    curves = bytes.fromhex("000a0008 0006001700180019")  # secp256r1, secp384r1, secp521r1
    points = bytes.fromhex("000b0002 0100")
    renegotiation = bytes.fromhex("ff010001 00")  # RFC 5746: supported, none under way
    signatures = bytes.fromhex("000d000e 000c 040105010601040302010203")
    return curves + points + renegotiation + (signatures if newest >= TLS12 else b"")


def is_whole(octets: bytes) -> bool:
    """Say whether no more of a first flight is to be waited for."""
    try:
        kinds = [kind for kind, _ in _messages(octets)]
    except ProtocolError:
        return True
    return _HELLO_DONE in kinds


def server_flight(octets: bytes) -> Flight:
    """Read a server's answer. Raises ``ProtocolError`` if it is an alert, or is not TLS."""
    version: int | None = None
    suite, certificates = 0, tuple[bytes, ...]()
    for kind, body in _messages(octets):
        if kind == _SERVER_HELLO:
            version, suite = _server_hello(body)
        elif kind == _CERTIFICATE:
            certificates = tuple(_certificates(body))
    if version is None:
        raise ProtocolError("no ServerHello")
    return Flight(version, suite, certificates)


def version_facts(flight: Flight | None, *offered: str) -> Iterator[tuple[str, str]]:
    """Say of the versions that were offered, oldest first, what the answer means for each."""
    agreed = VERSIONS[flight.version] if flight else None
    if agreed:
        yield "tls.offers", agreed
    older = offered[: offered.index(agreed)] if agreed in offered else ()
    yield from (("tls.refuses", v) for v in offered if v != agreed and v not in older)


def _messages(octets: bytes) -> Iterator[tuple[int, bytes]]:
    stream = b"".join(_fragments(octets))
    at = 0
    while at + 4 <= len(stream):
        length = int.from_bytes(stream[at + 1 : at + 4])
        if at + 4 + length > len(stream):
            return
        yield stream[at], stream[at + 4 : at + 4 + length]
        at += 4 + length


def _fragments(octets: bytes) -> Iterator[bytes]:
    at = 0
    for number in range(_MOST_RECORDS):
        if at + 5 > len(octets):
            return
        kind, major, length = octets[at], octets[at + 1], int.from_bytes(octets[at + 3 : at + 5])
        if kind == _ALERT and number == 0:
            raise ProtocolError("the server answered with an alert")
        if kind != _HANDSHAKE or major != 3:
            if number == 0:
                raise ProtocolError("not TLS")
            return
        yield octets[at + 5 : at + 5 + length]
        at += 5 + length


def _server_hello(body: bytes) -> tuple[int, int]:
    session = body[34] if len(body) > 34 else 0
    if len(body) < 35 + session + 3:
        raise ProtocolError("the ServerHello is cut short")
    version = int.from_bytes(body[:2])
    if version not in VERSIONS:
        raise ProtocolError("the ServerHello names a version that was not offered")
    return version, int.from_bytes(body[35 + session : 37 + session])


def _certificates(body: bytes) -> Iterator[bytes]:
    at = 3
    for _ in range(_MOST_CERTIFICATES):
        length = int.from_bytes(body[at : at + 3])
        if not length or at + 3 + length > len(body):
            return
        yield body[at + 3 : at + 3 + length]
        at += 3 + length
