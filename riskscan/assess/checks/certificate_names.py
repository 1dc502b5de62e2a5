"""Whether a certificate is made out to the name by which its service is called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof, seen
from riskscan.model import Device, Level, Observation, Result

_OWN_NAME_PORTS = (636, 3269, 5986)
"""LDAP over TLS (RFC 4513 3.1.3) and Windows Remote Management: clients use the computer's name."""
_REDIRECT = re.compile(r"https://([a-z0-9.-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)", re.IGNORECASE)
_COMMON_NAME = re.compile(r"(?:^|,)CN=([^,+\\]{1,253})")
_MOST = 5
"""Names of one certificate that stand as evidence."""


@device_check(
    "tls.certificate-name",
    title="A security certificate is made out to another name",
    severity=Level.LOW,
    cites={"T07": "A certificate with another name does not prove who is at the other end."},
    weakness="a service shows a certificate that is made out to another name",
    feeds={"T05": "Staff and programs that ignore the warning accept a false certificate too."},
    action="Replace certificates that bear the wrong name",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def certificate_name(device: Device, context: Context) -> Verdict | None:
    """What: A service shows a certificate that does not hold the name by which it is called. This
    is judged only where that name is certain: the directory and Windows Remote Management, which
    are called by the computer's own name, and web pages that send visitors to that name.

    Why: Programs refuse the connection or, more often, are told not to look at names at all. Then
    they would also talk to an impostor, and hand over the password or the record.

    Fix: Issue a certificate that holds the computer's full name among its alternative names. For
    domain controllers use the template "Kerberos Authentication".

    Verify: The next scan finds the name in the certificate.
    """
    called = names_called(device)
    wrong = [p for p in sorted(called) if not _covered(device, p, called[p])]
    shown = {p: _shown(device, p) for p in called}
    for port in sorted(called):
        if not shown[port]:
            return unknown(f"The certificate on port {port} could not be read.")
    if wrong:
        names = " or ".join(sorted({o.value for p in wrong for o in called[p]})[:2])
        evidence = tuple(o for p in wrong for o in (*shown[p][:_MOST], *called[p]))
        text = f"No certificate on port {', '.join(map(str, wrong))} is made out to {names}."
        return Verdict(Result.FAIL, text, proof(evidence, "name in the certificate or in use"))
    if called:
        evidence = tuple(o for p in sorted(called) for o in shown[p][:_MOST])
        text = "The certificates are made out to the names in use."
        return Verdict(Result.PASS, text, proof(evidence, "name in the certificate"))
    return None


def names_called(device: Device) -> dict[int, tuple[Observation, ...]]:
    """Return for each TLS port, where it is certain, what states the name it is called by."""
    own = seen(device, "ntlm.dns-name") + seen(device, "ldap.dns-name")
    own = tuple(o for o in own if "." in o.value)
    vouching = {o.port for o in seen(device, "tls.self-signed", "true")}
    spoken = {o.port for o in seen(device, "tls.version")} - vouching
    called = {port: own for port in _OWN_NAME_PORTS if own and port in spoken}
    known = {_folded(o.value) for o in own}
    for sent in seen(device, "http.location"):
        found = _REDIRECT.match(sent.value)
        if found is None or _folded(found[1]) not in known:
            continue
        port = int(found[2] or 443)
        if port in spoken and port not in called:
            called[port] = tuple(o for o in own if _folded(o.value) == _folded(found[1]))
    return called


def covers(name: str, wanted: str) -> bool:
    """Say whether a name in a certificate covers a host name (RFC 9525 section 6.3)."""
    name, wanted = _folded(name), _folded(wanted)
    if name.startswith("*."):
        return wanted.partition(".")[2] == name[2:]
    return name == wanted


def _named_in(shown: Observation) -> str:
    """Return the name that an observation of a certificate holds; empty if it holds none."""
    if shown.key == "tls.san":
        return shown.value
    found = _COMMON_NAME.search(shown.value)
    return found[1] if found else ""


def _folded(name: str) -> str:
    return name.lower().rstrip(".")


def _shown(device: Device, port: int) -> tuple[Observation, ...]:
    """Return the names in a certificate; that of its subject only where there is no other."""
    listed = tuple(o for o in seen(device, "tls.san") if o.port == port)
    subject = (o for o in seen(device, "tls.subject") if o.port == port and _named_in(o))
    return listed or tuple(subject)


def _covered(device: Device, port: int, wanted: Iterable[Observation]) -> bool:
    return any(
        covers(_named_in(shown), want.value) for shown in _shown(device, port) for want in wanted
    )
