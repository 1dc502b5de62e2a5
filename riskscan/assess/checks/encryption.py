"""The quality of encrypted connections: old versions, certificates, weak keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import failed_probe, ports_of, proof, seen
from riskscan.model import Device, Level, Observation, Result

_OLD = ("TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3", "SSLv2")
_MODERN = ("TLSv1.2", "TLSv1.3")


@device_check(
    "tls.old-version",
    title="An encrypted connection accepts outdated encryption",
    severity=Level.MODERATE,
    cites={"T09": "TLS 1.0 and 1.1 were retired in 2021 (RFC 8996) as too weak."},
    weakness="outdated encryption (TLS 1.0 or 1.1) is accepted",
    feeds={"T05": "Someone on the network talks both sides down to encryption that can be broken."},
    action="Turn outdated encryption off",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def old_version(device: Device, context: Context) -> Verdict | None:
    """What: A service accepts TLS 1.0 or 1.1 (or older), versions of encryption that were retired
    in 2021.

    Why: Known attacks against these versions let someone on the same network read or change what
    was meant to be protected.

    Fix: Allow only TLS 1.2 and 1.3 in the service's settings. If the device is too old for that,
    ask the maker for an update and separate it from the office network meanwhile.

    Verify: The next scan reports that the service refuses TLS 1.0 and 1.1.
    """
    old = _distinct(seen(device, "tls.offers", *_OLD) + seen(device, "tls.version", *_OLD))
    if old:
        ports = {o.port for o in old}
        modern = seen(device, "tls.offers", *_MODERN) + seen(device, "tls.version", *_MODERN)
        also = ports <= {o.port for o in modern}
        names = " and ".join(sorted({_named(o.value) for o in old}))
        extra = " beside newer versions" if also else " and nothing newer was seen"
        return Verdict(
            Result.FAIL,
            f"{names} accepted on {ports_of(old)}{extra}.",
            proof(old, "an outdated version was accepted"),
            severity=Level.LOW if also else None,
        )
    return _refuses_old(device)


def _refuses_old(device: Device) -> Verdict | None:
    spoken = {o.port for o in seen(device, "tls.version")}
    refused = seen(device, "tls.refuses", *_OLD)
    for port in sorted(spoken, key=lambda p: p or 0):
        known = {o.value for o in refused if o.port == port}
        if "TLSv1.1" not in known or not known & {"TLSv1", "TLSv1.0"}:
            return unknown(f"Port {port} was not asked whether it accepts outdated encryption.")
    if spoken:
        text = f"{ports_of(refused).capitalize()} refused outdated encryption."
        return Verdict(Result.PASS, text, proof(refused, "an outdated version was refused"))
    return _no_tls(device)


@device_check(
    "tls.certificate-expired",
    title="A security certificate is out of date",
    severity=Level.LOW,
    cites={"T09": "People who click past an expired certificate no longer notice a false one."},
    weakness="a security certificate is out of date",
    feeds={"T05": "Staff used to warnings accept a false certificate of someone in between."},
    action="Renew the certificates",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def certificate_expired(device: Device, context: Context) -> Verdict | None:
    """What: The certificate with which a service proves its identity has expired, or is not yet
    valid.

    Why: Browsers warn about it, people learn to click the warning away, and then they also click
    away the warning that shows a real attack.

    Fix: Renew the certificate and note a reminder for the next date. Check that the device's
    clock is right.

    Verify: The next scan finds a certificate that is valid on that day.
    """
    ends = seen(device, "tls.not-after")
    over = [o for o in ends if (when := _moment(o.value)) and when < context.now]
    early = [
        o
        for o in seen(device, "tls.not-before")
        if (when := _moment(o.value)) and when > context.now
    ]
    if over or early:
        first = (over or early)[0]
        verb = "expired on" if over else "is valid only from"
        text = f"The certificate on {ports_of([first])} {verb} {first.value[:10]}."
        evidence = proof(over, "end of validity") + proof(early, "start of validity")
        return Verdict(Result.FAIL, text, evidence)
    if ends and all(_moment(o.value) for o in ends):
        return Verdict(
            Result.PASS, "Every certificate seen is in date.", proof(ends, "valid until")
        )
    return _no_certificate(device)


@device_check(
    "tls.certificate-self-signed",
    title="A security certificate vouches only for itself",
    severity=Level.LOW,
    cites={"T07": "A self-signed certificate does not prove who is at the other end."},
    weakness="a service cannot prove who it is (self-signed certificate)",
    feeds={"T05": "Someone in between presents a certificate that looks no worse."},
    action="Install certificates that browsers trust",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def certificate_self_signed(device: Device, context: Context) -> Verdict | None:
    """What: The certificate of a service was issued by the service itself, as devices do when they
    leave the factory. Nobody else vouches for it.

    Why: The connection is encrypted, but a browser cannot tell the real device from an impostor.
    On a switch or printer inside the practice this matters little; on the health record it does.

    Fix: Start with systems that staff log in to: install a certificate from the practice's own or
    a public authority. For other devices, note that the risk is accepted.

    Verify: The next scan finds a certificate that another party issued, or the acceptance is on
    file.
    """
    selfish = seen(device, "tls.self-signed", "true")
    if selfish:
        text = f"The certificate on {ports_of(selfish)} vouches only for itself."
        return Verdict(Result.FAIL, text, proof(selfish, "issuer and subject are the same"))
    subjects = {(o.port, o.value) for o in seen(device, "tls.subject")}
    issuers = seen(device, "tls.issuer")
    if issuers and not any((o.port, o.value) in subjects for o in issuers):
        text = "Every certificate seen was issued by another party."
        return Verdict(Result.PASS, text, proof(issuers, "issued by another party"))
    return _no_certificate(device)


@device_check(
    "tls.weak-key",
    title="A security certificate uses weak cryptography",
    severity=Level.MODERATE,
    cites={"T09": "A short key or a broken signature can be forged, which undoes the encryption."},
    weakness="a certificate with weak cryptography protects the connection",
    feeds={"T05": "Someone with enough computing power forges the certificate and listens in."},
    action="Replace certificates that use weak cryptography",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def weak_key(device: Device, context: Context) -> Verdict | None:
    """What: A certificate uses a key shorter than 2048 bits, or a signature made with MD5 or
    SHA-1, which can be forged.

    Why: Someone who can forge the certificate can pose as the service and read what staff type.

    Fix: Issue a new certificate with a 2048-bit RSA (or 256-bit elliptic) key and a SHA-256
    signature. Very old devices may need an update of the maker first.

    Verify: The next scan finds neither a short key nor an MD5 or SHA-1 signature.
    """
    keys = seen(device, "tls.key")
    short = [o for o in keys if _too_short(o.value)]
    broken = [o for o in seen(device, "tls.signature") if _broken(o.value)]
    if short or broken:
        names = ", ".join(sorted({o.value for o in short} | {o.value for o in broken}))
        return Verdict(
            Result.FAIL,
            f"The certificate on {ports_of([*short, *broken])} uses {names}.",
            proof(short, "the key is too short") + proof(broken, "the signature can be forged"),
            severity=None if short else Level.LOW,
        )
    if keys:
        return Verdict(
            Result.PASS, "Keys and signatures are strong.", proof(keys, "key type and size")
        )
    return _no_certificate(device)


def _no_certificate(device: Device) -> Verdict | None:
    spoken = seen(device, "tls.version")
    if spoken:
        return unknown(f"The certificate on {ports_of(spoken)} could not be read.")
    return _no_tls(device)


def _no_tls(device: Device) -> Verdict | None:
    """Unknown where a handshake was tried in vain; not applicable where nothing speaks TLS."""
    blind = failed_probe(device, "tls")
    if blind is None:
        return None
    return unknown(f"The encryption could not be examined: port {blind[0]} {blind[1]}.")


def _too_short(key: str) -> bool:
    found = re.fullmatch(r"(RSA|DSA|EC) (\d{1,6})", key)
    if found is None:
        return False
    return int(found[2]) < (224 if found[1] == "EC" else 2048)


def _broken(signature: str) -> bool:
    return signature.lower().replace("-", "") in ("md2", "md4", "md5", "sha1")


def _moment(text: str) -> datetime | None:
    """Read an ISO 8601 time from the network; None if it is none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _named(version: str) -> str:
    """Write a version as people do: ``TLSv1`` is TLS 1.0."""
    family, _, number = version.partition("v")
    return f"{family} {number if '.' in number else f'{number}.0'}"


def _distinct(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Keep one observation per version and port: the first handshake repeats what was offered."""
    return tuple({(o.value, o.port): o for o in reversed(observations)}.values())[::-1]
