"""Certificates and TLS contexts, made when a host starts: good ones and each kind of bad one."""

from __future__ import annotations

import os
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a TLS server shows: its certificate, and the versions it accepts."""

    name: str
    """Common name of the subject."""
    organization: str = ""
    self_signed: bool = False
    """False: signed by the practice's own authority, as a well-kept network would have it."""
    expired: bool = False
    """True: it ended 90 days ago. Else it is good for another 300 days."""
    rsa_bits: int | None = None
    """Size of an RSA key; None for an elliptic-curve key (P-256)."""
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    """The oldest version accepted; the newest is always TLS 1.3."""

    def context(self) -> ssl.SSLContext:
        """Make the key and the certificate, and return a server context that holds them."""
        key = _new_key(self.rsa_bits)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.oldest < ssl.TLSVersion.TLSv1_2 or (self.rsa_bits or 2048) < 2048:
            # OpenSSL refuses SHA-1 signatures (TLS 1.0) and short keys above security level 0.
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what we want
            context.minimum_version = self.oldest
        _load(context, key, self._certificate(key))
        return context

    def _certificate(self, key: Key) -> x509.Certificate:
        issuer, issuer_key = authority()
        subject = _name(self.name, self.organization)
        if self.self_signed:
            issuer, issuer_key = subject, key
        end = datetime.now(UTC) + timedelta(days=-90 if self.expired else 300)
        names = x509.SubjectAlternativeName([x509.DNSName(self.name.replace(" ", "-"))])
        builder = _builder(subject, issuer, key, end).add_extension(names, critical=False)
        return builder.sign(issuer_key, hashes.SHA256())


@cache
def authority() -> tuple[x509.Name, Key]:
    """Return the practice's certificate authority. Made once, before the hosts are forked."""
    return _name("Lakeside Family Clinic Root CA", "Lakeside Family Clinic"), _new_key(None)


def _new_key(rsa_bits: int | None) -> Key:
    if rsa_bits is None:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65_537, key_size=rsa_bits)


def _name(common: str, organization: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
    )


def _load(context: ssl.SSLContext, key: Key, certificate: x509.Certificate) -> None:
    # ssl reads keys from files only; this one lives in memory and leaves nothing on the disk.
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    memory = os.memfd_create("lab-certificate")
    try:
        os.write(memory, pem)
        context.load_cert_chain(f"/proc/self/fd/{memory}")
    finally:
        os.close(memory)
