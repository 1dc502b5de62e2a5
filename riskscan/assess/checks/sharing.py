"""File sharing (SMB, NFS, TFTP): old versions, no protection on the way, doors open to all."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Device, Level, Result


@device_check(
    "smb.version-1",
    title="The oldest version of Windows file sharing is accepted",
    severity=Level.HIGH,
    cites={"A13": "WannaCry and its kind spread through this version of file sharing."},
    weakness="the oldest version of Windows file sharing (SMB 1) is accepted",
    feeds={"T02": "Ransomware spreads from computer to computer through it."},
    action="Turn off the oldest version of Windows file sharing (SMB 1)",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def version_1(device: Device, context: Context) -> Verdict | None:
    """What: The device accepts SMB 1, a version of Windows file sharing from the 1980s that
    Microsoft has switched off by default since 2017.

    Why: The WannaCry attack that shut hospitals in 2017 spread through it, from one computer to
    the next without anyone clicking anything, and left their files unreadable.

    Fix: Turn the feature "SMB 1.0/CIFS" off. If a copier or an old imaging device needs it to
    store scans, update or replace that device, or separate the two from the rest.

    Verify: The next scan reports that SMB 1 is refused.
    """
    accepted = seen(device, "smb.v1", "accepted")
    if accepted:
        text = f"SMB 1 is accepted on {ports_of(accepted)}."
        return Verdict(Result.FAIL, text, proof(accepted, "accepted an offer of SMB 1 alone"))
    refused = seen(device, "smb.v1", "refused")
    if refused:
        text = "An offer of SMB 1 alone was refused."
        return Verdict(Result.PASS, text, proof(refused, "refused an offer of SMB 1 alone"))
    return if_closed(device, (445,), "SMB 1", probe="smb")


@device_check(
    "smb.signing-not-required",
    title="File sharing does not protect against tampering",
    severity=Level.MODERATE,
    cites={
        "T08": "Without signing, files can be changed on the way unnoticed.",
        "T06": "The receiver has no means to see that a file was altered.",
    },
    weakness="file sharing does not insist on signed messages",
    feeds={"T04": "Someone in between passes a login on to this device and acts as that person."},
    action="Require signing for Windows file sharing",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def signing_not_required(device: Device, context: Context) -> Verdict | None:
    """What: Windows file sharing on this device can sign its messages, but does not insist on it.

    Why: Someone on the network can stand between two computers, change scans and letters on
    their way, or use a person's login for themselves (a relay attack) and open the patient files
    that this person may open.

    Fix: Require signing by group policy ("Microsoft network server: Digitally sign communications
    (always)"). Try it out first with old copiers that store scans on a share.

    Verify: The next scan reports that signing is required.
    """
    loose = seen(device, "smb.signing", "enabled")
    if loose:
        text = f"File sharing on {ports_of(loose)} does not require signing."
        return Verdict(Result.FAIL, text, proof(loose, "signing is possible, not required"))
    strict = seen(device, "smb.signing", "required")
    if strict:
        text = "File sharing requires signing."
        return Verdict(Result.PASS, text, proof(strict, "signing is required"))
    return if_closed(device, (445,), "file sharing", probe="smb")


@device_check(
    "smb.guest-session",
    title="Windows file sharing lets in guests without a password",
    severity=Level.MODERATE,
    cites={
        "T07": "A caller without a name or password is let in.",
        "A10": "What guests may open is granted to everyone on the network.",
    },
    weakness="Windows file sharing lets in guests without a password",
    feeds={"T04": "Anyone inside the network opens whatever is shared with guests."},
    action="Turn off guest access to file sharing",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def guest_session(device: Device, context: Context) -> Verdict | None:
    """What: File sharing on this device took a caller without a name and password for a guest.
    No folder was opened or listed, so what guests can reach is not known. A session that stays
    nameless is another matter: Windows opens one for everybody and gives it nothing unless it was
    told to, so there the question stays open.

    Why: Scans, images and backups in a folder that guests may open can be read by anyone on the
    network, and often changed. Ransomware needs no password to reach them.

    Fix: Turn guest access off (Windows: the account "Guest" disabled; Samba: "map to guest =
    never" and no "guest ok = yes"; Synology, QNAP: the user "guest" disabled). Give copiers
    that store scans an account of their own.

    Verify: The next scan reports that a caller without a name is refused or stays nameless.
    """
    let_in = seen(device, "smb.anonymous-session", "guest")
    if let_in:
        text = f"A caller without a name was let in as a guest on {ports_of(let_in)}."
        return Verdict(Result.FAIL, text, proof(let_in, "a session as a guest was opened"))
    opened = seen(device, "smb.anonymous-session", "null", "other")
    if opened:
        # Windows does so by default, and RestrictNullSessAccess decides what it gives
        # (techcommunity.microsoft.com, "SMB and Null Sessions", 2020): that is not tried.
        return unknown(
            f"A session without a name was opened on {ports_of(opened)}, which Windows does for "
            "everybody; whether it gives anything was not tried."
        )
    refused = seen(device, "smb.anonymous-session", "refused")
    if refused:
        text = "A caller without a name was refused."
        return Verdict(Result.PASS, text, proof(refused, "no session was opened"))
    return if_closed(device, (445,), "file sharing for guests", probe="smb_guest")


@device_check(
    "nfs.exported-to-world",
    title="Folders are shared with every computer on the network (NFS)",
    severity=Level.HIGH,
    cites={
        "T07": "The server takes any computer's word for who its user is.",
        "A10": "Access to these folders was granted to everyone on the network.",
    },
    weakness="folders are shared with every computer on the network (NFS)",
    feeds={"T04": "Anyone inside the network mounts the folder and reads or changes its files."},
    action="Share folders with named computers only",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def nfs_world(device: Device, context: Context) -> Verdict | None:
    """What: The file server's own list says that a folder is shared (NFS) with any computer that
    asks. The list was read; no folder was opened, and no name of one is kept.

    Why: NFS believes the calling computer about who its user is. Images, scans and backups in
    such a folder can be read, and often changed, by anyone on the network.

    Fix: In the server's export settings name the computers that need each folder instead of "*" or
    nothing, keep root squashing on (an administrator of another computer then has no special rights
    here), and share read-only where nobody writes (Synology: NFS permissions of the shared folder;
    QNAP: NFS host access; Linux: /etc/exports).

    Verify: The next scan finds no folder that is exported to everyone.
    """
    world = seen(device, "nfs.exported-to", "world")
    if world:
        text = "At least one folder is exported to every computer."
        return Verdict(Result.FAIL, text, proof(world, "the export list names everyone"))
    read = seen(device, "nfs.exports")
    if read:
        text = "No folder is exported to every computer."
        return Verdict(Result.PASS, text, proof(read, "the export list was read"))
    return if_closed(device, (2049,), "NFS", probe="nfs")


@device_check(
    "cleartext.tftp",
    title="Files are handed out without a login or encryption (TFTP)",
    severity=Level.MODERATE,
    cites={
        "T07": "TFTP knows no login: it asks nobody who they are.",
        "T09": "Files cross the network unencrypted.",
    },
    weakness="files are handed out without a login or encryption (TFTP)",
    feeds={"T04": "Anyone inside the network takes settings and the passwords in them."},
    action="Turn TFTP off, or let only the devices that need it reach it",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def tftp(device: Device, context: Context) -> Verdict | None:
    """What: The device answers TFTP, a simple way to hand out files that has no login and no
    encryption. A file that cannot exist was asked for; no real file was named or read.

    Why: Phones, switches and computers fetch their settings and programs this way when they
    start. Whoever guesses a file name gets it, often with passwords inside; some servers also take
    a changed file in its place.

    Fix: Turn TFTP off where nothing starts from it. Where phones or switches need it, move them to
    HTTPS if their maker offers that. Otherwise let only their part of the network reach UDP port
    69, and allow no writing.

    Verify: The next scan gets no answer on UDP port 69.
    """
    answered = seen(device, "tftp.answer")
    if answered:
        text = f"TFTP answers on UDP {ports_of(answered)}."
        return Verdict(Result.FAIL, text, proof(answered, "answered whoever asks"))
    return if_closed(device, (69,), "TFTP", protocol="udp", probe="tftp")
