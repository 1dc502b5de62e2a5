"""Small real servers on loopback, for probes to talk to."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from riskscan.discover.brake import Brake
from riskscan.discover.dialer import Dialer
from riskscan.model import (
    Host,
    Observation,
    Outcome,
    Pace,
    Policy,
    PortState,
    ProbeResult,
    Scope,
    Service,
    Triage,
)

LOOPBACK = ip_address("127.0.0.1")
SCOPE = Scope((ip_network("127.0.0.0/8"),))
QUICK = Pace(
    host_pps=1000,
    tcp_ports=(),
    udp_ports=(),
    tries=1,
    gap=0.0,
    connect_timeout=1.0,
    read_timeout=0.4,
    deadline=3.0,
    byte_cap=65_536,
)

Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk, address: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve on a real port; ``talk`` has each connection once. What it heard is kept."""
    with socket.create_server((address, port)) as listener:
        yield Server(listener, talk)


class Server:
    def __init__(self, listener: socket.socket, talk: Talk) -> None:
        self.port: int = listener.getsockname()[1]
        self.connections = 0
        self.heard: list[bytes] = []
        self._listener = listener
        self._talk = talk
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            peer.settimeout(5)
            try:
                with peer:
                    self._talk(peer)
            except (OSError, ValueError):
                continue


def says(*parts: bytes) -> Talk:
    """Send each part, then wait for the other side to hang up."""

    def talk(peer: socket.socket) -> None:
        for part in parts:
            peer.sendall(part)
        while peer.recv(4096):
            pass

    return talk


def answers(reply: bytes, heard: list[bytes] | None = None) -> Talk:
    """Read once, send the reply, hang up."""

    def talk(peer: socket.socket) -> None:
        octets = peer.recv(4096)
        if heard is not None:
            heard.append(octets)
        peer.sendall(reply)

    return talk


def silent(heard: list[bytes] | None = None) -> Talk:
    """Say nothing, and keep what is heard."""

    def talk(peer: socket.socket) -> None:
        while octets := peer.recv(4096):
            if heard is not None:
                heard.append(octets)

    return talk


def host(
    *ports: int,
    policy: Policy = Policy.NORMAL,
    udp: tuple[int, ...] = (),
    tls: tuple[int, ...] = (),
) -> Host:
    """Make a host on loopback with these ports open."""
    services = [Service(port, "tcp", PortState.OPEN) for port in ports]
    services += [Service(port, "udp", PortState.OPEN) for port in udp]
    spoken = tuple(
        ProbeResult(
            "tls",
            port,
            "tcp",
            Outcome.ANSWERED,
            (Observation("tls.version", "TLSv1.3", port, "tcp"),),
        )
        for port in tls
    )
    return Host(
        LOOPBACK,
        triage=Triage(policy, "the test says so"),
        services=tuple(services),
        probe_results=spoken,
    )


def dialer(pace: Pace = QUICK, scope: Scope = SCOPE) -> Dialer:
    made = Dialer(scope, LOOPBACK, pace, Brake())
    made.begin()
    return made


def pairs(observations: Iterator[Observation]) -> list[tuple[str, str]]:
    return [(o.key, o.value) for o in observations]


def make_certificate(folder: Path, *, days: int = 365, bits: int = 2048) -> tuple[Path, bytes]:
    """Write a self-signed certificate and its key into one file; return it and the DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pacs.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("pacs.example"), x509.IPAddress(LOOPBACK)])
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=730))
        .not_valid_after(end)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path, certificate.public_bytes(serialization.Encoding.DER)


def tls_context(pem: Path, only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(pem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if only:
            context.minimum_version = context.maximum_version = only
    return context


def over_tls(context: ssl.SSLContext, talk: Talk) -> Talk:
    def secured(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as inner:
            talk(inner)

    return secured
