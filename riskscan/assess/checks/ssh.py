"""How well remote logins over SSH are protected: the algorithms that a server would begin with."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, if_delicate, ports_of, proof, seen
from riskscan.model import Device, Level, Observation, Result

_KEX = ("diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1", "rsa1024-sha1")
_KEX_STEMS = ("gss-group1-sha1-", "gss-gex-sha1-")
"""RFC 9142 section 4: SHOULD NOT and MUST NOT."""
_HOST_KEYS = ("ssh-dss", "ssh-dss-cert-v01@openssh.com")
_CIPHERS = ("none", "3des-cbc", "des-cbc", "blowfish-cbc", "cast128-cbc", "idea-cbc")
_CIPHER_STEMS = ("arcfour",)
"""RC4 (RFC 8758), and ciphers of 64-bit blocks (CVE-2016-2183). AES in CBC mode is not counted:
what is known against it (CVE-2008-5161) was answered by most servers."""
_MACS = ("none", "hmac-md5", "hmac-md5-96", "hmac-sha1-96")
_MAC_STEMS = ("hmac-md5-etm", "hmac-md5-96-etm", "hmac-sha1-96-etm")
_LISTS = ("ssh.kex", "ssh.host-key", "ssh.cipher")
_SHA1_ONLY = frozenset({"ssh-rsa", "ssh-dss"})


@device_check(
    "remote.ssh-weak-algorithms",
    title="A remote login accepts weak cryptography (SSH)",
    severity=Level.LOW,
    cites={"T09": "Some of the algorithms on offer can be broken with enough effort."},
    weakness="a remote login accepts weak cryptography (SSH)",
    feeds={"T05": "Someone in between brings both sides to an algorithm that can be broken."},
    action="Turn weak SSH algorithms off",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def weak_algorithms(device: Device, context: Context) -> Verdict | None:
    """What: The remote login service (SSH) offers algorithms that are retired: key exchange over
    a 1024-bit group or with SHA-1 alone, DSA keys, RC4, 3DES and other ciphers of small blocks,
    or checks made with MD5.

    Why: Up-to-date programs choose better ones by themselves. An old program, or someone in
    between, can still end up with one that may be broken, and then read an administrator's
    session.

    Fix: Leave only current algorithms in the settings (OpenSSH: KexAlgorithms,
    HostKeyAlgorithms, Ciphers and MACs in sshd_config; Cisco IOS: ip ssh server algorithm; HPE and
    Aruba: ssh kex, ssh cipher). An update of the device often does the same.

    Verify: The next scan is offered none of them.
    """
    weak = _weak(device)
    if weak:
        named = sorted({o.value for o in weak})
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        text = f"SSH on {ports_of(weak)} offers {', '.join(named[:3])}{more}."
        bare = any(o.key == "ssh.cipher" and o.value == "none" for o in weak)
        severity = Level.MODERATE if bare else None
        return Verdict(Result.FAIL, text, proof(weak, "a retired algorithm"), severity=severity)
    known = [{o.port for o in seen(device, key)} for key in _LISTS]
    told = set.intersection(*known)
    for banner in seen(device, "ssh.banner"):
        if banner.port not in told:
            which = f"SSH on port {banner.port} was not asked which algorithms it offers"
            return unknown(f"{which}{if_delicate(device)}.")
    if told:
        offers = tuple(o for o in seen(device, "ssh.kex") if o.port in told)
        return Verdict(Result.PASS, "SSH offers no retired algorithm.", proof(offers, "on offer"))
    return if_closed(device, (22,), "SSH", probe="ssh")


def _weak(device: Device) -> tuple[Observation, ...]:
    keys = seen(device, "ssh.host-key")
    better = {o.port for o in keys if o.value not in _SHA1_ONLY}
    return (
        _listed(device, "ssh.kex", _KEX, _KEX_STEMS)
        + tuple(
            o
            for o in keys
            if o.value in _HOST_KEYS or (o.value == "ssh-rsa" and o.port not in better)
        )
        + _listed(device, "ssh.cipher", _CIPHERS, _CIPHER_STEMS)
        + _listed(device, "ssh.mac", _MACS, _MAC_STEMS)
    )


def _listed(
    device: Device, key: str, names: tuple[str, ...], stems: tuple[str, ...]
) -> tuple[Observation, ...]:
    return tuple(o for o in seen(device, key) if o.value in names or o.value.startswith(stems))
