"""Which TLS a port speaks, and what its certificate says."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import ProtocolError, Refused
from riskscan.model import Host, Observation, Policy

if TYPE_CHECKING:
    from cryptography import x509

TLS_PORTS = frozenset(
    {443, 465, 636, 990, 992, 993, 995, 2376, 2761, 2762, 3269, 4343, 4443, 4911, 5001, 5061}
    | {5986, 5989, 6443, 7443, 8006, 8043, 8443, 8444, 8883, 9443, 10443, 16993}
)
_FLOOR = (("TLSv1", ssl.TLSVersion.TLSv1), ("TLSv1.1", ssl.TLSVersion.TLSv1_1))


def _context(only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Make a context that trusts anything and speaks everything: it looks, it does not rely."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = only or ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = only or ssl.TLSVersion.MAXIMUM_SUPPORTED
    return context


# cryptography warns of certificates that are odd, which is news of the device and not of us.
warnings.filterwarnings("ignore", module=r"riskscan\.discover\.probes\.tls")

with warnings.catch_warnings():
    # Python warns that TLS 1.0 is deprecated, which is what this probe is here to find out.
    # Made once, on import, because warning filters are shared by all threads.
    warnings.simplefilter("ignore", DeprecationWarning)
    ANY_VERSION = _context()
    _ALONE = {name: _context(version) for name, version in _FLOOR}


class Tls:
    """Bytes sent, in order: one ClientHello that offers TLS 1.0 to 1.3, and the rest of a
    complete handshake; then close. Not on fragile devices: two more ClientHellos, TLS 1.0 alone
    and TLS 1.1 alone.

    Each is a well-formed handshake such as any browser of its day sends, without extensions
    that probe for faults, without renegotiation and without trying ciphers one by one.
    """

    name = "tls"
    protocol = "tcp"
    policies = frozenset(Policy)

    def wants(self, host: Host) -> tuple[int, ...]:
        return tuple(s.port for s in host.open_ports if s.port in TLS_PORTS)

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            secured = wire.start_tls(ANY_VERSION)
            version = secured.version() or ""
            cipher = secured.cipher()
            certificate = secured.getpeercert(binary_form=True) or b""
        for key, value in (("version", version), ("cipher", cipher[0] if cipher else "")):
            yield Observation.of(f"tls.{key}", value, port, "tcp")
        yield Observation.of("tls.offers", version, port, "tcp")
        yield from (Observation.of(k, v, port, "tcp") for k, v in certificate_facts(certificate))
        if host.triage.policy is not Policy.FRAGILE:
            yield from self._floor(dialer, port, version)

    def _floor(self, dialer: Dialer, port: int, first: str) -> Iterator[Observation]:
        for name, context in _ALONE.items():
            if name == first:
                continue
            try:
                with dialer.dial(port) as wire:
                    agreed = wire.start_tls(context).version() == name
            except (ProtocolError, Refused):
                # An alert, or a hang-up right after the hello, is how servers say no.
                agreed = False
            yield Observation.of("tls.offers" if agreed else "tls.refuses", name, port, "tcp")


def spoke_tls(host: Host, port: int) -> bool:
    """Say whether this port has shaken hands in this scan."""
    return any(o.key == "tls.version" and o.port == port for o in host.observations)


def certificate_facts(der: bytes) -> Iterator[tuple[str, str]]:
    """Yield key and value of each fact in a DER certificate (RFC 5280).

    Raises ``ProtocolError`` if it is no certificate; a single field that is broken is left out.
    """
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
    except (ValueError, TypeError) as error:
        raise ProtocolError("the certificate cannot be read") from error
    for key, read in _READERS.items():
        try:
            values = read(certificate)
        except Exception:  # noqa: S112 - hostile bytes; whatever breaks, the other fields stand
            continue
        yield from ((key, value) for value in values)


def _names(certificate: x509.Certificate) -> list[str]:
    from cryptography import x509

    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(ip) for ip in san.get_values_for_type(x509.IPAddress)]
    return (san.get_values_for_type(x509.DNSName) + addresses)[:20]


def _self_signed(certificate: x509.Certificate) -> list[str]:
    if certificate.issuer != certificate.subject:
        return []
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(certificate)
    except InvalidSignature:
        return []
    return ["true"]


def _key(certificate: x509.Certificate) -> list[str]:
    key = certificate.public_key()
    kind = type(key).__name__.lstrip("_").removesuffix("PublicKey")
    kind = {"EllipticCurve": "EC"}.get(kind, kind)
    size = getattr(key, "key_size", None)
    return [f"{kind} {size}" if size else kind]


def _hash(certificate: x509.Certificate) -> list[str]:
    algorithm = certificate.signature_hash_algorithm
    return [algorithm.name] if algorithm else []


def _sha256(certificate: x509.Certificate) -> list[str]:
    from cryptography.hazmat.primitives.hashes import SHA256

    return [certificate.fingerprint(SHA256()).hex()]


_READERS: dict[str, Callable[[x509.Certificate], list[str]]] = {
    "tls.subject": lambda c: [c.subject.rfc4514_string()],
    "tls.issuer": lambda c: [c.issuer.rfc4514_string()],
    "tls.san": _names,
    "tls.not-before": lambda c: [c.not_valid_before_utc.isoformat()],
    "tls.not-after": lambda c: [c.not_valid_after_utc.isoformat()],
    "tls.self-signed": _self_signed,
    "tls.key": _key,
    "tls.signature": _hash,
    "tls.sha256": _sha256,
}
