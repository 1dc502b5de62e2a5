"""Directories of people and computers (LDAP)."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Confidence, Device, Level, Observation, Result


@device_check(
    "cleartext.ldap",
    title="The directory of users answers without encryption (LDAP)",
    severity=Level.MODERATE,
    cites={
        "T09": "Names and passwords sent to this port can travel unencrypted.",
        "T08": "Without signing, answers of the directory can be changed on the way.",
    },
    weakness="the directory of users answers without encryption (LDAP)",
    feeds={"T04": "Someone inside the network reads a password, or passes a login on."},
    action="Make the directory insist on signing and encryption",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def ldap(device: Device, context: Context) -> Verdict | None:
    """What: The directory of users and computers (LDAP) answers on its unencrypted port. Whether
    it also takes passwords there was not tried: only the description that it shows to everyone
    was read, no entry. One that can go over to encryption (StartTLS) counts less. A Windows
    directory shows as much even if it insists on signing, so there the question stays open.

    Why: Copiers, image archives and door systems often look up people in the directory with a
    password that crosses the network readable. With it, or with a login that is passed on in
    between, someone acts as that person and opens what they may open, patient records included.

    Fix: On Windows require signing and channel binding by group policy ("Domain controller: LDAP
    server signing requirements" and "LDAP server channel binding token requirements"), after a
    look at events 2886 to 2889 for what would stop working. On OpenLDAP set olcSecurity: tls=1.
    Move copiers and programs to LDAP over TLS (port 636).

    Verify: The setting has been seen and noted, or the next scan finds ports 389 and 3268 closed.
    """
    shown = seen(device, "ldap.anonymous", "true")
    if seen(device, "ldap.dc-level") or seen(device, "ldap.domain-level"):
        # Every domain controller shows this much in clear, whatever it insists on at login.
        return unknown("Whether this Windows directory insists on signing at login was not tried.")
    if shown:
        return _answered(device, shown)
    declined = seen(device, "ldap.anonymous")
    if declined and (bare := _told_of_tls(device, declined, "missing")):
        text = f"The directory on {ports_of(bare)} offers no encryption."
        return Verdict(Result.FAIL, text, proof(bare, "StartTLS is not on offer"))
    if declined:
        where = ports_of(declined)
        return unknown(f"The directory on {where} told a stranger nothing, so it is not known.")
    return if_closed(device, (389,), "LDAP", probe="ldap")


def _answered(device: Device, shown: tuple[Observation, ...]) -> Verdict:
    """Judge a directory that shows itself in clear by what it said of StartTLS (RFC 4511 4.14)."""
    text = f"The directory answers unencrypted on {ports_of(shown)}"
    evidence = proof(shown, "answered without encryption")
    bare = _told_of_tls(device, shown, "missing")
    if bare:
        evidence += proof(bare, "StartTLS is not on offer")
        return Verdict(Result.FAIL, f"{text} and offers no encryption.", evidence)
    able = _told_of_tls(device, shown, "offered")
    if {o.port for o in able} >= {o.port for o in shown}:
        text += "; it can encrypt, and whether it insists on it at login was not tried."
        evidence += proof(able, "StartTLS is on offer")
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM, Level.LOW)
    return Verdict(Result.FAIL, f"{text}.", evidence, Confidence.MEDIUM)


def _told_of_tls(device: Device, on: tuple[Observation, ...], word: str) -> tuple[Observation, ...]:
    ports = {o.port for o in on}
    return tuple(o for o in seen(device, "tls.starttls", word) if o.port in ports)
