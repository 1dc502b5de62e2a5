"""What a certificate says, read without trusting a byte of it (RFC 5280)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from riskscan.discover.faults import ProtocolError

if TYPE_CHECKING:
    from cryptography import x509

# cryptography warns of certificates that are odd, which is news of the device and not of us.
warnings.filterwarnings("ignore", module=r"riskscan\.discover\.probes\.codec\.certificate")


def certificate_facts(der: bytes) -> Iterator[tuple[str, str]]:
    """Yield key and value of each fact in a DER certificate (RFC 5280).

    Raises ``ProtocolError`` if it is no certificate; a single field that is broken is left out.
    """
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
    except (ValueError, TypeError, x509.InvalidVersion) as error:
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
