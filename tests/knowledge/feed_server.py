"""A small HTTPS server on loopback with a certificate authority of its own, and feeds to serve."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FeedServer:
    """What is served by path, and what was asked."""

    url: str
    authority: Path
    """Certificate of the authority, in PEM."""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def serve(self, path: str, body: bytes, *, etag: str = '"1"') -> str:
        """Serve a file that honours If-None-Match; return its address."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            fresh = request.headers.get("If-None-Match") == etag
            request.send_response(304 if fresh else 200)
            request.send_header("ETag", etag)
            request.send_header("Content-Length", "0" if fresh else str(len(body)))
            request.end_headers()
            if not fresh:
                request.wfile.write(body)

        self.answers[path] = answer
        return self.url + path


def cut_off(body: bytes, promised: int) -> Answer:
    """Promise more bytes than are sent."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(promised))
        request.end_headers()
        request.wfile.write(body)

    return answer


def endless(piece: bytes, pause: float = 0.0) -> Answer:
    """Send pieces without a length until the other side has had enough."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(10_000):
            request.wfile.write(piece)
            request.wfile.flush()
            time.sleep(pause)

    return answer


def redirect(target: str) -> Answer:
    """Send the asker elsewhere."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", target)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def status(code: int) -> Answer:
    """Answer with a bare status."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@contextmanager
def serving(folder: Path) -> Iterator[FeedServer]:
    """Run a server until the block ends."""
    authority, chain = _certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    feeds = FeedServer(f"https://127.0.0.1:{server.server_port}", authority)
    server.feeds = feeds  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield feeds
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        feeds: FeedServer = self.server.feeds  # type: ignore[attr-defined]
        feeds.asked.append((self.path, dict(self.headers.items())))
        with suppress(OSError):  # the asker has had enough: that is what is tested
            feeds.answers.get(self.path, status(404))(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _certificates(folder: Path) -> tuple[Path, Path]:
    """Make an authority and a certificate for 127.0.0.1; return the PEM of each."""
    now = datetime.now(UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])

    def certificate(name: x509.Name, public: ec.EllipticCurvePublicKey, ca: bool) -> Any:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            address = x509.IPAddress(ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority, chain = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(certificate(ca_name, ca_key.public_key(), True))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(private + certificate(name, key.public_key(), False))
    return authority, chain


def entry(cve: str = "CVE-2023-43208", **changes: str) -> dict[str, str]:
    """Make one entry of CISA's catalogue."""
    return {
        "cveID": cve,
        "vendorProject": "NextGen Healthcare",
        "product": "Mirth Connect",
        "vulnerabilityName": "Mirth Connect Deserialization Vulnerability",
        "dateAdded": "2024-05-20",
        "shortDescription": "-",
        "requiredAction": "-",
        "dueDate": "2024-06-10",
        "knownRansomwareCampaignUse": "Known",
        **changes,
    }


def catalogue(
    *more: dict[str, str], day: str = "2026-11-20", count: int | None = None, **changes: Any
) -> bytes:
    """Make CISA's catalogue with 12 entries and those given."""
    entries = [
        entry(),
        *(
            entry(f"CVE-2020-{1000 + n}", vendorProject="Maker", product=f"Thing {n}")
            for n in range(11)
        ),
        *more,
    ]
    return json.dumps(
        {
            "title": "CISA Catalog of Known Exploited Vulnerabilities",
            "catalogVersion": day.replace("-", "."),
            "dateReleased": f"{day}T20:33:53.3676Z",
            "count": len(entries) if count is None else count,
            "vulnerabilities": entries,
            **changes,
        }
    ).encode()


def epss(*rows: str, day: str = "2026-11-20", packed: bool = True) -> bytes:
    """Make the scores of a day; without rows, one that is wanted and one that is not."""
    rows = rows or ("CVE-2023-43208,0.94321,0.99876", "CVE-1999-0001,0.0142,0.7991")
    lines = [
        f"#model_version:v2025.03.14,score_date:{day}T12:55:00Z",
        "cve,epss,percentile",
        *rows,
    ]
    text = ("\n".join(lines) + "\n").encode()
    return gzip.compress(text, mtime=0) if packed else text


def csaf(id: str = "ICSMA-26-300-01", day: str = "2026-10-27", **changes: Any) -> bytes:
    """Make an advisory as CISA publishes it."""
    return json.dumps(
        {
            "document": {
                "csaf_version": "2.0",
                "title": "A Pump",
                "tracking": {"id": id, "current_release_date": f"{day}T06:00:00.000000Z"},
            },
            "product_tree": {
                "branches": [
                    {
                        "category": "vendor",
                        "name": "Maker",
                        "branches": [
                            {
                                "category": "product_name",
                                "name": "Pump",
                                "branches": [{"category": "product_version", "name": "<2"}],
                            }
                        ],
                    }
                ]
            },
            "vulnerabilities": [
                {"cve": "CVE-2026-0001", "scores": [{"cvss_v3": {"baseScore": 9.1}}]}
            ],
            **changes,
        }
    ).encode()
