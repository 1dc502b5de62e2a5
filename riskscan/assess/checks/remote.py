"""Ways to see or steer a device from afar, and what they ask of the caller first."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Device, Level, Result


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
    and criminals use open Remote Desktop more than any other way in.

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

    Why: Version 1 was replaced in 2006 because someone in between can read and alter what passes.

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
