"""The quality of encrypted connections: old versions and weak ciphers."""

from __future__ import annotations

import re

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import failed_probe, if_delicate, ports_of, proof, seen
from riskscan.model import Device, Level, Observation, Result

_OLD = ("TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3", "SSLv2")
_MODERN = ("TLSv1.2", "TLSv1.3")
_WEAK = re.compile(r"NULL|RC4|DES|EXP|ADH|AECDH|_anon_")
"""In names of OpenSSL and IANA: RFC 9325 section 4.1, RFC 5469, NIST SP 800-131A revision 2."""
_TRIPLE_DES = re.compile(r"3DES|DES-CBC3")


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
    was meant to be protected: the login to the health record, or the record itself.

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
            delicate = if_delicate(device)
            return unknown(
                f"Port {port} was not asked whether it accepts outdated encryption{delicate}."
            )
    if spoken:
        text = f"{ports_of(refused).capitalize()} refused outdated encryption."
        return Verdict(Result.PASS, text, proof(refused, "an outdated version was refused"))
    return no_tls(device)


@device_check(
    "tls.weak-cipher",
    title="An encrypted connection accepts ciphers that protect little or nothing",
    severity=Level.MODERATE,
    cites={"T09": "With such a cipher what passes can be read, or nobody proves who they are."},
    weakness="ciphers that protect little or nothing are accepted",
    feeds={"T05": "Someone on the network brings both sides to a cipher that can be broken."},
    action="Turn weak ciphers off",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def weak_cipher(device: Device, context: Context) -> Verdict | None:
    """What: A service agreed to a way of encrypting (a cipher suite) that does not encrypt at all,
    does not check who is there, or can be broken (NULL, anonymous, export, DES, RC4; 3DES counts as
    less grave).

    Why: What was meant to be protected, a login or a record, can be read or changed by someone on
    the same network.

    Fix: Leave only suites with AES-GCM or ChaCha20 in the service's settings (nginx:
    ssl_ciphers; Apache: SSLCipherSuite; Windows: "SSL Cipher Suite Order" by group policy). If
    the device is too old for that, ask the maker for an update and separate it meanwhile.

    Verify: The next scan reports that the service refuses weak ciphers.
    """
    agreed = seen(device, "tls.weak-cipher")
    agreed += tuple(o for o in seen(device, "tls.cipher") if _WEAK.search(o.value))
    if agreed:
        names = " and ".join(sorted({o.value for o in agreed}))
        slow = all(_TRIPLE_DES.search(o.value) for o in agreed)
        return Verdict(
            Result.FAIL,
            f"{ports_of(agreed).capitalize()} agreed to {names}.",
            proof(agreed, "agreed to a weak cipher suite"),
            severity=Level.LOW if slow else None,
        )
    return _refuses_weak(device)


def _refuses_weak(device: Device) -> Verdict | None:
    spoken = {o.port for o in seen(device, "tls.version") + seen(device, "tls.offers")}
    refused = seen(device, "tls.weak-ciphers", "refused")
    for port in sorted(spoken - {o.port for o in refused}, key=lambda p: p or 0):
        delicate = if_delicate(device)
        return unknown(f"Port {port} was not asked whether it accepts weak ciphers{delicate}.")
    if spoken:
        text = f"{ports_of(refused).capitalize()} refused weak ciphers."
        return Verdict(Result.PASS, text, proof(refused, "refused weak ciphers alone"))
    return no_tls(device)


def no_tls(device: Device) -> Verdict | None:
    """Unknown where a handshake was tried in vain; not applicable where nothing speaks TLS."""
    blind = failed_probe(device, "tls")
    if blind is None:
        return None
    return unknown(f"The encryption could not be examined: port {blind[0]} {blind[1]}.")


def _named(version: str) -> str:
    """Write a version as people do: ``TLSv1`` is TLS 1.0."""
    family, _, number = version.partition("v")
    return f"{family} {number if '.' in number else f'{number}.0'}"


def _distinct(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Keep one observation per version and port: the first handshake repeats what was offered."""
    return tuple({(o.value, o.port): o for o in reversed(observations)}.values())[::-1]
