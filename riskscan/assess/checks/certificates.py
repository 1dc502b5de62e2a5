"""The certificates of encrypted connections: their dates, keys and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from riskscan.assess.checks.encryption import no_tls
from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import ports_of, proof, seen
from riskscan.model import Device, Level, Observation, Result


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
    """What: The certificate with which a service proves its identity has expired.

    Why: Browsers warn about it, people learn to click the warning away, and then they also click
    away the warning that shows a real attack. Whoever is behind that attack then reads what they
    type: passwords, and what they enter about patients.

    Fix: Renew the certificate and set a reminder for the next date. On a medical device the maker
    does that.

    Verify: The next scan finds a certificate that is valid on that day.
    """
    ends = seen(device, "tls.not-after")
    over = [o for o in ends if (when := _moment(o.value)) and when < context.now]
    if over:
        text = f"The certificate on {ports_of(over)} expired on {_day(over)}."
        return Verdict(Result.FAIL, text, proof(over, "end of validity"))
    if ends and all(_moment(o.value) for o in ends):
        return Verdict(Result.PASS, "No certificate seen has expired.", proof(ends, "valid until"))
    return _no_certificate(device)


@device_check(
    "tls.certificate-not-yet-valid",
    title="A security certificate is not valid yet",
    severity=Level.LOW,
    cites={"T09": "People who click past the warning no longer notice a false certificate."},
    weakness="a security certificate is not valid yet",
    feeds={"T05": "Staff used to warnings accept a false certificate of someone in between."},
    action="Correct certificates that begin in the future",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def certificate_not_yet_valid(device: Device, context: Context) -> Verdict | None:
    """What: The certificate with which a service proves its identity becomes valid only at a later
    date. As a rule the clock of the device that made it was wrong.

    Why: Browsers warn about it, people learn to click the warning away, and then miss the one
    that matters. And a device whose clock is wrong stamps wrong times on logs and examinations.

    Fix: Set the clock of the device, let it follow a time server, and make a new certificate.

    Verify: The next scan finds a certificate that is valid on that day.
    """
    starts = seen(device, "tls.not-before")
    early = [o for o in starts if (when := _moment(o.value)) and when > context.now]
    if early:
        text = f"The certificate on {ports_of(early)} is valid only from {_day(early)}."
        return Verdict(Result.FAIL, text, proof(early, "start of validity"))
    if starts and all(_moment(o.value) for o in starts):
        return Verdict(
            Result.PASS, "Every certificate seen has begun.", proof(starts, "valid since")
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
    cites={"T09": "A short key can be computed, which undoes the encryption."},
    weakness="a certificate with a short key protects the connection",
    feeds={"T05": "Someone with enough computing power finds the key and listens in."},
    action="Replace certificates with short keys",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def weak_key(device: Device, context: Context) -> Verdict | None:
    """What: A certificate uses a key shorter than 2048 bits (RSA, DSA) or 224 bits (elliptic),
    which can be computed with enough effort.

    Why: Someone who has computed the key can pose as the service and read what staff type:
    passwords, and what they enter about patients.

    Fix: Issue a new certificate with a 2048-bit RSA or 256-bit elliptic key. Very old devices may
    need an update of the maker first.

    Verify: The next scan finds no short key.
    """
    keys = seen(device, "tls.key")
    short = [o for o in keys if _too_short(o.value)]
    if short:
        names = ", ".join(sorted({o.value for o in short}))
        text = f"The certificate on {ports_of(short)} uses {names}."
        return Verdict(Result.FAIL, text, proof(short, "the key is too short"))
    if keys:
        return Verdict(Result.PASS, "The keys are long enough.", proof(keys, "key type and size"))
    return _no_certificate(device)


@device_check(
    "tls.weak-signature",
    title="A security certificate is signed in a way that can be forged",
    severity=Level.LOW,
    cites={"T09": "A signature made with MD5 or SHA-1 can be forged."},
    weakness="a certificate is signed in a way that can be forged",
    feeds={"T05": "Someone with enough computing power forges a certificate and listens in."},
    action="Replace certificates with broken signatures",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def weak_signature(device: Device, context: Context) -> Verdict | None:
    """What: The authority that vouches for a certificate signed it with MD5 or SHA-1, for which
    two contents with the same signature can be made. Certificates that vouch only for themselves
    are left out: their signature proves nothing either way.

    Why: Someone who can forge a certificate can pose as the service and read what staff type.

    Fix: Let the authority issue the certificate again with SHA-256. If it is the practice's own
    (Windows Certificate Services), change its signature algorithm first.

    Verify: The next scan finds neither an MD5 nor a SHA-1 signature.
    """
    own = {o.port for o in seen(device, "tls.self-signed", "true")}
    signed = [o for o in seen(device, "tls.signature") if o.port not in own]
    broken = [o for o in signed if _broken(o.value)]
    if broken:
        names = ", ".join(sorted({o.value for o in broken}))
        text = f"The certificate on {ports_of(broken)} is signed with {names}."
        return Verdict(Result.FAIL, text, proof(broken, "the signature can be forged"))
    if signed:
        return Verdict(Result.PASS, "The signatures are sound.", proof(signed, "signature"))
    return None if own else _no_certificate(device)


def _day(observations: Iterable[Observation]) -> str:
    """Name the day of some moments; the first, where there are several."""
    days = sorted({o.value[:10] for o in observations})
    return days[0] if len(days) == 1 else f"{days[0]} (the first of {len(days)} dates)"


def _no_certificate(device: Device) -> Verdict | None:
    spoken = seen(device, "tls.version")
    if spoken:
        return unknown(f"The certificate on {ports_of(spoken)} could not be read.")
    return no_tls(device)


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
