"""Ways to see or steer a device from afar, and what they ask of the caller first."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Device, Level, Result

_WEAK_VNC = ("vnc-auth", "apple-30")
"""RFC 6143 section 7.2.2, and Apple's Diffie-Hellman login, which encrypts no more than itself."""
_STRONG_VNC = ("tls", "vencrypt", "realvnc-5", "integrated-ssh")
"""TLS, VeNCrypt, RA2 and a tunnel through SSH (registry of RFC 6143 section 8.1)."""


@device_check(
    "remote.rdp-without-nla",
    title="Remote Desktop shows its login screen to anyone",
    severity=Level.HIGH,
    cites={"T07": "A session is opened before the caller has proven who they are."},
    weakness="Remote Desktop opens a session before checking who is calling",
    feeds={"T02": "Remote Desktop is the usual door for ransomware; here it opens early."},
    action="Require Network Level Authentication for Remote Desktop",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def rdp_without_nla(device: Device, context: Context) -> Verdict | None:
    """What: Remote Desktop on this computer does not insist on Network Level Authentication: it
    shows the Windows login screen before it knows who is calling.

    Why: Serious flaws in Remote Desktop (such as BlueKeep) work only because of this early step,
    and open Remote Desktop is among the commonest ways in for ransomware gangs. Whoever gets in
    sees what the user sees, patient records included.

    Fix: In the remote settings of Windows, allow only connections with Network Level
    Authentication. Turn Remote Desktop off where nobody needs it, and never open it to the
    internet.

    Verify: The next scan reports that Network Level Authentication is required, or that the port
    is closed.
    """
    loose = seen(device, "rdp.security", "tls", "rdp")
    if loose:
        says = "went on without Network Level Authentication"
        text = f"Remote Desktop on {ports_of(loose)} does not require it."
        return Verdict(Result.FAIL, text, proof(loose, says))
    strict = seen(device, "rdp.security", "nla-required")
    if strict:
        says = "insisted on Network Level Authentication"
        text = "Remote Desktop requires Network Level Authentication."
        return Verdict(Result.PASS, text, proof(strict, says))
    return if_closed(device, (3389,), "Remote Desktop", probe="rdp")


@device_check(
    "remote.rdp-weak-encryption",
    title="Remote Desktop uses its old encryption",
    severity=Level.MODERATE,
    cites={
        "T09": "The old encryption of Remote Desktop can be read by someone in between.",
        "T07": "The computer does not prove who it is, so a false one can take its place.",
    },
    weakness="Remote Desktop uses its old encryption, without TLS",
    feeds={"T05": "Someone in between reads the session and the password that is typed."},
    action="Require TLS and Network Level Authentication for Remote Desktop",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def rdp_weak_encryption(device: Device, context: Context) -> Verdict | None:
    """What: Remote Desktop on this computer declined TLS and would go on with the encryption of
    its first versions ("standard RDP security").

    Why: That encryption does not show that the computer is the right one. Someone in between can
    read the session, patient records and the password included.

    Fix: Set the security layer to SSL or Negotiate by group policy ("Require use of specific
    security layer for remote connections") and require Network Level Authentication. Windows XP
    and 2003 know nothing better: replace them, or let only the support computer reach them.

    Verify: The next scan reports TLS or Network Level Authentication.
    """
    old = seen(device, "rdp.security", "rdp")
    if old:
        text = f"Remote Desktop on {ports_of(old)} declined TLS."
        return Verdict(Result.FAIL, text, proof(old, "declined TLS"))
    better = seen(device, "rdp.security", "tls", "nla-required")
    if better:
        text = "Remote Desktop is encrypted with TLS."
        return Verdict(Result.PASS, text, proof(better, "agreed to TLS or demanded more"))
    return if_closed(device, (3389,), "Remote Desktop", probe="rdp")


@device_check(
    "remote.vnc-without-authentication",
    title="A screen can be taken over without a password (VNC)",
    severity=Level.HIGH,
    cites={
        "T07": "The screen is handed over without asking who is calling.",
        "T01": "Whoever connects acts under the name of the person who is logged in.",
    },
    weakness="the screen can be watched and steered without a password (VNC)",
    feeds={"T04": "Anyone on the network sees the screen and works with it as the logged-in user."},
    action="Close remote screens that ask for no password",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def vnc_without_authentication(device: Device, context: Context) -> Verdict | None:
    """What: The remote screen service (VNC) on this device offers to let callers in without any
    password. The scan did not go in.

    Why: Anyone on the network can watch what is on the screen, patient records included, and use
    mouse and keyboard.

    Fix: Turn VNC off, or set a strong password and allow only the support computer to reach it.
    On a medical device ask the maker first.

    Verify: The next scan finds no VNC, or one that does not offer access without a password.
    """
    free = seen(device, "vnc.security", "none")
    if free:
        text = f"VNC on {ports_of(free)} offers access without a password."
        return Verdict(Result.FAIL, text, proof(free, "offered the security type 'none'"))
    offered = seen(device, "vnc.security")
    if offered:
        text = "VNC asks for a password or more."
        return Verdict(Result.PASS, text, proof(offered, "security type on offer"))
    return if_closed(device, (5900,), "VNC", probe="vnc")


@device_check(
    "remote.vnc-weak-authentication",
    title="A remote screen is protected by an old, short password (VNC)",
    severity=Level.MODERATE,
    cites={
        "T07": "The classic VNC password counts eight characters and is shared by everyone.",
        "T09": "After the login, screen and keyboard cross the network unencrypted.",
    },
    weakness="a remote screen is protected by an old, short password and no encryption (VNC)",
    feeds={"T05": "Someone listening on the network sees the screen, and tries out the password."},
    action="Protect remote screens (VNC) with encryption and real logins",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def vnc_weak_authentication(device: Device, context: Context) -> Verdict | None:
    """What: The remote screen service (VNC) on this device offers the login of its first version:
    a password of eight characters at most, which is the same for everyone, and no encryption
    afterwards. Apple's older login protects the password better and the screen no more.

    Why: What is on the screen, patient records included, can be watched by anyone who listens,
    and what was heard at login lets them try out passwords.

    Fix: Turn VNC off or move to a program that encrypts (TLS, VeNCrypt, RealVNC's own). Meanwhile
    let only the support computer reach ports 5900 to 5903. On a medical device ask the maker
    first. On a Mac allow "Screen Sharing" for named users only, and use it through SSH or a VPN.

    Verify: The next scan finds no VNC, or only ways to log in that encrypt.
    """
    offered = seen(device, "vnc.security")
    free = {o.port for o in offered if o.value == "none"}
    offered = tuple(o for o in offered if o.port not in free)
    if free and not offered:
        return None  # asks for nothing at all: remote.vnc-without-authentication says so
    weak = [o for o in offered if o.value in _WEAK_VNC]
    if weak:
        ports = {o.port for o in weak}
        choice = ports <= {o.port for o in offered if o.value in _STRONG_VNC}
        also = ", beside better ways" if choice else ""
        text = f"VNC on {ports_of(weak)} offers the old login without encryption{also}."
        severity = Level.LOW if choice else None
        evidence = proof(weak, "an old way to log in")
        return Verdict(Result.FAIL, text, evidence, severity=severity)
    other = [o for o in offered if o.value not in _STRONG_VNC]
    if other:
        return unknown(f"VNC on {ports_of(other)} offers a login whose strength does not show.")
    if offered:
        text = "VNC offers only ways to log in that encrypt."
        return Verdict(Result.PASS, text, proof(offered, "security type on offer"))
    return if_closed(device, (5900,), "VNC", probe="vnc")


@device_check(
    "remote.ssh-old",
    title="A remote login accepts the first, broken version of SSH",
    severity=Level.LOW,
    cites={"T09": "SSH version 1 can be decrypted by someone in between."},
    weakness="a remote login accepts the first, broken version of SSH",
    feeds={"T05": "Someone in between reads the administrator's session."},
    action="Turn off the first version of SSH",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def ssh_old(device: Device, context: Context) -> Verdict | None:
    """What: The remote login service (SSH) says that it still accepts version 1 of its protocol.

    Why: Version 1 was replaced in 2006 because someone in between can read and alter what passes:
    an administrator's password, and with it whatever the system holds.

    Fix: Allow only version 2 in the settings, or update the device's software.

    Verify: The next scan reads a greeting that begins with SSH-2.0.
    """
    banners = seen(device, "ssh.banner")
    old = [o for o in banners if o.value.startswith(("SSH-1.99-", "SSH-1.5-", "SSH-1.3-"))]
    if old:
        text = f"SSH on {ports_of(old)} accepts version 1."
        return Verdict(Result.FAIL, text, proof(old, "the greeting names version 1"))
    if banners and all(o.value.startswith("SSH-2.0-") for o in banners):
        text = "SSH accepts version 2 only."
        return Verdict(Result.PASS, text, proof(banners, "the greeting names version 2.0 only"))
    return if_closed(device, (22,), "SSH", probe="ssh")
